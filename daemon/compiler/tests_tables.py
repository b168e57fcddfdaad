"""Cases to tables: the rows a small database needs so that each case becomes one row of the entity."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Literal

from daemon.compiler.data_agent import columns_read
from daemon.compiler.tests_reference import Cell
from daemon.compiler.tests_variables import Group, groups
from daemon.core.schema import ColumnRef, Kind, Schema, TableRef
from daemon.core.spec import AgentSpec, ColumnName, Join

Cells = Mapping[ColumnRef, Cell]
NOBODY = 9001
"""Number of an entity that is not there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """What one entity row is made to show. ``children`` are its child rows, by the number of their group."""

    name: str
    cells: Cells
    children: Mapping[int, Sequence[Cells]] = field(default_factory=dict)
    has_partners: bool = True
    """False: the joined tables have no row for it."""
    shares_key_with_first: bool = False
    """True: the first part of a key of several columns is that of the first case."""
    group: Literal["own", "first", "missing"] = "own"
    """Of an entity that groups rows: whether its rows are a group of their own, of the first case, or without a key."""


@dataclass(slots=True)
class Tables:
    """Rows by table, each with the name of the case it was made for, and each case's key."""

    rows: dict[TableRef, list[dict[str, Cell]]]
    made_for: dict[TableRef, list[str]]
    cases: dict[tuple[Cell, ...], str] = field(default_factory=dict)


def tables_of(spec: AgentSpec, schema: Schema, cases: Iterable[Case], *, first: int = 1, strays: bool = True) -> Tables:
    """The tables for ``cases``, in their order; their keys count from ``first``.

    With ``strays`` there are also child rows that belong to no entity, and child rows whose own partner is missing.
    """
    builder = _Builder(spec, schema, first)
    for number, case in enumerate(cases, start=first):
        builder.add(number, case)
    for index, group in enumerate(groups(spec) if strays else ()):
        builder.add_strays(index, group)
    return builder.tables


class _Builder:
    def __init__(self, spec: AgentSpec, schema: Schema, first: int) -> None:
        self._first = first
        self._spec = spec
        self._schema = schema
        self._groups = groups(spec)
        self._columns: dict[TableRef, list[str]] = {ref: [] for ref in spec.tables}
        for column in columns_read(spec):
            known = self._columns[column.ref.table]
            known += [] if column.column in known else [column.column]
        self._next = 1000
        self._child_cells: dict[int, Cells] = {}
        empty: dict[TableRef, list[str]] = {ref: [] for ref in spec.tables}
        self.tables = Tables(rows={ref: [] for ref in spec.tables}, made_for=empty)

    def add(self, number: int, case: Case) -> None:
        """One entity row with its partners and child rows."""
        entity = self._spec.entity
        keys = {self._key_ref(k.column): token(number, k.kind) for k in entity.key}
        if case.group != "own":
            keys = {self._key_ref(k.column): self._key_of(case, k.kind) for k in entity.key}
        if case.shares_key_with_first:
            keys[self._key_ref(entity.key[0].column)] = token(self._first, entity.key[0].kind)
        cells = {**case.cells, **keys}
        self._add_joined(entity.table.ref, entity.joins, cells, number, case.name, has_partners=case.has_partners)
        self.tables.cases.setdefault(tuple(keys.values()), case.name)
        of_group = case.cells if entity.group_by else {}
        for index, rows in case.children.items():
            for row in rows:
                self._child_cells[index] = {**of_group, **row}
                self._add_child(self._groups[index], self._child_cells[index], tuple(keys.values()), case.name)

    def add_strays(self, index: int, group: Group) -> None:
        """Rows that must not count anywhere."""
        row = self._child_cells.get(index)
        if row is not None:
            nobody = tuple(token(NOBODY, k.kind) for k in self._spec.entity.key)
            if not self._spec.entity.group_by:  # there it would be a group
                self._add_child(group, row, nobody, "belongs to nobody")
            if group.joins:
                self._add_child(group, row, nobody, "its partner is missing", has_partners=False)

    def _add_child(
        self, group: Group, row: Cells, key: tuple[Cell, ...], made_for: str, has_partners: bool = True
    ) -> None:
        self._next += 1
        cells = {**row, **dict(zip((c.ref for c in group.key), key, strict=True))}
        self._add_joined(group.first.table.ref, group.joins, cells, self._next, made_for, has_partners=has_partners)

    def _add_joined(
        self,
        ref: TableRef,
        joins: Iterable[Join],
        cells: dict[ColumnRef, Cell],
        number: int,
        made_for: str,
        *,
        has_partners: bool,
    ) -> None:
        """A row and those its joins lead to; both sides of a join get the same value."""
        reached = [ref]
        for join in joins:
            for pair in join.on:
                left, right = pair.left.ref, pair.right.ref
                value = cells.get(left, cells.get(right, token(number, self._kind(pair.left))))
                cells[left] = value
                if has_partners:
                    cells[right] = value
            if has_partners:
                reached.append(join.table.ref)
        self._add_row(ref, cells, made_for)
        for join, table in zip(joins, reached[1:], strict=False):
            keys = {pair.right.column for pair in join.on}
            self._add_row(table, cells, made_for, unless_there_by=keys)

    def _add_row(self, ref: TableRef, cells: Cells, made_for: str, unless_there_by: Iterable[str] = ()) -> None:
        row = {name: cells.get(ColumnRef(ref, name)) for name in self._columns[ref]}
        keys = tuple(unless_there_by)
        rows = self.tables.rows[ref]
        if not keys or not any(all(old[k] == row[k] for k in keys) for old in rows):
            rows.append(row)
            self.tables.made_for[ref].append(made_for)

    def _key_of(self, case: Case, kind: Kind) -> Cell:
        return token(self._first, kind) if case.group == "first" else None

    def _key_ref(self, column: str) -> ColumnRef:
        return ColumnRef(self._spec.entity.table.ref, column)

    def _kind(self, column: ColumnName) -> Kind:
        found = self._schema.column(column.ref)
        return found.kind if found else Kind.INTEGER


def token(number: int, kind: Kind) -> Cell:
    """The value of a key or foreign key that stands for ``number``."""
    if kind.is_number or kind is Kind.BOOLEAN:
        return Decimal(number)
    if kind in {Kind.DATE, Kind.DATETIME}:
        day = (date(2001, 1, 1) + timedelta(days=number)).isoformat()
        return day if kind is Kind.DATE else f"{day} 00:00:00"
    return f"ključ'{number}" if number == 2 else f"k{number}"
