"""Dates in whole days, as the formulas of agents mean them."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal


def day_of(value: date) -> date:
    """The day of a date or of a time."""
    return value.date() if isinstance(value, datetime) else value


def days_between(start: date, end: date) -> Decimal:
    """Whole days from one day to another, negative when ``end`` is earlier; the time of day does not count."""
    return Decimal((day_of(end) - day_of(start)).days)
