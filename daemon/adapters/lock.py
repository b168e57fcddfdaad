"""One daemon per workspace: an advisory lock on a file, held for life. The kernel lets go of it when a process dies."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from daemon.core.errors import AlreadyRunning, WorkspaceError


@contextmanager
def daemon_lock(path: Path) -> Iterator[None]:
    """Hold the lock while the block runs. Raises ``AlreadyRunning`` with the holder's process id.

    The file stays: removing it would let two processes lock two files of the same name.
    """
    descriptor = _opened(path)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as problem:
            holder = os.pread(descriptor, 20, 0).decode(errors="replace").strip() or "unknown"
            raise AlreadyRunning(
                f"another daemon works on this workspace (process {holder})",
                hint="stop it first, or just drop the request: it will be taken up",
            ) from problem
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, f"{os.getpid()}\n".encode(), 0)
        yield
    finally:
        os.close(descriptor)


@contextmanager
def short_lock(path: Path) -> Iterator[None]:
    """Wait for the lock and hold it for a moment; keeps threads and processes apart."""
    descriptor = _opened(path)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _opened(path: Path) -> int:
    try:
        return os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    except OSError as problem:
        raise WorkspaceError(
            f"the lock {path} cannot be opened: {problem.strerror}", hint="check the folder"
        ) from problem
