"""A person's answers belong to the revision they were given for."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

from daemon.adapters.answers import read_answers
from daemon.core.errors import RequestInvalid
from daemon.core.job import Job, JobState

BEFORE = datetime(2026, 1, 31, tzinfo=UTC)


@pytest.fixture
def job() -> Job:
    return Job(
        id="1",
        request="dscr.md",
        sha256="0" * 64,
        revision=1,
        state=JobState.RUNNING,
        priority=5,
        created_at=BEFORE,
        updated_at=BEFORE,
    )


def test_answers_beside_the_request_are_read(tmp_path: Path, job: Job) -> None:
    assert read_answers(tmp_path, job) == {}
    (tmp_path / "dscr.md.answers.toml").write_text('[answers]\nq1 = "annual_noi"\n')
    assert read_answers(tmp_path, job) == {"q1": "annual_noi"}


def test_answers_to_an_earlier_revision_do_not_count(tmp_path: Path, job: Job) -> None:
    path = tmp_path / "dscr.md.answers.toml"
    path.write_text('[answers]\nq1 = "annual_noi"\n')
    os.utime(path, (0, 0))
    assert read_answers(tmp_path, job) == {}


@pytest.mark.parametrize("content", [b"q1 = ", b"\xff", b"answers = 1", b"[answers]\nq1 = 1"])
def test_answers_that_cannot_be_used_are_named(tmp_path: Path, job: Job, content: bytes) -> None:
    (tmp_path / "dscr.md.answers.toml").write_bytes(content)
    with pytest.raises(RequestInvalid, match=r"dscr\.md\.answers\.toml") as caught:
        read_answers(tmp_path, job)
    assert caught.value.hint


def test_a_link_is_not_followed(tmp_path: Path, job: Job) -> None:
    (tmp_path / "dscr.md.answers.toml").symlink_to("/etc/passwd")
    os.utime(tmp_path / "dscr.md.answers.toml", follow_symlinks=False)
    with pytest.raises(RequestInvalid, match=r"^dscr\.md\.answers\.toml: this is a link"):
        read_answers(tmp_path, job)
