"""What only the data can say: whether the key is one, whether joins multiply rows, whether units are what they seem."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from daemon.core.findings import Finding, Level
from daemon.core.ports import Database
from daemon.core.schema import ColumnProfile, ColumnRef, Kind, Schema, TableRef
from daemon.core.spec import AgentSpec, Input, Join, Unit


def measured_findings(spec: AgentSpec, schema: Schema, database: Database) -> tuple[Finding, ...]:
    """Findings measured on the live data. Raises ``DatabaseUnavailable`` when it cannot be read."""
    return (
        *_grain(spec, schema, database),
        *_groups(spec, database),
        *_values(spec, database),
        *_dates(spec, database),
    )


def _grain(spec: AgentSpec, schema: Schema, database: Database) -> Iterator[Finding]:
    entity = spec.entity
    key = tuple(k.column for k in entity.key)
    if not entity.group_by and not _unique(entity.table.ref, key, schema, database):
        yield _error("key_not_unique", "entity.key", f"several rows of {entity.table.ref} share {', '.join(key)}")
    paths = [("entity.joins", entity.joins)]
    paths += [(f"inputs.{i.name}", i.aggregate.path) for i in spec.inputs if i.aggregate]
    for place, joins in paths:
        for join in joins:
            yield from _fan_out(join, place, schema, database)


def _groups(spec: AgentSpec, database: Database) -> Iterator[Finding]:
    """Rows without a key make a group that people may not expect."""
    table = spec.entity.table.ref
    for key in spec.entity.key if spec.entity.group_by else ():
        profile = database.profile(ColumnRef(table, key.column))
        if profile.nulls:
            message = f"{profile.nulls} rows of {table} have no {key.column}: a {spec.entity.name} of their own"
            yield Finding(level=Level.WARNING, code="missing_key", place="entity.key", message=message)


def _fan_out(join: Join, place: str, schema: Schema, database: Database) -> Iterator[Finding]:
    columns = tuple(p.right.column for p in join.on)
    if not _unique(join.table.ref, columns, schema, database):
        message = f"joining {join.table.ref} on {', '.join(columns)} would multiply rows: several share a value"
        yield _error("join_multiplies", place, message, "ask for a sum, a count or an average of them")


def _unique(table: TableRef, columns: tuple[str, ...], schema: Schema, database: Database) -> bool:
    declared = schema.table(table)
    return bool(declared and declared.declares_unique(columns)) or database.is_unique(table, columns)


def _values(spec: AgentSpec, database: Database) -> Iterator[Finding]:
    for given in spec.inputs:
        if given.column and given.kind.is_number:
            yield from _value(given, database)
        for field in given.aggregate.fields if given.aggregate else ():
            if field.kind.is_number:
                profile = database.profile(field.column.ref)
                yield from _not_numbers(f"inputs.{given.name}", field.column.ref, profile)


def _dates(spec: AgentSpec, database: Database) -> Iterator[Finding]:
    """Every column that is read as a date holds dates."""
    columns = [("entity.where", f.column.ref, f.kind) for f in spec.entity.fields]
    for given in spec.inputs:
        fields = given.aggregate.fields if given.aggregate else ()
        columns += [(f"inputs.{given.name}", f.column.ref, f.kind) for f in fields]
        columns += [(f"inputs.{given.name}", given.column.ref, given.kind)] if given.column else []
    dates = {ref: place for place, ref, kind in columns if kind in {Kind.DATE, Kind.DATETIME}}
    for ref, place in dates.items():
        wrong = database.profile(ref).not_dates
        if wrong:
            hint = "dates are written like 2024-12-31, with or without a time"
            yield _error("not_dates", place, f"{wrong} cells of {ref} hold no date", hint)


def _value(given: Input, database: Database) -> Iterator[Finding]:
    assert given.column is not None
    place, column = f"inputs.{given.name}", given.column.ref
    profile = database.profile(column)
    yield from _not_numbers(place, column, profile)
    if not profile.rows or profile.nulls == profile.rows:
        message = f"{column} is empty, so every figure that needs it is undefined"
        yield Finding(level=Level.WARNING, code="no_values", place=place, message=message)
    largest = max(abs(profile.minimum or Decimal(0)), abs(profile.maximum or Decimal(0)))
    if given.unit is Unit.FRACTION and largest > 2:
        yield _error("not_a_fraction", place, f"{column} reaches {largest}: these are no fractions", "is it percent?")
    if given.unit is Unit.PERCENT and profile.maximum is not None and 0 < largest <= 1:
        yield _error("not_percent", place, f"{column} stays below 1: this is no percentage", "is it a fraction?")


def _not_numbers(place: str, column: ColumnRef, profile: ColumnProfile) -> Iterator[Finding]:
    if profile.not_numbers:
        yield _error("not_numbers", place, f"{profile.not_numbers} cells of {column} hold no number")


def _error(code: str, place: str, message: str, hint: str = "") -> Finding:
    return Finding(level=Level.ERROR, code=code, place=place, message=message, suggestion=hint)
