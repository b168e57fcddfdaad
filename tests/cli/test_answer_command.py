"""``meta-agent answer``, ``retry`` and ``cancel``: on the real job store, with nobody else at work."""

from __future__ import annotations

import json
import os
import tomllib
from argparse import Namespace
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from person import Person
from status_documents import QUESTION, needs_answer, succeeded, write_daemon_status, write_request_status

from daemon import service
from daemon.cli import answer, cancel, retry
from daemon.core.errors import UsageError
from daemon.core.job import JobState
from daemon.core.request import content_hash

TEXT = b"DSCR with 15% stress test\n"


@pytest.fixture
def waiting(workspace: Path) -> Path:
    """The workspace with a request that waits for an answer, in the store and on the status page."""
    _accept(workspace, "stress.md")
    _finish(workspace, JobState.NEEDS_ANSWER)
    write_request_status(workspace, "stress.md", **needs_answer(request_sha256=content_hash(TEXT)))
    return workspace


def _accept(root: Path, name: str) -> None:
    with service.job_control(service.open_workspace(root)) as jobs:
        jobs.store.accept(name, content_hash(TEXT), 5, TEXT, datetime.now(UTC))


def _finish(root: Path, state: JobState) -> None:
    with service.job_control(service.open_workspace(root)) as jobs:
        job = jobs.store.claim(datetime.now(UTC))
        assert job is not None
        jobs.store.finish(job.id, state, {}, datetime.now(UTC))


def _answer(
    person: Person, name: str = "stress", *, given: tuple[str, ...] = (), defaults: bool = False, follow: bool = False
) -> int:
    return answer.run(Namespace(name=name, set=list(given), defaults=defaults, follow=follow), person.terminal)


def _kept(root: Path) -> Mapping[str, Any]:
    return tomllib.loads((root / "inbox" / "stress.md.answers.toml").read_text(encoding="utf-8"))


def _state(root: Path) -> str:
    return str(json.loads((root / "inbox" / "stress.md.status.json").read_text())["state"])


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("", "net operating income falls"),
        ("2", "debt service rises"),
        ("Debt Service rises", "debt service rises"),
        ("3", "3"),
        ('both, "half" each ½', 'both, "half" each ½'),
    ],
)
def test_an_answer_is_a_number_an_option_ones_own_words_or_enter(waiting: Path, typed: str, kept: str) -> None:
    person = Person(waiting)
    person.lines = [typed]
    assert _answer(person) == 0
    assert QUESTION.text in person.sees
    assert "Enter takes this" in person.sees
    assert _kept(waiting) == {"answers": {"q1": kept}}
    assert _state(waiting) == "queued"


def test_the_request_itself_is_never_touched(waiting: Path) -> None:
    (waiting / "inbox" / "stress.md").write_bytes(TEXT)
    before = (waiting / "inbox" / "stress.md").stat()
    _answer(Person(waiting), defaults=True)
    after = (waiting / "inbox" / "stress.md").stat()
    assert (before.st_mtime_ns, before.st_ino) == (after.st_mtime_ns, after.st_ino)


def test_a_script_answers_with_set(waiting: Path) -> None:
    script = Person(waiting, at_terminal=False)
    assert _answer(script, given=("q1=2",)) == 0
    assert _kept(waiting)["answers"] == {"q1": "debt service rises"}
    assert "queue again" in script.reads


def test_without_terminal_a_missing_answer_is_named(waiting: Path) -> None:
    with pytest.raises(UsageError, match=r"no answer to q1.*--defaults"):
        _answer(Person(waiting, at_terminal=False))
    assert not (waiting / "inbox" / "stress.md.answers.toml").exists()


def test_leaving_in_the_middle_keeps_nothing(waiting: Path) -> None:
    with pytest.raises(UsageError, match="nothing has changed"):
        _answer(Person(waiting))
    assert _state(waiting) == "needs_answer"


@pytest.mark.parametrize(
    ("given", "words"), [(("q2=x",), "no open question 'q2'"), (("q1",), "not NAME=VALUE"), (("q1=1", "q1=2"), "twice")]
)
def test_wrong_sets_are_told(waiting: Path, given: tuple[str, ...], words: str) -> None:
    with pytest.raises(UsageError, match=words):
        _answer(Person(waiting), given=given)


def test_a_request_without_question_has_nothing_to_answer(person: Person, workspace: Path) -> None:
    write_request_status(workspace, "done.md", **succeeded())
    with pytest.raises(UsageError, match=r"done\.md has no open question"):
        _answer(person, "done")


def test_earlier_answers_to_the_same_revision_stay(waiting: Path) -> None:
    path = waiting / "inbox" / "stress.md.answers.toml"
    path.write_text('[answers]\nq0 = "kept"\n')
    later = datetime.now(UTC).timestamp() + 5
    os.utime(path, (later, later))
    _answer(Person(waiting), defaults=True)
    assert _kept(waiting)["answers"] == {"q0": "kept", "q1": QUESTION.default}


def test_answers_to_an_older_revision_go(waiting: Path) -> None:
    path = waiting / "inbox" / "stress.md.answers.toml"
    path.write_text('[answers]\nq0 = "stale"\n')
    os.utime(path, (0, 0))
    _answer(Person(waiting), defaults=True)
    assert _kept(waiting)["answers"] == {"q1": QUESTION.default}


def test_broken_earlier_answers_are_not_thrown_away(waiting: Path) -> None:
    path = waiting / "inbox" / "stress.md.answers.toml"
    path.write_text("q1 = ")
    later = datetime.now(UTC).timestamp() + 5
    os.utime(path, (later, later))
    with pytest.raises(UsageError, match="mend or delete it"):
        _answer(Person(waiting), defaults=True)
    assert path.read_text() == "q1 = "


def test_following_shows_how_it_goes_on(waiting: Path) -> None:
    write_daemon_status(waiting)
    person = Person(waiting)
    person.meanwhile = [lambda: write_request_status(waiting, "stress.md", **succeeded())]
    assert _answer(person, defaults=True, follow=True) == 0
    assert "src/agents/calc_agent.py" in person.sees


def test_retry_queues_what_has_ended(workspace: Path, person: Person) -> None:
    _accept(workspace, "stress.md")
    _finish(workspace, JobState.FAILED)
    write_request_status(workspace, "stress.md", state="failed")
    assert retry.run(Namespace(name="stress", follow=False), person.terminal) == 0
    assert _state(workspace) == "queued"
    assert "meta-agent run" in person.reads
    with pytest.raises(UsageError, match="waits for its turn already"):
        retry.run(Namespace(name="stress", follow=False), person.terminal)


def test_cancel_stops_what_waits_and_nothing_else(workspace: Path, person: Person) -> None:
    _accept(workspace, "stress.md")
    write_request_status(workspace, "stress.md")
    assert cancel.run(Namespace(name="stress"), person.terminal) == 0
    assert _state(workspace) == "cancelled"
    assert "is cancelled" in person.reads
    with pytest.raises(UsageError, match="is not waiting or running"):
        cancel.run(Namespace(name="stress"), person.terminal)


def test_a_running_request_is_asked_to_stop(workspace: Path, person: Person) -> None:
    _accept(workspace, "stress.md")
    with service.job_control(service.open_workspace(workspace)) as jobs:
        jobs.store.claim(datetime.now(UTC))
    write_request_status(workspace, "stress.md", state="running")
    assert cancel.run(Namespace(name="stress"), person.terminal) == 0
    assert "before its next step" in person.reads
