"""Findings: what is wrong or worth knowing about a request, a spec or generated code. Values, never exceptions."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class Level(StrEnum):
    """How much a finding weighs."""

    WARNING = "warning"
    """The agent is published, and the finding is shown with it."""
    ERROR = "error"
    """Nothing is published."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One problem with its place, its reason and what to do about it.

    ``code`` is stable and machine-readable (``unknown_column``); ``place`` points into the request,
    the spec (``metrics.dscr.formula``) or a file (``src/agents/calc_agent.py:12``).
    """

    level: Level
    code: str
    place: str
    message: str
    suggestion: str = ""

    def __str__(self) -> str:
        advice = f" ({self.suggestion})" if self.suggestion else ""
        return f"{self.place}: {self.message}{advice}"


def errors(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Only those that keep an agent from being published."""
    return tuple(f for f in findings if f.level is Level.ERROR)


def warnings(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Only those that are shown beside a published agent."""
    return tuple(f for f in findings if f.level is Level.WARNING)
