"""Looking at the inbox and reading from it, without trusting anything that lies there."""

from __future__ import annotations

import errno
import os
import stat
from dataclasses import dataclass
from pathlib import Path

from daemon.core.errors import RequestInvalid
from daemon.core.request import MAX_BYTES

_PASSING = frozenset(
    {errno.ENOENT, errno.EIO, errno.EBUSY, errno.EAGAIN, errno.ETIMEDOUT, errno.EHOSTDOWN, errno.ESTALE}
)
"""Failures that may be over at the next look; ``ENOENT`` because the file just went away."""
_KINDS = {stat.S_IFDIR: "a folder", stat.S_IFLNK: "a link", stat.S_IFIFO: "a pipe", stat.S_IFSOCK: "a socket"}


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """What changes when a file is written: no user program can set all four back."""

    inode: int
    size: int
    modified_ns: int
    changed_ns: int
    kind: int

    @classmethod
    def of(cls, status: os.stat_result) -> Fingerprint:
        """The fingerprint of a file's status; a folder's content does not count."""
        kind = stat.S_IFMT(status.st_mode)
        if kind == stat.S_IFDIR:
            return cls(status.st_ino, 0, 0, 0, kind)
        return cls(status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns, kind)


class Unreadable(RequestInvalid):
    """A file that is there and whose content nobody may see. Says nothing about the content."""


def look(folder: Path) -> dict[str, Fingerprint]:
    """Every name of the folder with its fingerprint. Raises ``OSError`` when the folder cannot be listed."""
    found = {}
    with os.scandir(folder) as entries:
        for entry in entries:
            try:
                found[entry.name] = Fingerprint.of(entry.stat(follow_symlinks=False))
            except FileNotFoundError:  # went away between listing and looking
                continue
    return found


def read_request(path: Path, expected: Fingerprint) -> bytes | None:
    """The file's content, at most one byte more than a request may have; None when it changed meanwhile.

    Links are not followed and pipes not waited for. Raises ``RequestInvalid`` for what is no regular file,
    ``Unreadable`` when the content may not be seen.
    """
    if expected.kind != stat.S_IFREG:
        what = _KINDS.get(expected.kind, "a device")
        raise RequestInvalid(f"this is {what}, not a file", hint="put the request's text itself into the inbox")
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError as problem:
        if problem.errno in _PASSING or problem.errno == errno.ELOOP:
            return None
        raise Unreadable(f"the file cannot be read: {problem.strerror}", hint=_advice(problem)) from problem
    with os.fdopen(descriptor, "rb") as file:
        try:
            content = file.read(MAX_BYTES + 1)
            after = Fingerprint.of(os.fstat(descriptor))
        except OSError as problem:
            if problem.errno in _PASSING:
                return None
            raise Unreadable(f"the file cannot be read: {problem.strerror}", hint=_advice(problem)) from problem
    return content if after == expected else None


def _advice(problem: OSError) -> str:
    if problem.errno == errno.EPERM:
        return "on a Mac, allow the program to read this folder in System Settings, Privacy & Security"
    return "check its permissions; it is read as soon as they allow it"
