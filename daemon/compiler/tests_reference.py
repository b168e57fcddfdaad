"""What an agent must answer over rows held in memory: joins, aggregates, modes, figures and totals by the reference
interpreter, in exact decimals. Expected values of compiled tests come from here, never from generated code.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from daemon.compiler.figures import checks_of, fraction_of, total_kind
from daemon.compiler.formula import Value, evaluate, names, parse
from daemon.core.schema import ColumnRef, Kind, TableRef
from daemon.core.spec import AgentSpec, Aggregate, Entity, Join, Metric, SourceField

Cell = Decimal | str | None
"""A value of a table. Dates are text, as SQLite keeps them."""
TableRows = Mapping[TableRef, Sequence[Mapping[str, Cell]]]
NOT_AVAILABLE = "N/A"


@dataclass(frozen=True, slots=True, kw_only=True)
class EntityRow:
    """One row as the data agent hands it on."""

    key: tuple[Cell, ...]
    label: Cell
    inputs: Mapping[str, Cell]


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One metric of one row: ``exact`` and ``shown`` are None with a ``reason``."""

    exact: Decimal | None
    shown: Decimal | None
    status: str | None
    reason: str | None
    differs_when_rounded: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Total:
    """One metric over all rows."""

    shown: Decimal | None
    rows: int
    undefined: int
    by_status: Mapping[str, int]
    reason: str | None


def entity_rows(spec: AgentSpec, tables: TableRows) -> tuple[EntityRow, ...]:
    """The rows that fulfil the entity's condition, or their groups, in the order of the key; a missing one is last."""
    entity = spec.entity
    sums = {i.name: _aggregated(i.aggregate, entity, tables) for i in spec.inputs if i.aggregate}
    found: dict[int | tuple[Cell, ...], EntityRow] = {}
    for number, start in enumerate(tables.get(entity.table.ref, ())):
        cells = _joined(entity.table.ref, start, entity.joins, tables)
        if not _holds(entity.where, entity.fields, cells):
            continue
        key = tuple(start[k.column] for k in entity.key)
        inputs: dict[str, Cell] = {}
        for given in spec.inputs:
            value = (
                sums[given.name].get(key) if given.aggregate else cells.get(given.column.ref) if given.column else None
            )
            inputs[given.name] = Decimal(0) if value is None and not given.may_be_missing else value
        label = cells.get(entity.label.ref) if entity.label else None
        found[key if entity.group_by else number] = EntityRow(key=key, label=label, inputs=inputs)
    return tuple(sorted(found.values(), key=lambda row: [(part is None, part) for part in row.key]))


def figures(
    spec: AgentSpec, row: EntityRow, mode: str = "standard", changes: Mapping[str, Decimal] | None = None
) -> dict[str, Figure]:
    """Every metric of a row; ``changes`` are parameters with another value than their default."""
    values: dict[str, Value] = adjusted(spec, row, mode, changes)
    found: dict[str, Figure] = {}
    for metric in spec.metrics:
        result = _value(metric, spec, values, found)
        if isinstance(result, str):
            status = NOT_AVAILABLE
            found[metric.name] = Figure(exact=None, shown=None, status=status, reason=result)
            continue
        values[metric.name] = result
        shown = result.quantize(Decimal(1).scaleb(-metric.decimals), ROUND_HALF_UP)
        status_now, status_shown = (_status(metric, value, values) for value in (result, shown))
        found[metric.name] = Figure(
            exact=result,
            shown=shown,
            status=status_now,
            reason=None,
            differs_when_rounded=status_now != status_shown,
        )
    return found


def adjusted(
    spec: AgentSpec, row: EntityRow, mode: str, changes: Mapping[str, Decimal] | None = None
) -> dict[str, Value]:
    """Inputs as ``mode`` sees them, and parameters, by name."""
    known: dict[str, Value] = {
        p.name: p.default for p in (*spec.parameters, *(p for m in spec.modes for p in m.parameters))
    }
    known |= changes or {}
    known |= {i.name: _typed(row.inputs[i.name], i.kind) for i in spec.inputs}
    adjustments = next(m.adjustments for m in spec.modes if m.name == mode)
    return known | {a.input: evaluate(parse(a.formula), known) for a in adjustments}


def total(spec: AgentSpec, metric: Metric, rows: Iterable[EntityRow], mode: str) -> Total:
    """The ratio of the sums, or the sum, over the rows that have a value."""
    every = [(row, figures(spec, row, mode)[metric.name]) for row in rows]
    defined = [(row, figure) for row, figure in every if figure.exact is not None]
    exact, reason = _sum(spec, metric, defined, mode)
    return Total(
        shown=None if exact is None else exact.quantize(Decimal(1).scaleb(-metric.decimals), ROUND_HALF_UP),
        rows=len(defined),
        undefined=len(every) - len(defined),
        by_status=dict(sorted(Counter(f.status for _, f in defined if f.status is not None).items())),
        reason=reason,
    )


