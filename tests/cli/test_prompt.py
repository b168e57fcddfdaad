"""``meta-agent`` without a command: the session from the first request to the last."""

from __future__ import annotations

import errno
import fcntl
import json
import os
import pty
import select
import subprocess
import sys
import termios
import time
from argparse import Namespace
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from person import Person
from status_documents import failed, needs_answer, running, succeeded, write_daemon_status, write_request_status

from daemon import service
from daemon.cli import prompt
from daemon.cli.inbox import daemon_state, read
from daemon.cli.session import running_daemon
from daemon.core.errors import MetaAgentError, UsageError
from daemon.core.job import JobState
from daemon.core.request import content_hash

TEXT = "DSCR with 15% stress test"
NAME = "dscr-with-15-stress-test.md"
DEADLINE_SECONDS = 30


@pytest.fixture
def session(workspace: Path) -> Person:
    """Somebody who starts a session beside a running daemon."""
    write_daemon_status(workspace)
    return Person(workspace)


def _run(person: Person, *lines: str) -> str:
    person.lines = list(lines)
    assert prompt.run(Namespace(), person.terminal) == 0
    return person.sees


def _then(root: Path, content: dict[str, Any], text: str = TEXT, name: str = NAME) -> Callable[[], object]:
    return lambda: write_request_status(root, name, request_sha256=content_hash(text.encode()), **content)


def test_a_request_is_watched_to_its_files_and_the_next_is_asked_for(session: Person, workspace: Path) -> None:
    session.meanwhile = [_then(workspace, running()), _then(workspace, succeeded())]
    seen = _run(session, TEXT)
    assert (workspace / "inbox" / NAME).read_text() == TEXT + "\n"
    for words in ("Meta-Agent", "analyze_requirements", "src/agents/calc_agent.py", "Understood as", "Assumptions"):
        assert words in seen
    assert len(session.asked) == 2
    assert all("request" in asked for asked in session.asked)


@pytest.mark.parametrize("line", ["quit", "exit", " QUIT ", ":q"])
def test_enough_is_enough(session: Person, workspace: Path, line: str) -> None:
    _run(session, line, TEXT)
    assert not (workspace / "inbox" / NAME).exists()


def test_a_line_may_go_on(session: Person, workspace: Path) -> None:
    text = "LTV per property,\nbelow 75 % is fine"
    session.meanwhile = [_then(workspace, succeeded(), text, "ltv-per-property-below-75.md")]
    _run(session, "LTV per property,\\", "below 75 % is fine")
    assert (workspace / "inbox" / "ltv-per-property-below-75.md").read_text() == text + "\n"


def test_an_empty_line_asks_again_and_status_and_help_answer(session: Person, workspace: Path) -> None:
    write_request_status(workspace, "old.md", **failed())
    seen = _run(session, "", "status", "help")
    assert "old.md" in seen
    assert seen.count("'quit' ends") == 2
    assert len(session.asked) == 4


def test_questions_are_asked_right_there(session: Person, workspace: Path) -> None:
    (workspace / "inbox" / NAME).write_text(TEXT + "\n")
    with service.job_control(service.open_workspace(workspace)) as jobs:
        jobs.store.accept(NAME, content_hash(TEXT.encode()), 5, TEXT.encode(), datetime.now(UTC))
        job = jobs.store.claim(datetime.now(UTC))
        assert job is not None
        jobs.store.finish(job.id, JobState.NEEDS_ANSWER, {}, datetime.now(UTC))
    session.meanwhile = [_then(workspace, needs_answer()), _then(workspace, succeeded())]
    seen = _run(session, TEXT, "2")
    assert "debt service rises" in seen
    assert 'q1 = "debt service rises"' in (workspace / "inbox" / f"{NAME}.answers.toml").read_text()
    assert "src/agents/calc_agent.py" in seen


def test_leaving_a_question_open_ends_the_session_in_order(session: Person, workspace: Path) -> None:
    session.meanwhile = [_then(workspace, needs_answer())]
    assert "the question stays open" in _run(session, TEXT)


def test_ctrl_c_while_watching_leads_back_to_the_prompt(session: Person) -> None:
    def interrupt() -> None:
        raise KeyboardInterrupt

    session.meanwhile = [interrupt]
    assert "no longer watched" in _run(session, TEXT)
    assert len(session.asked) == 2


