"""Numbers over the rows of child tables: which table, which column, and the way from there to the entity."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from daemon.core.build import Term
from daemon.core.naming import identifier, words
from daemon.core.schema import ColumnRef, Kind, Schema, TableRef
from daemon.core.spec import Aggregate, ColumnName, Input, Join, SourceField, TableName, Unit
from daemon.planning.entities import named_tables
from daemon.planning.ground import Surveyor
from daemon.planning.joins import column_name, reach
from daemon.planning.mapping import QUALIFIED, candidates
from daemon.planning.questions import Questions


@dataclass(frozen=True, slots=True)
class Way:
    """From a child table to the entity: joins on the way, and the columns there that equal the entity's key."""

    table: TableRef
    joins: tuple[Join, ...]
    key: tuple[ColumnName, ...]

    @property
    def steps(self) -> int:
        """Joins to the entity."""
        return len(self.joins)


@dataclass(frozen=True, slots=True)
class ChildReading:
    """One way to understand an aggregate, in words, with its inputs and the formula over them."""

    words: str
    formula: str
    inputs: tuple[Input, ...]
    undefined: tuple[tuple[str, str], ...] = ()


class ChildNotClear(ValueError):
    """There is no child table for a term, or no way from it; the message says which."""


def child_readings(term: Term, root: TableRef, key: Sequence[str], surveyor: Surveyor) -> tuple[ChildReading, ...]:
    """Every way to understand ``term`` over rows below ``root``, nearest table first.

    Raises ``ChildNotClear`` when there is none.
    """
    schema = surveyor.schema
    if term.function == "count":
        tables = named_tables(term.phrase, schema)
        ways = [w for t in tables if (w := way_to(t, root, key, surveyor))]
        found = [ChildReading(f"rows of {w.table}", term.name, (_count(term, w),)) for w in ways]
    else:
        found = []
        fitting = [c.column for c in candidates(term, schema, surveyor.glossary) if c.score >= QUALIFIED]
        ways_to = [(w, c) for c in fitting if (w := way_to(c.table, root, key, surveyor))]
        for way, column in sorted(ways_to, key=lambda pair: (pair[0].steps, str(pair[1]))):
            found += _over_column(term, way, column, schema)
    if not found:
        raise ChildNotClear(f"no table with several rows per {root} has {term.phrase}")
    return tuple(found)


def way_to(child: TableRef, root: TableRef, key: Sequence[str], surveyor: Surveyor) -> Way | None:
    """The way from ``child`` to ``root``, if it has several rows per row of it and there is one clear way."""
    path = reach(surveyor.schema, child, surveyor.is_unique).path(root)
    if not path or not any(edge.shares for edge in path):
        return None
    last = path[-1]
    if set(last.target_columns) == set(key):
        pairs = dict(zip(last.target_columns, last.columns, strict=True))
        columns = tuple(column_name(last.source, pairs[k]) for k in key)
        return Way(child, tuple(e.join for e in path[:-1]), columns)
    return Way(child, tuple(e.join for e in path), tuple(column_name(root, k) for k in key))


def ask_reading(term: Term, readings: Sequence[ChildReading], questions: Questions) -> ChildReading | None:
    """The one meant; None while the question is open."""
    if len(readings) == 1:
        return readings[0]
    by_option = {r.words: r for r in readings}
    answer = questions.ask(f"which “{term.phrase}” is meant?", tuple(by_option), readings[0].words)
    return by_option[answer] if answer else None


def _count(term: Term, way: Way) -> Input:
    aggregate = Aggregate(function="count", table=_table(way.table), path=way.joins, key=way.key)
    return Input(
        name=term.name,
        title=term.name.replace("_", " "),
        unit=Unit.COUNT,
        kind=Kind.INTEGER,
        aggregate=aggregate,
        nulls="zero",
    )


def _over_column(term: Term, way: Way, column: ColumnRef, schema: Schema) -> list[ChildReading]:
    field = _field(column, schema)
    plain = ChildReading(
        f"{column}, every row of {way.table} once",
        term.name,
        (_input(term.name, term, way, (field,), field.name),),
    )
    weights = [c for c in schema.columns_of(column.table) if words(c.name)[-1:] in {("quantity",), ("qty",)}]
    if term.function != "avg" or len(weights) != 1:
        return [plain]
    weight = _field(ColumnRef(column.table, weights[0].name), schema)
    top, bottom = f"{field.name}_times_{weight.name}", f"total_{weight.name}"
    inputs = (
        _input(top, term, way, (field, weight), f"{field.name} * {weight.name}", "sum"),
        _input(bottom, Term(name=bottom, phrase=weight.name, unit=Unit.COUNT), way, (weight,), weight.name, "sum"),
    )
    weighted = ChildReading(
        f"{column}, weighted by {weight.name}", f"{top} / {bottom}", inputs, ((f"{bottom} == 0", f"no {weight.name}"),)
    )
    return [plain, weighted]


def _input(
    name: str, term: Term, way: Way, fields: tuple[SourceField, ...], expression: str, function: str = ""
) -> Input:
    used = function or term.function
    aggregate = Aggregate.model_validate(
        {
            "function": used,
            "expression": expression,
            "table": _table(way.table),
            "path": way.joins,
            "key": way.key,
            "fields": fields,
        }
    )
    is_whole = all(f.kind is Kind.INTEGER for f in fields) and used != "avg"
    return Input(
        name=name,
        title=name.replace("_", " "),
        unit=term.unit,
        kind=Kind.INTEGER if is_whole else Kind.DECIMAL,
        aggregate=aggregate,
        nulls="zero" if used == "sum" else "undefined",
    )


def _field(column: ColumnRef, schema: Schema) -> SourceField:
    found = schema.column(column)
    assert found is not None
    return SourceField(name=identifier(column.name), column=ColumnName.of(column), kind=found.kind, scale=found.scale)


def _table(table: TableRef) -> TableName:
    return TableName(table=table.name, schema_name=table.schema)
