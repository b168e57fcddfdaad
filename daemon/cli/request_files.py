"""Writing into the inbox: a request under a good name, whole or not at all, and answers beside it."""

from __future__ import annotations

import contextlib
import os
import secrets
from dataclasses import dataclass
from pathlib import Path

from daemon.core.errors import UsageError, WorkspaceError
from daemon.core.inbox_names import SUFFIXES, is_request_name
from daemon.core.naming import words
from daemon.core.request import content_hash, parse

LONGEST_NAME_BYTES = 255
WORDS_IN_NAME = 5
_OPENING = frozenset({
    "i", "we", "you", "need", "want", "would", "like", "please", "build", "create", "make", "write", "give", "me", "us",
    "get", "have", "an", "a", "the", "some", "to", "that", "which", "can", "could", "agent", "agents", "tool", "system",
    "for", "calculate", "calculates", "compute", "computes", "calculating",
})  # fmt: skip
_CLOSING = frozenset({
    "a", "an", "the", "for", "of", "with", "and", "or", "to", "in", "on", "by", "per", "every", "each", "that", "which",
    "from",
})  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Submission:
    """A request in the inbox: its file name, the hash of its content, and how it got there."""

    name: str
    sha256: str
    was_there: bool = False
    replaced: bool = False


def name_from_text(text: str) -> str:
    """A file name from the first telling words: ``I need an agent to calculate DSCR`` becomes ``dscr.md``."""
    found = list(words(text[:400]))
    while found and found[0] in _OPENING:
        found.pop(0)
    found = found[:WORDS_IN_NAME]
    while found and found[-1] in _CLOSING:
        found.pop()
    stem = "-".join(found).encode()[:60].decode(errors="ignore").strip("-")
    return f"{stem or 'request'}.md"


def checked_name(name: str, suffix: str = ".md") -> str:
    """``name`` as a request's file name, with ``suffix`` where it has none.

    Raises ``UsageError`` when the inbox would not look at a file of that name.
    """
    full = name if name.lower().endswith(SUFFIXES) else name + suffix
    if "/" in full or "\\" in full or not full.isprintable() or not is_request_name(full):
        raise UsageError(f"'{name}' is no name for a request", hint="letters, digits and dashes, such as dscr.md")
    if len(os.fsencode(full)) > LONGEST_NAME_BYTES:
        raise UsageError(f"the name has more than {LONGEST_NAME_BYTES} bytes", hint="choose a shorter --name")
    return full


def drop(inbox: Path, name: str, content: bytes, *, replace: bool) -> Submission:
    """Put a request into the inbox.

    A different request of that name is only replaced with ``replace``; otherwise the next free name (``dscr-2.md``)
    is taken. The same content is never written twice. Raises ``RequestInvalid`` and ``WorkspaceError``.
    """
    sha256 = parse(name, content).sha256
    path = inbox / name
    number = 1
    while (there := _content(path)) is not None:
        if content_hash(there) == sha256:
            return Submission(name=path.name, sha256=sha256, was_there=True)
        if replace:
            break
        number += 1
        path = inbox / f"{Path(name).stem}-{number}{Path(name).suffix}"
    write_atomically(path, content)
    return Submission(name=path.name, sha256=sha256, replaced=there is not None)


def write_atomically(path: Path, content: bytes, mode: int = 0o644) -> None:
    """Write a file so that nobody ever sees half of it. Raises ``WorkspaceError``."""
    temporary = path.parent / f".{secrets.token_hex(6)}.tmp"
    try:
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    except OSError as problem:
        with contextlib.suppress(OSError):
            temporary.unlink(missing_ok=True)
        raise WorkspaceError(
            f"{path} cannot be written: {problem.strerror}", hint="check permissions and free space"
        ) from problem


def _content(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as problem:
        raise WorkspaceError(f"{path} cannot be read: {problem.strerror}", hint="choose another --name") from problem