def test_what_is_no_request_does_not_end_the_session(session: Person) -> None:
    _run(session, "+++", "quit")
    assert "front matter" in session.reads


def test_the_same_request_again_is_told(session: Person, workspace: Path) -> None:
    (workspace / "inbox" / NAME).write_text(TEXT + "\n")
    _then(workspace, succeeded())()
    assert "meta-agent retry" in _run(session, TEXT)


def test_without_a_terminal_nothing_is_asked(workspace: Path) -> None:
    with pytest.raises(UsageError, match="no terminal to ask on"):
        prompt.run(Namespace(), Person(workspace, at_terminal=False).terminal)


def _real_time(person: Person) -> Person:
    person.terminal.pause = time.sleep
    person.terminal.now = lambda: datetime.now(UTC)
    return person


def test_a_daemon_is_started_for_the_session_and_stopped_with_it(workspace: Path) -> None:
    person = _real_time(Person(workspace))
    with running_daemon(person.terminal):
        beating = read(workspace).daemon
        assert daemon_state(beating, datetime.now(UTC)).is_running
    assert "for this session" in person.reads
    after = read(workspace).daemon
    assert after is not None
    assert beating is not None
    assert after["state"] == "stopped"
    with pytest.raises(ProcessLookupError):
        os.kill(int(beating["pid"]), 0)


def test_the_daemon_of_a_session_ends_although_the_terminal_is_gone(
    workspace: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    person = _real_time(Person(workspace))
    pids: list[int] = []

    def gone(line: str) -> None:
        if pids:
            raise OSError(errno.EIO, "the terminal is gone")

    def session() -> None:
        with running_daemon(person.terminal):
            beating = read(workspace).daemon
            assert beating is not None
            pids.append(int(beating["pid"]))

    monkeypatch.setattr(person.terminal, "note", gone)
    with pytest.raises(OSError, match="gone"):
        session()
    with pytest.raises(ProcessLookupError):
        os.kill(pids[0], 0)


def test_a_daemon_that_cannot_start_says_why(workspace: Path) -> None:
    (workspace / "meta-agent.toml").write_text("LLM_TEMPRATURE = 1\n")
    with (
        pytest.raises(MetaAgentError, match=r"did not start.*LLM_TEMPERATURE"),
        running_daemon(_real_time(Person(workspace)).terminal),
    ):
        pytest.fail("there is no daemon to work with")


def test_a_running_daemon_is_used_and_left_alone(session: Person, workspace: Path) -> None:
    with running_daemon(session.terminal):
        pass
    assert session.reads == ""
    assert json.loads((workspace / "inbox" / "daemon.status.json").read_text())["state"] == "running"


@pytest.mark.parametrize(("typed", "code"), [(b"quit\r", 0), (b"\x04", 0), (b"\x03", 130)], ids=["quit", "^D", "^C"])
def test_a_real_terminal_session_ends_clean(workspace: Path, typed: bytes, code: int) -> None:
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "daemon", "-C", str(workspace)],
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        start_new_session=True,
        preexec_fn=lambda: _take_terminal(theirs),  # noqa: PLW1509 - the only way to a controlling terminal
    )
    os.close(theirs)
    try:
        seen = _until(ours, b"request ", b"") + _until(ours, b"stopped", typed)
        assert process.wait(DEADLINE_SECONDS) == code
    finally:
        process.terminate()  # not killed: it has a daemon to stop
        process.wait(DEADLINE_SECONDS)
        os.close(ours)
    assert b"Traceback" not in seen
    assert daemon_state(read(workspace).daemon, datetime.now(UTC)).state == "stopped"


def _take_terminal(terminal: int) -> None:
    """Make it the controlling terminal, so that Ctrl-C typed there is a signal."""
    fcntl.ioctl(terminal, termios.TIOCSCTTY, 0)


def _until(terminal: int, words: bytes, typed: bytes) -> bytes:
    """Type and read until ``words`` were seen. Fails at the deadline or the end of output.

    A key is typed again after a second of silence: between the prompt and the first read Python loses a Ctrl-C.
    """
    seen, end = b"", time.monotonic() + DEADLINE_SECONDS
    os.write(terminal, typed)
    while words not in seen:
        assert time.monotonic() < end, seen
        ready, _, _ = select.select([terminal], [], [], 1)
        if ready:
            seen += os.read(terminal, 4096)
        else:
            os.write(terminal, typed)
    return seen
