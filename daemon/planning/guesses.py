"""What a column measures, as far as its name tells, and the unit of a formula over such columns."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from daemon.compiler.formula import FormulaError, Node, walk
from daemon.compiler.formula.tree import Binary, Name
from daemon.compiler.formula.units import Measure, check
from daemon.core.build import Term
from daemon.core.naming import words
from daemon.core.spec import Unit

_MONEY_WORDS = frozenset({
    "value", "price", "balance", "noi", "income", "expense", "expenses", "cost", "costs", "revenue", "amount",
    "debt", "service", "pmt", "rent", "rents", "freight", "fee", "fees", "sales", "payment", "payments", "salary",
    "budget", "cash", "equity", "proceeds", "charge", "charges", "profit", "loan",
    "tax", "capex", "bonus", "wage", "wages", "cogs", "compensation", "turnover",
})  # fmt: skip
_COUNT_WORDS = frozenset({
    "units", "count", "quantity", "qty", "stock", "beds", "rooms", "doors", "seats", "employees", "visits",
    "tracks", "items",
})  # fmt: skip
_PER_PIECE = frozenset(
    {"rate", "ratio", "avg", "average", "mean", "unit price", "pct", "percent", "discount", "score", "year"}
)
_PERCENT_WORDS = frozenset({
    "pct", "percent", "percentage",
})  # fmt: skip
_BY_DIMENSION = {"money": Unit.MONEY, "count": Unit.COUNT, "days": Unit.DAYS, "years": Unit.YEARS}


def guessed_unit(phrase: str) -> Unit:
    """What a column measures, by the last telling word of its name; ``number`` when nothing tells."""
    for word in reversed(words(phrase)):
        if word in _PERCENT_WORDS:
            return Unit.PERCENT
        if word in _COUNT_WORDS:
            return Unit.COUNT
        if word in _MONEY_WORDS:
            return Unit.MONEY
        if word in {"year", "rate", "ratio", "score", "index", "discount"}:
            return Unit.NUMBER
    return Unit.NUMBER


def is_per_piece(name: str) -> bool:
    """Whether a figure of that name is per piece, so that adding it up over rows means nothing."""
    parts = words(name)
    return bool(_PER_PIECE & {*parts, " ".join(parts[-2:])})


def unit_of(measure: Measure) -> Unit | None:
    """The unit a formula of that measure has; None when it is none people use (money squared)."""
    if measure.kind == "free":
        return Unit.NUMBER
    if measure.kind != "value":
        return None
    if not measure.dimensions:
        return Unit.PERCENT if measure.hundreds else Unit.RATIO
    without_counts = [d for d in measure.dimensions if d[0] != "count"]
    if not without_counts:
        return Unit.COUNT if measure.dimensions == (("count", 1),) else Unit.NUMBER
    name, power = without_counts[0]
    return _BY_DIMENSION[name] if len(without_counts) == 1 and power == 1 else None


def with_units(tree: Node, terms: Mapping[str, Term]) -> dict[str, Term]:
    """``terms`` with units for those whose name told none: what is added to money is money.

    Where that leaves a unit nobody uses (a plain number per money), nothing is known of any of them.
    """
    found = dict(terms)
    for node in walk(tree):
        match node:
            case Binary("+" | "-", Name(left), Name(right)):
                for one, other in ((left, right), (right, left)):
                    if found[one].unit is Unit.NUMBER:
                        found[one] = replace(found[one], unit=found[other].unit)
    if all(t.unit is not Unit.NUMBER for t in found.values()):
        return found
    try:
        known = unit_of(check(tree, {n: t.unit for n, t in found.items()}))
    except FormulaError:
        return found
    return found if known is not None else {n: replace(t, unit=Unit.NUMBER) for n, t in found.items()}
