"""What a check of the machine found."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class CheckState(StrEnum):
    """How much a check's result matters."""

    OK = "ok"
    WARN = "warn"
    """Works, with less comfort or less safety."""
    FAIL = "fail"
    """Something a request needs does not work."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One thing that was looked at: its name, what was found, and how to mend it (empty when it is fine)."""

    name: str
    state: CheckState
    detail: str
    mend: str = ""
