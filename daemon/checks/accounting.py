"""Accounting: every number of the request is used, and every number of the spec has a source.

A model that loses a limit, or invents one, is caught here without another model (reference: spec-first, section 1.8).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal

from daemon.compiler.formula import FormulaError, numbers, parse
from daemon.core.build import Analysis
from daemon.core.findings import Finding, Level
from daemon.core.spec import AgentSpec, Metric

_WRITTEN = re.compile(r"(?<![\w.])\d[\d,]*(?:\.\d+)?")
STRUCTURAL = frozenset(Decimal(n) for n in (0, 1, 100))
"""Numbers that carry no assumption: nothing, the whole, and the conversion to percent."""


def accounting_findings(spec: AgentSpec, analysis: Analysis) -> tuple[Finding, ...]:
    """Numbers lost on the way into the spec, and numbers nobody asked for."""
    return (*_lost(analysis), *_invented(spec, analysis))


def _lost(analysis: Analysis) -> Iterator[Finding]:
    for number in analysis.numbers:
        if not number.use:
            yield Finding(
                level=Level.ERROR,
                code="unused_number",
                place=f"request:{number.start + 1}",
                message=f"the request says {number.text}, and nothing uses it",
                suggestion="say what it is for",
            )


def _invented(spec: AgentSpec, analysis: Analysis) -> Iterator[Finding]:
    stated = {form for n in analysis.numbers for form in (n.value, n.value * 100, n.value / 100, -n.value)}
    assumed = " ".join(spec.assumptions)
    for place, value in _numbers(spec, analysis):
        if value in STRUCTURAL or value in stated or _mentioned(value, assumed):
            continue
        yield Finding(
            level=Level.ERROR,
            code="number_without_source",
            place=place,
            message=f"{value} comes neither from the request nor from a stated assumption",
        )


def _numbers(spec: AgentSpec, analysis: Analysis) -> Iterator[tuple[str, Decimal]]:
    from_library = {w.name: w.formula for w in analysis.metrics if w.library}
    for parameter in (*spec.parameters, *(p for m in spec.modes for p in m.parameters)):
        yield f"parameters.{parameter.name}", parameter.default
    for metric in spec.metrics:
        if metric.formula != from_library.get(metric.name):
            yield from _in_text(metric.formula, f"metrics.{metric.name}.formula")
        yield from _in_rules(metric)
    for mode in spec.modes:
        for adjustment in mode.adjustments:
            yield from _in_text(adjustment.formula, f"modes.{mode.name}")
    yield from _in_rows(spec)


def _in_rules(metric: Metric) -> Iterator[tuple[str, Decimal]]:
    for rule in metric.status:
        yield from _in_text(rule.when, f"metrics.{metric.name}.status")
    for undefined in metric.undefined:
        yield from _in_text(undefined.when, f"metrics.{metric.name}.undefined")


def _in_rows(spec: AgentSpec) -> Iterator[tuple[str, Decimal]]:
    """Conditions on rows, and what is added up of them."""
    yield from _in_text(spec.entity.where, "entity.where")
    for given in spec.inputs:
        for formula in (given.aggregate.where, given.aggregate.expression) if given.aggregate else ():
            yield from _in_text(formula, f"inputs.{given.name}")


def _in_text(formula: str, place: str) -> Iterator[tuple[str, Decimal]]:
    try:
        yield from ((place, value) for value in numbers(parse(formula)))
    except FormulaError:
        return


def _mentioned(value: Decimal, assumed: str) -> bool:
    written = {Decimal(text.replace(",", "")) for text in _WRITTEN.findall(assumed)}
    return bool({value, value * 100} & written)
