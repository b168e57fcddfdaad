"""Exact numbers: rounding as people expect it, fractions of sums, and values that are not there for a reason."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import MAX_EMAX, MAX_PREC, MIN_EMIN, ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_UP, Context, Decimal
from functools import cache
from typing import NamedTuple

EXACT = Context(prec=MAX_PREC, Emax=MAX_EMAX, Emin=MIN_EMIN)
"""As many digits as it takes. For adding and rounding only: a quotient may have no last digit."""


class Undefined(NamedTuple):
    """A figure that has no value, and why: ``Undefined("no debt")``."""

    reason: str


class Ratio(NamedTuple):
    """A figure that is one number over another. Kept apart, because a total is the ratio of the sums."""

    numerator: Decimal
    denominator: Decimal

    @property
    def value(self) -> Decimal:
        """The unrounded value (28 significant digits)."""
        return self.numerator / self.denominator


def value_of(figure: Decimal | Ratio | Undefined) -> Decimal | None:
    """The unrounded value of a figure, None when it is undefined."""
    if isinstance(figure, Ratio):
        return figure.numerator / figure.denominator
    return None if isinstance(figure, Undefined) else figure


def reason_of(figure: Decimal | Ratio | Undefined) -> str | None:
    """Why a figure is undefined, None when it has a value."""
    return figure.reason if isinstance(figure, Undefined) else None


def rounded(value: Decimal, decimals: int) -> Decimal:
    """``value`` with that many decimals, halves away from zero (1.005 is 1.01, -1.005 is -1.01)."""
    return value.quantize(_last_place(decimals), ROUND_HALF_UP, EXACT)


@cache
def _last_place(decimals: int) -> Decimal:
    return Decimal(1).scaleb(-decimals)


def floor(value: Decimal) -> Decimal:
    """The largest whole number that is not above ``value``."""
    return value.to_integral_value(ROUND_FLOOR)


def ceiling(value: Decimal) -> Decimal:
    """The smallest whole number that is not below ``value``."""
    return value.to_integral_value(ROUND_CEILING)


def floor_quotient(left: Decimal, right: Decimal) -> Decimal:
    """``left // right`` rounded down, as for Python's integers (Decimal's own ``//`` cuts towards zero)."""
    return floor(left / right)


def floor_rest(left: Decimal, right: Decimal) -> Decimal:
    """``left % right`` with the sign of ``right``, as for Python's integers."""
    return left - right * floor_quotient(left, right)


@dataclass(frozen=True, slots=True, kw_only=True)
class Total:
    """One figure over many rows.

    ``value`` is rounded, ``exact`` is not; both are None with a ``reason`` when there is nothing to add up.
    ``rows`` counts the rows in it, ``undefined`` those left out because they have no value.
    """

    value: Decimal | None
    exact: Decimal | None
    rows: int
    undefined: int
    by_status: dict[str, int]
    reason: str | None = None
