"""What the live database looks like: tables, columns, keys. The ground every spec is checked against."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass, field
from decimal import Decimal
from enum import StrEnum


class Kind(StrEnum):
    """What a column's values are, whatever the engine calls the type."""

    INTEGER = "integer"
    DECIMAL = "decimal"
    """Exact numbers with a declared scale."""
    REAL = "real"
    """Binary floating point."""
    TEXT = "text"
    DATE = "date"
    DATETIME = "datetime"
    BOOLEAN = "boolean"
    OTHER = "other"

    @property
    def is_number(self) -> bool:
        """Whether arithmetic makes sense."""
        return self in {Kind.INTEGER, Kind.DECIMAL, Kind.REAL}


@dataclass(frozen=True, slots=True, order=True)
class TableRef:
    """A table or view by name; ``schema`` is None for the default schema of the connection."""

    name: str
    schema: str | None = None

    def __str__(self) -> str:
        return f"{self.schema}.{self.name}" if self.schema else self.name


@dataclass(frozen=True, slots=True, order=True)
class ColumnRef:
    """A column of a table."""

    table: TableRef
    name: str

    def __str__(self) -> str:
        return f"{self.table}.{self.name}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column: its kind, the engine's own type text, and the declared scale of exact numbers."""

    name: str
    kind: Kind
    sql_type: str
    nullable: bool = True
    scale: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ForeignKey:
    """``columns`` of this table point to ``target_columns`` of ``target``."""

    columns: tuple[str, ...]
    target: TableRef
    target_columns: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A table or view. ``unique`` lists column sets declared unique, the primary key not among them."""

    ref: TableRef
    columns: tuple[Column, ...]
    primary_key: tuple[str, ...] = ()
    foreign_keys: tuple[ForeignKey, ...] = ()
    unique: tuple[tuple[str, ...], ...] = ()
    is_view: bool = False

    def column(self, name: str) -> Column | None:
        """The column of that exact name, if there is one."""
        return next((c for c in self.columns if c.name == name), None)

    def declares_unique(self, columns: tuple[str, ...]) -> bool:
        """Whether the database itself promises at most one row for each value of ``columns``."""
        wanted = set(columns)
        keys = [set(k) for k in (self.primary_key, *self.unique) if k]
        return any(key <= wanted for key in keys)


@dataclass(frozen=True, slots=True, kw_only=True)
class Schema:
    """Every table the connection can read."""

    dialect: str
    """``sqlite`` or ``postgresql``."""
    tables: tuple[Table, ...]

    def table(self, ref: TableRef) -> Table | None:
        """The table of that reference, if there is one."""
        return next((t for t in self.tables if t.ref == ref), None)

    def columns_of(self, ref: TableRef) -> tuple[Column, ...]:
        """Columns of the table of that reference; empty if there is none."""
        table = self.table(ref)
        return table.columns if table else ()

    def column(self, ref: ColumnRef) -> Column | None:
        """The column of that reference, if there is one."""
        table = self.table(ref.table)
        return table.column(ref.name) if table else None


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnProfile:
    """Measured on the data: how many rows, how many NULLs, the range, and some values.

    ``minimum`` and ``maximum`` are None unless the column is a number. ``not_numbers`` counts cells of a
    number column that hold something else (SQLite allows it), ``not_dates`` those of a date column.
    """

    rows: int
    nulls: int
    distinct: int
    minimum: Decimal | None = None
    maximum: Decimal | None = None
    not_numbers: int = 0
    not_dates: int = 0
    samples: tuple[str, ...] = field(default=())


def fingerprint(schema: Schema, tables: tuple[TableRef, ...]) -> str:
    """SHA-256 over the named tables' columns, kinds and keys: changes when the ground of a spec changes.

    The order of tables and columns does not count.
    """
    parts = []
    for ref in sorted(tables):
        table = schema.table(ref)
        if table is None:
            parts.append(json.dumps([str(ref), "missing"]))
            continue
        columns = sorted((c.name, c.kind.value) for c in table.columns)
        keys = [asdict(k) for k in sorted(table.foreign_keys, key=lambda k: k.columns)]
        parts.append(json.dumps([str(ref), columns, table.primary_key, keys], sort_keys=True))
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()
