"""Statuses of rows."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

NOT_AVAILABLE: Final = "N/A"
"""The status of a figure that has no value; the reason stands beside it."""

DECIDED_UNROUNDED: Final = "the status was decided on the unrounded value; the rounded one would get another"


def worst(statuses: Iterable[str | None], order: Sequence[str]) -> str | None:
    """The first of ``order`` that occurs; figures without a value only count when there is nothing else."""
    found = set(statuses)
    return next((status for status in order if status in found), NOT_AVAILABLE if NOT_AVAILABLE in found else None)
