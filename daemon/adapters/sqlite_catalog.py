"""What a SQLite database says of itself: tables, columns, keys; kinds from declared types."""

from __future__ import annotations

import re
from typing import Any

from sqlalchemy import Connection, column, func, select
from sqlalchemy import table as sql_table
from sqlalchemy.exc import OperationalError

from daemon.core.schema import Column, ForeignKey, Kind, Table, TableRef

PROBED_ROWS = 1000
"""How many rows tell the kind of a column without a declared type."""

_DECLARED = (
    ("BOOL", Kind.BOOLEAN),
    ("DATETIME", Kind.DATETIME),
    ("TIMESTAMP", Kind.DATETIME),
    ("DATE", Kind.DATE),
    ("REAL", Kind.REAL),
    ("FLOA", Kind.REAL),
    ("DOUB", Kind.REAL),
    ("INT", Kind.INTEGER),
    ("CHAR", Kind.TEXT),
    ("CLOB", Kind.TEXT),
    ("TEXT", Kind.TEXT),
    ("STRING", Kind.TEXT),
    ("NUM", Kind.DECIMAL),
    ("DEC", Kind.DECIMAL),
    ("MONEY", Kind.DECIMAL),
    ("CURRENCY", Kind.DECIMAL),
)
"""The first word found in the declared type decides, as in SQLite's own affinity rules; what people mean by
DATE, BOOL or STRING goes before what SQLite makes of them."""


def kind_of(declared: str) -> tuple[Kind, int | None]:
    """Kind and declared scale of a declared type, which SQLite lets be any text: ``NUMERIC(14,2)``, ``FLOAT``."""
    upper = declared.upper()
    kind = next((kind for word, kind in _DECLARED if word in upper), Kind.OTHER)
    if kind is not Kind.DECIMAL:
        return kind, None
    size = re.search(r"\(\s*\d+\s*(?:,\s*(\d+)\s*)?\)", upper)
    return kind, int(size[1] or 0) if size else None


def read_tables(connection: Connection) -> tuple[Table, ...]:
    """Every table and view, by name; views and virtual tables that do not work here are left out."""
    kinds = {
        row.name: row.type
        for row in connection.exec_driver_sql("PRAGMA main.table_list")
        if row.type != "shadow" and not row.name.startswith("sqlite_")
    }
    described = {name: _described(connection, name, kind) for name, kind in kinds.items()}
    primary = {
        name: tuple(row.name for row in sorted(rows, key=lambda row: row.pk) if row.pk)
        for name, rows in described.items()
    }
    return tuple(
        Table(
            ref=TableRef(name),
            columns=tuple(_column(connection, name, row) for row in described[name]),
            primary_key=primary[name],
            foreign_keys=_foreign_keys(connection, name, primary),
            unique=_unique(connection, name),
            is_view=kinds[name] == "view",
        )
        for name in sorted(kinds)
        if described[name]
    )


def _pragma(connection: Connection, pragma: str, name: str) -> list[Any]:
    return list(connection.exec_driver_sql(f"PRAGMA main.{pragma}({_quoted(name)})"))


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _described(connection: Connection, table: str, kind: str) -> list[Any]:
    try:
        return [row for row in _pragma(connection, "table_xinfo", table) if row.hidden != 1]
    except OperationalError:
        if kind == "table":
            raise
        return []


def _column(connection: Connection, table: str, row: Any) -> Column:
    kind, scale = kind_of(row.type) if row.type else (_measured_kind(connection, table, row.name), None)
    return Column(name=row.name, kind=kind, sql_type=row.type, nullable=not (row.notnull or row.pk), scale=scale)


def _measured_kind(connection: Connection, table: str, name: str) -> Kind:
    """The kind of an untyped column (an expression of a view, say) by the values it has."""
    first = select(column(name).label("cell")).select_from(sql_table(table)).limit(PROBED_ROWS).subquery()
    types = set(connection.scalars(select(func.typeof(first.c.cell)).distinct())) - {"null"}
    if types == {"integer"}:
        return Kind.INTEGER
    if types and types <= {"integer", "real"}:
        return Kind.REAL
    return Kind.TEXT if types == {"text"} else Kind.OTHER


def _foreign_keys(connection: Connection, table: str, primary: dict[str, tuple[str, ...]]) -> tuple[ForeignKey, ...]:
    """Keys that lead to an existing table; without named target columns they lead to its primary key."""
    named = {name.casefold(): name for name in primary}
    parts: dict[int, list[Any]] = {}
    for row in _pragma(connection, "foreign_key_list", table):
        parts.setdefault(row.id, []).append(row)
    keys = []
    for _, rows in sorted(parts.items()):
        target = named.get(rows[0].table.casefold())
        if target is None:
            continue
        columns = tuple(row[3] for row in rows)
        targets = tuple(row.to for row in rows) if rows[0].to else primary[target]
        if len(targets) == len(columns):
            keys.append(ForeignKey(columns=columns, target=TableRef(target), target_columns=targets))
    return tuple(keys)


def _unique(connection: Connection, table: str) -> tuple[tuple[str, ...], ...]:
    """Unique indexes over plain columns of all rows, the primary key's own left out."""
    sets = set()
    for index in _pragma(connection, "index_list", table):
        if index.unique and not index.partial and index.origin != "pk":
            sets.add(tuple(row.name for row in _pragma(connection, "index_info", index.name)))
    return tuple(sorted(columns for columns in sets if None not in columns))
