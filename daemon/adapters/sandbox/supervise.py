"""Run one process tree to its end, or end it: by time, output, memory or number of processes."""

from __future__ import annotations

import contextlib
import os
import selectors
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from daemon.adapters.sandbox.limits import Limits

_LOOK_SECONDS = 0.05
_CHUNK_BYTES = 65536
_TIME_IS_UP = "the time limit"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """How a process tree ended; ``killed_for`` names the limit it broke, empty when it ended by itself."""

    exit_code: int | None
    stdout: bytes
    stderr: bytes
    seconds: float
    killed_for: str

    @property
    def timed_out(self) -> bool:
        """Whether it was the time limit."""
        return self.killed_for == _TIME_IS_UP


def supervise(
    arguments: Sequence[str], *, folder: Path, environment: Mapping[str, str], limits: Limits, timeout_seconds: float
) -> Ended:
    """Run ``arguments`` in a session of its own, in ``folder``, with exactly ``environment``.

    Nothing of the session is left when this returns. Raises ``OSError`` when the command cannot be started.
    """
    started = time.monotonic()
    with subprocess.Popen(  # noqa: S603 - the command lines are made by the backends
        arguments,
        cwd=folder,
        env=dict(environment),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
    ) as process:
        output = _Output(process, limits.output_bytes)
        try:
            killed_for = _watch(process, output, limits, started + timeout_seconds)
        finally:
            _kill_session(process)
            output.close()
    code = process.returncode
    return Ended(
        exit_code=None if killed_for or code < 0 else code,
        stdout=output.stdout,
        stderr=output.stderr,
        seconds=time.monotonic() - started,
        killed_for=killed_for,
    )


class _Output:
    """Both streams of a process, read as they come and no further than a limit."""

    def __init__(self, process: subprocess.Popen[bytes], limit: int) -> None:
        self._limit = limit
        self._kept: dict[str, bytearray] = {"stdout": bytearray(), "stderr": bytearray()}
        self._selector = selectors.DefaultSelector()
        for name, stream in (("stdout", process.stdout), ("stderr", process.stderr)):
            if stream is not None:
                os.set_blocking(stream.fileno(), False)
                self._selector.register(stream, selectors.EVENT_READ, name)

    @property
    def stdout(self) -> bytes:
        return bytes(self._kept["stdout"])

    @property
    def stderr(self) -> bytes:
        return bytes(self._kept["stderr"])

    @property
    def is_open(self) -> bool:
        """Whether somebody may still write."""
        return bool(self._selector.get_map())

    @property
    def is_full(self) -> bool:
        """Whether a stream wrote more than may be kept."""
        return any(len(kept) >= self._limit for kept in self._kept.values())

    def read(self, wait_seconds: float) -> None:
        """Take what is there, after waiting at most ``wait_seconds`` for it."""
        for key, _ in self._selector.select(wait_seconds):
            stream: IO[bytes] = key.fileobj  # type: ignore[assignment]
            chunk = os.read(stream.fileno(), _CHUNK_BYTES)
            kept = self._kept[key.data]
            kept += chunk[: self._limit - len(kept)]
            if not chunk:
                self._selector.unregister(stream)

    def close(self) -> None:
        self._selector.close()


def _watch(process: subprocess.Popen[bytes], output: _Output, limits: Limits, deadline: float) -> str:
    """Wait for the end of the process; the name of the limit it broke, or nothing."""
    look_at = time.monotonic() + _LOOK_SECONDS
    while True:
        now = time.monotonic()
        if now >= deadline:
            return _TIME_IS_UP
        if output.is_full:
            return f"the output limit of {limits.output_bytes} bytes"
        if output.is_open:
            output.read(min(_LOOK_SECONDS, deadline - now))
            if process.poll() is not None:  # a child of it may keep the streams open for ever
                output.read(0)
                return ""
        else:
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(min(_LOOK_SECONDS, deadline - now))
                return ""
        if now >= look_at:
            look_at = now + _LOOK_SECONDS
            if excess := _excess(process.pid, limits):
                return excess


def _excess(pid: int, limits: Limits) -> str:
    """The limit that all processes of the run together have broken, or nothing.

    Pages that processes share are counted once for each, so the sum errs on the safe side.
    """
    import psutil

    try:
        root = psutil.Process(pid)
        tree = [root, *root.children(recursive=True)]
    except psutil.Error:
        return ""
    if len(tree) > limits.processes:
        return f"the limit of {limits.processes} processes"
    used = 0
    for process in tree:
        with contextlib.suppress(psutil.Error):
            used += process.memory_info().rss
    return f"the memory limit of {limits.memory_bytes} bytes" if used > limits.memory_bytes else ""


def _kill_session(process: subprocess.Popen[bytes]) -> None:
    """End whatever is left of the session, its leader included."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
