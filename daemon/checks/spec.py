"""Whether a spec says something the database and the language can mean: names, types, units, order of definitions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Literal

from daemon.checks.spec_groups import group_findings
from daemon.checks.spec_names import name_findings
from daemon.compiler.formula import FormulaError, Node, names, parse
from daemon.compiler.formula.units import check, fits
from daemon.compiler.names import ANNOTATIONS
from daemon.core.findings import Finding, Level
from daemon.core.nearest import suggestion
from daemon.core.schema import Column, Kind, Schema
from daemon.core.spec import AgentSpec, Aggregate, ColumnName, Input, Join, Metric, Mode, SourceField, Unit

_Declared = Unit | Literal["anything"] | None
"""The unit a formula must have; None means that it is a condition."""


def spec_findings(spec: AgentSpec, schema: Schema) -> tuple[Finding, ...]:
    """Everything that is wrong with ``spec`` before any data is looked at."""
    return (
        *_columns(spec, schema),
        *name_findings(spec),
        *group_findings(spec),
        *_metrics(spec),
        *_modes(spec),
        *_conditions(spec),
        *_order(spec),
    )


def _columns(spec: AgentSpec, schema: Schema) -> Iterator[Finding]:
    """Every table and column exists; inputs fit their columns' kinds."""
    entity = spec.entity
    for key in entity.key:
        name = ColumnName(table=entity.table.table, schema_name=entity.table.schema_name, column=key.column)
        yield from _exists(name, "entity.key", schema)
    for place, column in _named_columns(spec):
        yield from _exists(column, place, schema)
    for place, name, kind in _typed_columns(spec):
        found = schema.column(name.ref)
        if found and not _fits_kind(kind, found):
            yield _error("wrong_kind", place, f"{name.ref} holds {found.kind.value}, not {kind.value}")


def _typed_columns(spec: AgentSpec) -> Iterator[tuple[str, ColumnName, Kind]]:
    yield from (("entity.where", f.column, f.kind) for f in spec.entity.fields)
    for given in spec.inputs:
        place = f"inputs.{given.name}"
        if given.column:
            yield place, given.column, given.kind
        if given.aggregate:
            yield from ((place, f.column, f.kind) for f in given.aggregate.fields)


def _named_columns(spec: AgentSpec) -> Iterator[tuple[str, ColumnName]]:
    entity = spec.entity
    if entity.label:
        yield "entity.label", entity.label
    yield from (("entity.joins", c) for c in _join_columns(entity.joins))
    yield from (("entity.where", f.column) for f in entity.fields)
    for given in spec.inputs:
        place = f"inputs.{given.name}"
        if given.column:
            yield place, given.column
        if given.aggregate:
            yield from ((place, c) for c in given.aggregate.key)
            yield from ((place, f.column) for f in given.aggregate.fields)
            yield from ((place, c) for c in _join_columns(given.aggregate.path))


def _join_columns(joins: tuple[Join, ...]) -> Iterator[ColumnName]:
    return (side for join in joins for pair in join.on for side in (pair.left, pair.right))


def _exists(name: ColumnName, place: str, schema: Schema) -> Iterator[Finding]:
    table = schema.table(name.ref.table)
    if table is None:
        hint = suggestion(name.table, (t.ref.name for t in schema.tables))
        yield _error("unknown_table", place, f"there is no table {name.ref.table}", hint)
    elif table.column(name.column) is None:
        hint = suggestion(name.column, (c.name for c in table.columns))
        yield _error("unknown_column", place, f"{name.ref.table} has no column {name.column}", hint)


def _fits_kind(kind: Kind, found: Column) -> bool:
    if kind.is_number:
        return found.kind.is_number
    return ANNOTATIONS[kind] == ANNOTATIONS[found.kind]


def _metrics(spec: AgentSpec) -> Iterator[Finding]:
    units = {i.name: i.unit for i in spec.inputs} | {p.name: p.unit for p in spec.parameters}
    for metric in spec.metrics:
        place = f"metrics.{metric.name}"
        if metric.unit in {Unit.DATE, Unit.TEXT}:
            yield _error("no_number", place, f"a figure is a number, not a {metric.unit.value}")
        yield from _formula(metric.formula, f"{place}.formula", units, metric.unit)
        for rule in metric.undefined:
            yield from _formula(rule.when, f"{place}.undefined", units, None)
        yield from _status(metric, place, units)
        units = units | {metric.name: metric.unit}


