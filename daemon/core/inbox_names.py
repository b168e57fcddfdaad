"""Which files of the inbox are what, by name alone. Costs nothing to import: ``status`` needs it at once."""

from __future__ import annotations

import hashlib
import re

SUFFIXES = (".md", ".txt", ".toml")
STATUS_SUFFIX = ".status.json"
ANSWERS_SUFFIX = ".answers.toml"
DAEMON_STATUS = "daemon.status.json"
LONGEST_NAME = 255
"""Bytes a file name may have on the usual file systems."""

_PASSING_SUFFIXES = (
    "~", ".tmp", ".part", ".partial", ".crdownload", ".download", ".swp", ".swx", ".swo", STATUS_SUFFIX, ANSWERS_SUFFIX
)  # fmt: skip
_PASSING_NAMES = frozenset({"4913", "icon\r", "desktop.ini", "thumbs.db", "@eadir"})
_SAFE_SAVE = re.compile(r"\.sb-[0-9a-f]+-\w+$", re.IGNORECASE)


def is_passing_name(name: str) -> bool:
    """Whether a file of that name is hidden, an editor's or a download's temporary file, or the daemon's own."""
    low = name.lower()
    return (
        low.startswith((".", "~"))
        or low.endswith(_PASSING_SUFFIXES)
        or low in _PASSING_NAMES
        or (low.startswith("#") and low.endswith("#"))
        or bool(_SAFE_SAVE.search(low))
    )


def is_request_name(name: str) -> bool:
    """Whether a file of that name is a request: the right ending, and nothing passing."""
    return name.lower().endswith(SUFFIXES) and not is_passing_name(name)


def status_name(name: str) -> str:
    """The status file of the request ``name``: a hashed short form where the full one would be too long."""
    full = name + STATUS_SUFFIX
    if len(_file_bytes(full)) <= LONGEST_NAME:
        return full
    start = name[:80]
    while len(_file_bytes(start)) > 80:
        start = start[:-1]
    return f"{start}-{hashlib.sha256(_file_bytes(name)).hexdigest()[:8]}{STATUS_SUFFIX}"


def answers_name(status_name: str) -> str:
    """The file that keeps a person's answers, beside the request's status file ``status_name``."""
    return status_name.removesuffix(STATUS_SUFFIX) + ANSWERS_SUFFIX


def log_folder(name: str) -> str:
    """Where the logs of a request go, relative to the workspace."""
    stem = name.rpartition(".")[0] or name
    return f"logs/{stem}"


def plain_name(name: str) -> str:
    """``name`` as Unicode text that any file can hold: bytes that are none are written like ``%E9``."""
    return "".join(f"%{ord(c) - 0xDC00:02X}" if "\udc80" <= c <= "\udcff" else c for c in name)


def _file_bytes(name: str) -> bytes:
    return name.encode("utf-8", "surrogateescape")