def _sum(
    spec: AgentSpec, metric: Metric, defined: Sequence[tuple[EntityRow, Figure]], mode: str
) -> tuple[Decimal | None, str | None]:
    kind, fraction = total_kind(metric, spec), fraction_of(metric, spec)
    if kind == "none":
        return None, "not additive: ask for single rows"
    if not defined:
        return None, "no row has a value"
    if fraction is None:
        return sum((_number(figure.exact) for _, figure in defined), Decimal(0)), None
    above, below = (
        sum((_number(evaluate(part, adjusted(spec, row, mode))) for row, _ in defined), Decimal(0)) for part in fraction
    )
    return (above / below, None) if below else (None, "the denominators add up to zero")


def _value(
    metric: Metric, spec: AgentSpec, values: Mapping[str, Value], earlier: Mapping[str, Figure]
) -> Decimal | str:
    """The value, or the reason why there is none."""
    tree = parse(metric.formula)
    used = names(tree).union(*(names(parse(u.when)) for u in metric.undefined))
    for name in sorted(used & earlier.keys()):
        if earlier[name].reason:
            return str(earlier[name].reason)
    for check in checks_of(metric, spec):
        if evaluate(check.condition, values) is True:
            return check.reason
    return _number(evaluate(tree, values))


def _status(metric: Metric, value: Decimal, values: Mapping[str, Value]) -> str | None:
    known = {**values, metric.name: value}
    return next((s.status for s in metric.status if not s.when or evaluate(parse(s.when), known) is True), None)


def _aggregated(aggregate: Aggregate, entity: Entity, tables: TableRows) -> dict[tuple[Cell, ...], Decimal | None]:
    """The aggregate's value by key."""
    groups: dict[tuple[Cell, ...], list[Value]] = {}
    for start in tables.get(aggregate.table.ref, ()):
        cells = _joined(aggregate.table.ref, start, aggregate.path, tables)
        if entity.group_by and not _belongs(entity, cells):
            continue
        group = groups.setdefault(tuple(cells.get(c.ref) for c in aggregate.key), [])
        if _holds(aggregate.where, aggregate.fields, cells):
            group.append(
                _of_fields(aggregate.expression, aggregate.fields, cells) if aggregate.expression else Decimal(1)
            )
    return {key: _reduced(aggregate, [v for v in values if v is not None]) for key, values in groups.items()}


def _belongs(entity: Entity, cells: Mapping[ColumnRef, Cell]) -> bool:
    """Whether a row leads to one of the entity's table that fulfils its condition."""
    reached = {ref.table for ref in cells}
    return entity.table.ref in reached and _holds(entity.where, entity.fields, cells)


def _reduced(aggregate: Aggregate, values: Sequence[Value]) -> Decimal | None:
    chosen = list(dict.fromkeys(values)) if aggregate.distinct else values
    if aggregate.function == "count":
        return Decimal(len(chosen))
    numbers = [_number(v) for v in chosen]
    if not numbers:
        return None
    match aggregate.function:
        case "min":
            return min(numbers)
        case "max":
            return max(numbers)
    added = sum(numbers, Decimal(0))
    return added / len(numbers) if aggregate.function == "avg" else added


def _joined(
    ref: TableRef, start: Mapping[str, Cell], joins: Iterable[Join], tables: TableRows
) -> dict[ColumnRef, Cell]:
    """All cells that left joins reach from a row; those of a missing partner are absent."""
    cells = {ColumnRef(ref, name): cell for name, cell in start.items()}
    for join in joins:
        wanted = {pair.right.column: cells.get(pair.left.ref) for pair in join.on}
        if None in wanted.values():
            continue
        for row in tables.get(join.table.ref, ()):
            if all(row[name] == value for name, value in wanted.items()):
                cells |= {ColumnRef(join.table.ref, name): cell for name, cell in row.items()}
                break
    return cells


def _holds(condition: str, fields: Iterable[SourceField], cells: Mapping[ColumnRef, Cell]) -> bool:
    return not condition or _of_fields(condition, fields, cells) is True


def _of_fields(text: str, fields: Iterable[SourceField], cells: Mapping[ColumnRef, Cell]) -> Value:
    try:
        return evaluate(parse(text), {f.name: _typed(cells.get(f.column.ref), f.kind) for f in fields})
    except ZeroDivisionError:
        return None  # as NULL in SQL


def _typed(cell: Cell, kind: Kind) -> Value:
    """A date counts as its day, whatever the time."""
    is_date = kind in {Kind.DATE, Kind.DATETIME} and isinstance(cell, str)
    return date.fromisoformat(str(cell)[:10]) if is_date else cell


def _number(value: Value) -> Decimal:
    if not isinstance(value, Decimal):
        raise TypeError(f"a figure is a number, not {value!r}")
    return value
