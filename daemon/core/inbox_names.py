"""Which files of the inbox are what, by name alone. Costs nothing to import: ``status`` needs it at once."""

from __future__ import annotations

SUFFIXES = (".md", ".txt", ".toml")
STATUS_SUFFIX = ".status.json"
ANSWERS_SUFFIX = ".answers.toml"
DAEMON_STATUS = "daemon.status.json"


def is_request_name(name: str) -> bool:
    """Whether the inbox looks at a file of that name at all: not hidden, not a temporary or status file."""
    if name.startswith((".", "~", "#")) or name.endswith(("~", ".tmp", ".part", ".swp", STATUS_SUFFIX)):
        return False
    return name.lower().endswith(SUFFIXES) and not name.lower().endswith(ANSWERS_SUFFIX)


def answers_name(status_name: str) -> str:
    """The file that keeps a person's answers, beside the request's status file ``status_name``."""
    return status_name.removesuffix(STATUS_SUFFIX) + ANSWERS_SUFFIX