def _status(metric: Metric, place: str, units: Mapping[str, Unit]) -> Iterator[Finding]:
    own = {metric.name: metric.unit} | {n: u for n, u in units.items() if n not in {metric.name}}
    for number, rule in enumerate(metric.status):
        if rule.when:
            yield from _formula(rule.when, f"{place}.status", own, None)
        elif number != len(metric.status) - 1:
            yield _error("unreachable_status", f"{place}.status", f"nothing after '{rule.status}' is ever reached")
    if metric.status and metric.status[-1].when:
        yield _error("no_last_status", f"{place}.status", "the last status has to hold without a condition")


def _modes(spec: AgentSpec) -> Iterator[Finding]:
    inputs = {i.name: i.unit for i in spec.inputs}
    for mode in spec.modes:
        units = inputs | {p.name: p.unit for p in (*spec.parameters, *mode.parameters)}
        for adjustment in mode.adjustments:
            place = f"modes.{mode.name}.{adjustment.input}"
            if adjustment.input not in inputs:
                hint = suggestion(adjustment.input, inputs)
                yield _error("unknown_name", place, f"there is no input '{adjustment.input}'", hint)
            else:
                yield from _formula(adjustment.formula, place, units, inputs[adjustment.input])
        yield from _unused_parameters(mode)


def _unused_parameters(mode: Mode) -> Iterator[Finding]:
    try:
        used = frozenset().union(*(names(parse(a.formula)) for a in mode.adjustments))
    except FormulaError:
        return
    for parameter in mode.parameters:
        if parameter.name not in used:
            yield _error("unused_parameter", f"modes.{mode.name}", f"{parameter.name} changes nothing")


def _conditions(spec: AgentSpec) -> Iterator[Finding]:
    """Filters and aggregate expressions: names are their own fields."""
    if spec.entity.where:
        yield from _formula(spec.entity.where, "entity.where", _field_units(spec.entity.fields), None)
    for given in spec.inputs:
        if given.aggregate:
            units = _field_units(given.aggregate.fields)
            if given.aggregate.expression:
                yield from _counted_or_added(given, given.aggregate, units)
            if given.aggregate.where:
                yield from _formula(given.aggregate.where, f"inputs.{given.name}.where", units, None)


def _counted_or_added(given: Input, aggregate: Aggregate, units: Mapping[str, Unit]) -> Iterator[Finding]:
    """Anything can be counted; only numbers can be added up or compared in size."""
    place = f"inputs.{given.name}.expression"
    if aggregate.function == "count":
        yield from _formula(aggregate.expression, place, units, "anything")
    elif given.unit in {Unit.DATE, Unit.TEXT}:
        message = f"{aggregate.function} of a {given.unit.value} is no figure"
        yield _error("no_number", place, message, "use the days between dates")
    else:
        yield from _formula(aggregate.expression, place, units, given.unit)


def _order(spec: AgentSpec) -> Iterator[Finding]:
    """Rows are listed by figures of their own."""
    known = [m.name for m in spec.metrics]
    for name in (n.removeprefix("-") for n in spec.sort):
        if name not in known:
            yield _error("unknown_name", "sort", f"rows cannot be listed by '{name}'", suggestion(name, known))


def _field_units(fields: tuple[SourceField, ...]) -> dict[str, Unit]:
    words = {Kind.TEXT: Unit.TEXT, Kind.OTHER: Unit.TEXT, Kind.DATE: Unit.DATE, Kind.DATETIME: Unit.DATE}
    return {f.name: words.get(f.kind, Unit.NUMBER) for f in fields}


def _formula(text: str, place: str, units: Mapping[str, Unit], declared: _Declared) -> Iterator[Finding]:
    try:
        tree = parse(text)
        yield from _unknown_names(tree, place, units)
        if names(tree) <= units.keys():
            yield from _unit(tree, text, place, units, declared)
    except FormulaError as problem:
        yield _error("bad_formula", place, problem.message + f" in '{text}'", problem.hint)


def _unknown_names(tree: Node, place: str, units: Mapping[str, Unit]) -> Iterator[Finding]:
    for name in sorted(names(tree) - units.keys()):
        yield _error("unknown_name", place, f"there is no '{name}' here", suggestion(name, units))


def _unit(tree: Node, text: str, place: str, units: Mapping[str, Unit], declared: _Declared) -> Iterator[Finding]:
    found = check(tree, units, text)
    if declared == "anything":
        return
    if declared is None:
        if found.kind != "condition":
            yield _error("not_a_condition", place, f"'{text}' is {found.words}, not a condition")
    elif not fits(found, declared):
        yield _error("wrong_unit", place, f"'{text}' is {found.words}, declared as {declared.value}")


def _error(code: str, place: str, message: str, hint: str = "") -> Finding:
    return Finding(level=Level.ERROR, code=code, place=place, message=message, suggestion=hint)
