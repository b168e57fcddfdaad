"""Totals, added up row by row in constant memory."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal

from daemon.runtime.numbers import EXACT, Ratio, Total, Undefined, rounded


class Tally:
    """Adds up one figure: ratios to the ratio of their sums (never the mean of the ratios), amounts to their sum."""

    def __init__(self, decimals: int) -> None:
        self._decimals = decimals
        self._rows = 0
        self._undefined = 0
        self._statuses: Counter[str] = Counter()
        self._amount = Decimal(0)
        self._ratio: tuple[Decimal, Decimal] | None = None

    def add(self, figure: Decimal | Ratio | Undefined, status: str | None) -> None:
        """Count one row in; an undefined one is counted as such and adds nothing."""
        if isinstance(figure, Undefined):
            self._undefined += 1
            return
        self._rows += 1
        if status is not None:
            self._statuses[status] += 1
        if isinstance(figure, Ratio):
            numerator, denominator = self._ratio or (Decimal(0), Decimal(0))
            self._ratio = EXACT.add(numerator, figure.numerator), EXACT.add(denominator, figure.denominator)
        else:
            self._amount = EXACT.add(self._amount, figure)

    def total(self) -> Total:
        """The figure over all rows counted in so far."""
        return self._with(*self._exact())

    def counts_only(self, reason: str) -> Total:
        """How many rows of which status, for a figure that cannot be added up."""
        return self._with(None, reason)

    def _exact(self) -> tuple[Decimal | None, str | None]:
        if not self._rows:
            return None, "no row has a value"
        if self._ratio is None:
            return self._amount, None
        numerator, denominator = self._ratio
        if denominator == 0:
            return None, "the denominators add up to zero"
        return numerator / denominator, None

    def _with(self, exact: Decimal | None, reason: str | None) -> Total:
        return Total(
            value=None if exact is None else rounded(exact, self._decimals),
            exact=exact,
            rows=self._rows,
            undefined=self._undefined,
            by_status=dict(sorted(self._statuses.items())),
            reason=reason,
        )
