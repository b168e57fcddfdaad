"""Amounts of different periods or sizes in one formula: a monthly payment beside the income of a year.

Names are all there is to tell, so these are warnings: the figure may be meant, but nobody should have to find out.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from daemon.compiler.formula import names, numbers, parse
from daemon.core.findings import Finding, Level
from daemon.core.naming import words
from daemon.core.schema import ColumnRef
from daemon.core.spec import AgentSpec, Input, Metric, Unit

_SCALES = {
    "period": {
        "daily": "daily", "weekly": "weekly", "monthly": "monthly", "month": "monthly", "quarterly": "quarterly",
    },
    "size": {
        "cents": "cents", "cent": "cents", "thousands": "thousands", "thousand": "thousands", "k": "thousands",
        "millions": "millions", "million": "millions",
    },
}  # fmt: skip
_CONVERSIONS = {
    "period": frozenset(Decimal(n) for n in (3, 4, 7, 12, 30, 52, 360, 365)),
    "size": frozenset(Decimal(n) for n in ("0.01", "0.001", "100", "1000", "1000000")),
}
"""Numbers of a formula that show its author thought of the scale."""


def scale_findings(spec: AgentSpec) -> tuple[Finding, ...]:
    """A warning for every metric whose amounts differ in scale, by their names, and that converts nothing."""
    return tuple(finding for metric in spec.metrics for finding in _mixed(metric, spec))


def _mixed(metric: Metric, spec: AgentSpec) -> Iterator[Finding]:
    tree = parse(metric.formula)
    used = names(tree)
    amounts = [i for i in spec.inputs if i.name in used and i.unit is Unit.MONEY]
    for kind, known in _SCALES.items():
        found = {ref: _scale(ref, known) for given in amounts for ref in _columns(given)}
        if len(set(found.values())) < 2 or _CONVERSIONS[kind] & set(numbers(tree)):
            continue
        shown = " beside ".join(f"{ref}{f' ({scale})' if scale else ''}" for ref, scale in found.items())
        yield Finding(
            level=Level.WARNING,
            code="mixed_scales",
            place=f"metrics.{metric.name}.formula",
            message=f"{metric.title} puts {shown}: by their names they differ in {kind}, and nothing is converted",
            suggestion="write the conversion into the formula",
        )


def _columns(given: Input) -> tuple[ColumnRef, ...]:
    if given.column:
        return (given.column.ref,)
    return tuple(f.column.ref for f in given.aggregate.fields) if given.aggregate else ()


def _scale(ref: ColumnRef, known: dict[str, str]) -> str:
    return next((known[w] for w in words(ref.name) if w in known), "")
