"""What a PostgreSQL database says of itself: every table the user may read; kinds from the engine's types."""

from __future__ import annotations

import re
from collections import defaultdict
from typing import Any

from sqlalchemy import Connection

from daemon.core.schema import Column, ForeignKey, Kind, Table, TableRef

_KINDS = {
    "smallint": Kind.INTEGER,
    "integer": Kind.INTEGER,
    "bigint": Kind.INTEGER,
    "numeric": Kind.DECIMAL,
    "real": Kind.REAL,
    "double precision": Kind.REAL,
    "text": Kind.TEXT,
    "character varying": Kind.TEXT,
    "character": Kind.TEXT,
    "bpchar": Kind.TEXT,
    '"char"': Kind.TEXT,
    "name": Kind.TEXT,
    "citext": Kind.TEXT,
    "uuid": Kind.TEXT,
    "date": Kind.DATE,
    "timestamp without time zone": Kind.DATETIME,
    "timestamp with time zone": Kind.DATETIME,
    "boolean": Kind.BOOLEAN,
}
"""Everything else is OTHER, ``money`` too: its text depends on the server's locale."""

# Partitions are left out: their rows are those of the partitioned table.
_RELATIONS = """
SELECT c.oid, nullif(n.nspname, current_schema()), c.relname, c.relkind IN ('v', 'm')
FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND NOT c.relispartition
  AND n.nspname <> 'information_schema' AND n.nspname NOT LIKE 'pg\\_%'
  AND has_schema_privilege(n.oid, 'USAGE') AND has_any_column_privilege(c.oid, 'SELECT')
ORDER BY n.nspname, c.relname"""

_COLUMNS = """
SELECT a.attrelid, a.attname, format_type(a.atttypid, a.atttypmod),
  CASE t.typtype WHEN 'e' THEN 'text' WHEN 'd' THEN format_type(t.typbasetype, t.typtypmod)
  ELSE format_type(a.atttypid, a.atttypmod) END,
  NOT (a.attnotnull OR t.typnotnull)
FROM pg_catalog.pg_attribute a JOIN pg_catalog.pg_type t ON t.oid = a.atttypid
  JOIN pg_catalog.pg_class c ON c.oid = a.attrelid
WHERE a.attnum > 0 AND NOT a.attisdropped AND c.relkind IN ('r', 'p', 'v', 'm', 'f')
  AND has_column_privilege(a.attrelid, a.attnum, 'SELECT')
ORDER BY a.attrelid, a.attnum"""

_KEYS = """
SELECT i.indrelid, i.indisprimary, ARRAY(
  SELECT a.attname::text FROM unnest(i.indkey::int2[]) WITH ORDINALITY AS k(number, place)
    JOIN pg_catalog.pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.number
  WHERE k.place <= i.indnkeyatts ORDER BY k.place)
FROM pg_catalog.pg_index i
WHERE i.indisunique AND i.indisvalid AND i.indpred IS NULL AND i.indexprs IS NULL
ORDER BY i.indexrelid"""

_FOREIGN_KEYS = """
SELECT k.conrelid, k.confrelid, ARRAY(
  SELECT a.attname::text FROM unnest(k.conkey) WITH ORDINALITY AS p(number, place)
    JOIN pg_catalog.pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = p.number ORDER BY p.place), ARRAY(
  SELECT a.attname::text FROM unnest(k.confkey) WITH ORDINALITY AS p(number, place)
    JOIN pg_catalog.pg_attribute a ON a.attrelid = k.confrelid AND a.attnum = p.number ORDER BY p.place)
FROM pg_catalog.pg_constraint k WHERE k.contype = 'f' ORDER BY k.conrelid, k.oid"""


def kind_of(type_text: str) -> tuple[Kind, int | None]:
    """Kind and declared scale of a type as ``format_type`` writes it: ``numeric(14,2)``, ``timestamp(3) with …``."""
    kind = _KINDS.get(re.sub(r"\([^)]*\)", "", type_text), Kind.OTHER)
    size = re.fullmatch(r"numeric\(\d+,(-?\d+)\)", type_text)
    return kind, max(int(size[1]), 0) if size else None


def read_tables(connection: Connection) -> tuple[Table, ...]:
    """Every table and view outside the engine's schemas that the user may read."""
    columns: defaultdict[int, list[Column]] = defaultdict(list)
    for oid, name, sql_type, base_type, nullable in _rows(connection, _COLUMNS):
        kind, scale = kind_of(base_type)
        columns[oid].append(Column(name=name, kind=kind, sql_type=sql_type, nullable=nullable, scale=scale))
    relations = _rows(connection, _RELATIONS)
    refs = {oid: TableRef(name, schema) for oid, schema, name, _ in relations}
    primary: dict[int, tuple[str, ...]] = {}
    unique: defaultdict[int, set[tuple[str, ...]]] = defaultdict(set)
    for oid, is_primary, names in _rows(connection, _KEYS):
        if is_primary:
            primary[oid] = tuple(names)
        else:
            unique[oid].add(tuple(names))
    foreign: defaultdict[int, list[ForeignKey]] = defaultdict(list)
    for oid, target, names, target_names in _rows(connection, _FOREIGN_KEYS):
        if target in refs:
            key = ForeignKey(columns=tuple(names), target=refs[target], target_columns=tuple(target_names))
            foreign[oid].append(key)
    return tuple(
        Table(
            ref=refs[oid],
            columns=tuple(columns[oid]),
            primary_key=primary.get(oid, ()),
            foreign_keys=tuple(foreign[oid]),
            unique=tuple(sorted(unique[oid])),
            is_view=is_view,
        )
        for oid, _, _, is_view in relations
    )


def _rows(connection: Connection, sql: str) -> list[Any]:
    return list(connection.exec_driver_sql(sql, execution_options={"no_parameters": True}).all())
