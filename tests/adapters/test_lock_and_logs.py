"""One daemon per workspace; logs that nobody can forge and that hold no secret."""

from __future__ import annotations

import logging
import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from fakes import FakeClock

from daemon.adapters.lock import daemon_lock
from daemon.adapters.logs import Redactor, RequestLogs, daemon_log, fields, secrets_of
from daemon.adapters.settings import load_settings
from daemon.core.errors import AlreadyRunning, WorkspaceError
from daemon.core.job import Job, JobState


def job(name: str) -> Job:
    now = FakeClock().now()
    return Job(
        id="0123456789abcdef",
        request=name,
        sha256="0" * 64,
        revision=2,
        state=JobState.RUNNING,
        priority=5,
        created_at=now,
        updated_at=now,
    )


def test_a_second_holder_is_told_who_holds_the_lock(tmp_path: Path) -> None:
    path = tmp_path / "daemon.lock"
    with daemon_lock(path):
        with pytest.raises(AlreadyRunning, match=f"process {os.getpid()}") as caught, daemon_lock(path):
            pytest.fail("two hold it")
        assert caught.value.exit_code == 75
    with daemon_lock(path):
        assert path.read_text() == f"{os.getpid()}\n"


def test_a_child_process_does_not_inherit_the_lock(tmp_path: Path) -> None:
    path = tmp_path / "daemon.lock"
    with daemon_lock(path):
        child = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    with daemon_lock(path):
        child.communicate(b"\n")


def test_a_lock_that_cannot_be_opened_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(tmp_path / "elsewhere")
    for path in (tmp_path / "none" / "daemon.lock", tmp_path / "link"):
        with pytest.raises(WorkspaceError, match="cannot be opened"), daemon_lock(path):
            pytest.fail("it was opened")


def test_a_log_line_stays_one_line_without_secrets(tmp_path: Path) -> None:
    settings = load_settings(
        tmp_path,
        {
            "DATABASE_URL": "postgresql://u:hunter2@h/d",
            "OTHER_URL": "postgresql://h/d?user=u&password=swordfish",
            "LLM_API_KEY": "sk-key",
        },
    )
    name = "a\n2026-01-31T00:00:00Z ERROR forged \udce9 😀.md"
    with daemon_log(tmp_path, "INFO", Redactor(secrets_of(settings))):
        log = logging.getLogger("daemon.test")
        log.info("job %s", fields(name=name, state=JobState.QUEUED, url="postgresql://u:hunter2@h/d", key="sk-key"))
        log.debug("not at this level")
        log.warning("plain %s and mysql://x:other@h", "swordfish")
        try:
            raise ValueError("hunter2\nsecond line")
        except ValueError:
            log.exception("broke")
    lines = (tmp_path / "daemon.log").read_text(encoding="utf-8").splitlines()
    assert len(lines) == 3
    assert 'name="a\\n2026' in lines[0]
    assert "state=queued" in lines[0]
    text = "\n".join(lines)
    for secret in ("hunter2", "sk-key", "swordfish", "other"):
        assert secret not in text
    assert logging.getLogger("daemon").handlers == []


@pytest.mark.parametrize(
    ("name", "folder"),
    [
        ("dscr.md", "dscr"),
        ("caf\udce9 😀.md", "caf%E9 😀"),
        ("a\nb.txt", "a\nb"),
        ("x" * 252 + ".md", "x" * 252),
    ],
    ids=ascii,
)
def test_each_request_has_a_folder_of_its_own(tmp_path: Path, name: str, folder: str) -> None:
    logs = RequestLogs(tmp_path, Redactor(["hunter2"]))
    where = logs.write(job(name), "Traceback \udce9 hunter2")
    assert where == f"logs/{folder}/2-01234567-error.log"
    assert (tmp_path / where).read_text(encoding="utf-8") == "Traceback \\udce9 ***"


def test_a_log_that_cannot_be_written_is_none(tmp_path: Path) -> None:
    (tmp_path / "logs").write_text("in the way")
    assert RequestLogs(tmp_path, Redactor([])).write(job("a.md"), "x") == ""


def test_old_request_logs_are_deleted(tmp_path: Path) -> None:
    logs = RequestLogs(tmp_path, Redactor([]))
    old, new = logs.write(job("old.md"), "x"), logs.write(job("new.md"), "x")
    os.utime(tmp_path / old, (0, 0))
    (tmp_path / "logs" / "daemon.log").touch()
    assert logs.prune(datetime.now(UTC) - timedelta(days=30)) == 1
    assert not (tmp_path / old).exists()
    assert (tmp_path / new).exists()
