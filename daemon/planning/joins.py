"""Which tables an entity row reaches without being multiplied, and how."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from daemon.core.schema import ForeignKey, Schema, Table, TableRef
from daemon.core.spec import ColumnName, Join, JoinPair, TableName

_MOST_STEPS = 4


@dataclass(frozen=True, slots=True)
class Edge:
    """A join that reaches at most one row. ``shares`` says that several rows may reach the same one."""

    source: TableRef
    target: TableRef
    columns: tuple[str, ...]
    target_columns: tuple[str, ...]
    shares: bool

    @property
    def join(self) -> Join:
        """The spec's writing of it."""
        pairs = tuple(
            JoinPair(left=_column(self.source, left), right=_column(self.target, right))
            for left, right in zip(self.columns, self.target_columns, strict=True)
        )
        return Join(table=TableName(table=self.target.name, schema_name=self.target.schema), on=pairs)


IsUnique = Callable[[TableRef, tuple[str, ...]], bool]


@dataclass(frozen=True, slots=True)
class Reach:
    """Everything around a table that is one row per row of it. ``paths`` are the shortest ways, all of them."""

    root: TableRef
    paths: dict[TableRef, tuple[tuple[Edge, ...], ...]]

    def path(self, table: TableRef) -> tuple[Edge, ...] | None:
        """The way to a table, if there is exactly one shortest."""
        ways = self.paths.get(table, ())
        return ways[0] if len(ways) == 1 else None

    def shares(self, table: TableRef) -> bool:
        """Whether several rows of the root may reach the same row of ``table``."""
        return any(e.shares for e in self.path(table) or ())


def reach(schema: Schema, root: TableRef, is_unique: IsUnique) -> Reach:
    """The reach of ``root``. ``is_unique`` decides where the schema declares nothing."""
    paths: dict[TableRef, tuple[tuple[Edge, ...], ...]] = {root: ((),)}
    frontier = [root]
    for _ in range(_MOST_STEPS):
        found: dict[TableRef, tuple[tuple[Edge, ...], ...]] = {}
        for table in frontier:
            for edge in edges(schema, table, is_unique):
                if edge.target not in paths:
                    found[edge.target] = found.get(edge.target, ()) + tuple((*p, edge) for p in paths[table])
        paths |= found
        frontier = list(found)
    return Reach(root, paths)


def edges(schema: Schema, table: TableRef, is_unique: IsUnique) -> Iterator[Edge]:
    """Joins from ``table`` that reach at most one row: its own foreign keys, and others' that are unique there."""
    own = schema.table(table)
    if own is None:
        return
    for key in own.foreign_keys:
        target = schema.table(key.target)
        if target is not None and key.target != table and target.declares_unique(key.target_columns):
            shares = not own.declares_unique(key.columns)
            yield Edge(table, key.target, key.columns, key.target_columns, shares)
    for other in schema.tables:
        for key in other.foreign_keys:
            if key.target == table and other.ref != table and points_once(other, key, is_unique):
                yield Edge(table, other.ref, key.target_columns, key.columns, shares=False)


def points_once(table: Table, key: ForeignKey, is_unique: IsUnique) -> bool:
    """Whether at most one row of ``table`` points to each target row."""
    return table.declares_unique(key.columns) or is_unique(table.ref, key.columns)


def column_name(table: TableRef, name: str) -> ColumnName:
    """A column in the spec's writing."""
    return _column(table, name)


def _column(table: TableRef, name: str) -> ColumnName:
    return ColumnName(table=table.name, column=name, schema_name=table.schema)
