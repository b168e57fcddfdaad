"""Values of the sample as source text: literals of Python and SQL, and the script that makes the small database."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal

from daemon.compiler.data_agent import columns_read
from daemon.compiler.names import literal, table_variables
from daemon.compiler.python import decimal_source
from daemon.compiler.tests_reference import Cell
from daemon.compiler.tests_tables import Tables
from daemon.core.schema import Column, ColumnRef, Kind, Schema, TableRef
from daemon.core.spec import AgentSpec

_SIMPLE_TYPE = re.compile(r"[A-Za-z][A-Za-z0-9 ]*(\(\d+( ?, ?\d+)?\))?")
_TYPES = {Kind.INTEGER: "INTEGER", Kind.DECIMAL: "NUMERIC", Kind.REAL: "REAL", Kind.BOOLEAN: "BOOLEAN"}


def python_literal(value: Cell | int, kind: Kind = Kind.OTHER) -> str:
    """``value`` as Python writes what the data agent gives for a column of that kind."""
    if value is None or isinstance(value, int):
        return repr(value)
    if isinstance(value, Decimal):
        return str(value == 1) if kind is Kind.BOOLEAN else decimal_source(value)
    if kind is Kind.DATE:
        return repr(date.fromisoformat(value)).removeprefix("datetime.")
    if kind is Kind.DATETIME:
        return repr(datetime.fromisoformat(value)).removeprefix("datetime.")
    return literal(value)


def key_literals(key: Sequence[Cell], spec: AgentSpec) -> list[str]:
    """The parts of a key; whole numbers are plain ints there."""
    parts = []
    for value, column in zip(key, spec.entity.key, strict=True):
        whole = column.kind is Kind.INTEGER and isinstance(value, Decimal)
        parts.append(python_literal(int(value) if whole and value is not None else value, column.kind))
    return parts


def block(text: str) -> str:
    """A text of several lines as a Python literal in triple quotes."""
    escaped = text.replace("\\", "\\\\").replace('"""', '\\"\\"\\"')
    shown = "".join(c if c.isprintable() or c == "\n" else repr(c)[1:-1] for c in escaped)
    return f'"""\n{shown}\n"""'


def comment(text: str) -> str:
    """``text`` as one line of plain words, so that no tool takes it for an order."""
    return " ".join(re.sub(r"[^\w.,'()-]+", " ", text).split())


def database_script(spec: AgentSpec, schema: Schema, tables: Tables) -> str:
    """SQL that makes the small database: the spec's tables and columns with their declared types, then the rows.

    SQLite has no schemas: there they are part of a table's name.
    """
    parts = [_create(ref, _columns(spec, ref), schema) for ref in spec.tables]
    parts += [_insert(ref, tables, _columns(spec, ref)) for ref in spec.tables if tables.rows[ref]]
    return "\n".join(parts)


def tables_in_schemas(spec: AgentSpec) -> list[str]:
    """The data agent's constants for tables that have a schema."""
    return [variable for ref, variable in table_variables(spec.tables).items() if ref.schema]


def _columns(spec: AgentSpec, ref: TableRef) -> list[str]:
    return list(dict.fromkeys(c.column for c in columns_read(spec) if c.ref.table == ref))


def _create(ref: TableRef, columns: Iterable[str], schema: Schema) -> str:
    described = (f"{_quoted(name)} {_type(schema.column(ColumnRef(ref, name)))}" for name in columns)
    return f"CREATE TABLE {_quoted(str(ref))} ({', '.join(described)});"


def _insert(ref: TableRef, tables: Tables, columns: Sequence[str]) -> str:
    rows = [f"    ({', '.join(_sql_literal(row[name]) for name in columns)})" for row in tables.rows[ref]]
    marks = [*[","] * (len(rows) - 1), ";"]
    lines = [
        f"{row}{mark}  -- {comment(made_for)}"
        for row, mark, made_for in zip(rows, marks, tables.made_for[ref], strict=True)
    ]
    return "\n".join([f"INSERT INTO {_quoted(str(ref))} ({', '.join(map(_quoted, columns))}) VALUES", *lines])


def _type(column: Column | None) -> str:
    if column is None:
        return ""
    plain = _SIMPLE_TYPE.fullmatch(column.sql_type)
    return column.sql_type if plain else _TYPES.get(column.kind, "TEXT")


def _quoted(name: str) -> str:
    doubled = name.replace('"', '""')
    return f'"{doubled}"'


def _sql_literal(value: Cell) -> str:
    if value is None:
        return "NULL"
    if isinstance(value, Decimal):
        return format(value, "f")
    doubled = value.replace("'", "''")
    return f"'{doubled}'"
