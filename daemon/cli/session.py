"""A daemon for the length of a session, where none runs: a child process that ends with it."""

from __future__ import annotations

import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import IO

from daemon.cli.inbox import daemon_state, read
from daemon.cli.terminal import Terminal
from daemon.core.errors import AlreadyRunning, MetaAgentError

START_SECONDS = 15.0
STOP_SECONDS = 12.0
LOOK_SECONDS = 0.1


@contextmanager
def running_daemon(terminal: Terminal) -> Iterator[None]:
    """Make sure a daemon works on the inbox while the block runs.

    One that is started here is a process group of its own, so that Ctrl-C reaches only the session, and is stopped
    at the end, also when the terminal is closed. Raises ``MetaAgentError`` when it does not start.
    """
    if daemon_state(read(terminal.root).daemon, terminal.now()).is_running:
        yield
        return
    terminal.note("no daemon works here: one is started for this session")
    with tempfile.TemporaryFile() as complaints, _ends_on_hangup():
        child = subprocess.Popen(  # noqa: S603 - our own interpreter and module
            [sys.executable, "-m", "daemon", "-C", str(terminal.root), "run"],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=complaints,
            start_new_session=True,
        )
        try:
            _wait_for_pulse(terminal, child, complaints)
            yield
        finally:
            _stop(terminal, child)


def _wait_for_pulse(terminal: Terminal, child: subprocess.Popen[bytes], complaints: IO[bytes]) -> None:
    waited = 0.0
    while waited < START_SECONDS:
        code = child.poll()
        if code == AlreadyRunning.exit_code:
            return  # somebody else was faster
        if code is not None:
            raise MetaAgentError("the daemon did not start", hint=_last_line(complaints) or f"exit code {code}")
        if daemon_state(read(terminal.root).daemon, terminal.now()).is_running:
            return
        terminal.pause(LOOK_SECONDS)
        waited += LOOK_SECONDS


def _stop(terminal: Terminal, child: subprocess.Popen[bytes]) -> None:
    if child.poll() is not None:
        return
    child.terminate()  # before any word: the terminal may be gone
    try:
        terminal.note("the daemon of this session is stopped; waiting requests are taken up by the next one")
    finally:
        try:
            child.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()


def _last_line(complaints: IO[bytes]) -> str:
    complaints.seek(0)
    lines = complaints.read().decode(errors="replace").strip().splitlines()
    return lines[-1].removeprefix("meta-agent: ") if lines else ""


@contextmanager
def _ends_on_hangup() -> Iterator[None]:
    """A closed terminal or a polite kill ends the session in order, not in the middle."""

    def leave(number: int, _frame: FrameType | None) -> None:
        raise SystemExit(128 + number)

    before = {number: signal.signal(number, leave) for number in (signal.SIGHUP, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
