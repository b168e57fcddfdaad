"""Which cases a spec's sample has: usual rows, missing, zero and negative values, limits met, and missed by a hair."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from functools import partial
from itertools import permutations, product

from daemon.compiler.formula import Node, names, numbers, parse
from daemon.compiler.formula.tree import Name, replaced
from daemon.compiler.tests_conditions import assignment, at_the_limits, holds, moved_cell
from daemon.compiler.tests_days import dated_cells
from daemon.compiler.tests_limits import Dial, cases_around, limits_of
from daemon.compiler.tests_reference import Cell, TableRows, entity_rows, figures
from daemon.compiler.tests_tables import Case, Cells, Tables, tables_of
from daemon.compiler.tests_variables import (
    Group,
    Variable,
    by_name,
    dates_of_entity,
    groups,
    plain_value,
    typical,
    variables,
)
from daemon.core.schema import ColumnRef, Kind, Schema
from daemon.core.spec import AgentSpec, Metric, SourceField

_NAMES = ("Sample", "O'Brien & Søn", "Žižkov", "Müller")
_PLAIN_TEXT = plain_value(Kind.TEXT)
_MOST_LIMITS = 4
_ROW_COUNTS = (10, 20)
"""Of child rows, where a limit is a share of them: every 5 percent can be met."""
_MOST_MIXED = 3


def sample(spec: AgentSpec, schema: Schema) -> Tables:
    """The small database of a spec's compiled tests. Nothing in it comes from the person's data."""
    made = _Sample(spec, schema)
    return tables_of(spec, schema, made.cases(), first=made.first)


class _Sample:
    def __init__(self, spec: AgentSpec, schema: Schema) -> None:
        self._spec = spec
        self._schema = schema
        self._variables = variables(spec, schema)
        self._groups = groups(spec)
        self._variants = [self._variants_of(group) for group in self._groups]
        self._at_limits = [self._limit_rows(index) for index in range(len(self._groups))]
        self._dates = dates_of_entity(spec)
        self._counting = [self._rows_that_count(index) for index in range(len(self._groups))]
        self._plain = self._plain_cells()
        self.first = self._first_number()

    def _first_number(self) -> int:
        """From where rows are numbered: a filter may leave out small keys."""
        where = self._spec.entity.where
        starts = [1, *(int(n) + 1 for n in numbers(parse(where)))] if where else [1]
        usual = self._case("", self._usual_values(0))
        fitting = (n for n in starts if entity_rows(self._spec, self._tables_of_one(usual, n)))
        return next(fitting, 1)

    def _tables_of_one(self, case: Case, number: int) -> TableRows:
        return tables_of(self._spec, self._schema, [case], first=number, strays=False).rows

    def cases(self) -> list[Case]:
        """Every case once; a name comes to each where the entity has a label."""
        found = [*self._usual(), *self._of_values(), *self._of_rows(), *self._of_limits()]
        if len(self._spec.entity.key) > 1:
            found.append(self._case("shares a part of its key", self._usual_values(1), shares_key_with_first=True))
        if self._spec.entity.group_by:
            key = ", ".join(k.column for k in self._spec.entity.key)
            found.append(replace(self._case(f"no {key}", self._usual_values(1)), group="missing"))
        excluded = self._excluded()
        return [self._labelled(number, case) for number, case in enumerate([*found, *excluded])]

    def _usual(self) -> Iterator[Case]:
        values = self._usual_values(0)
        children = {index: self._several(index) for index in range(len(self._groups))}
        yield self._case("usual", values, children=children)
        yield self._case("other figures", self._usual_values(1))

    def _of_values(self) -> Iterator[Case]:
        for variable in self._variables:
            for word, value in (("missing", None), ("zero", Decimal(0)), ("negative", -variable.usual[1])):
                values = {**self._usual_values(0), variable.ref: value}
                yield self._case(f"{variable.ref.name} {word}", values)

        for name, cells in dated_cells(self._spec, self._plain):
            yield self._case(name, {**self._usual_values(0), **cells})

    def _of_rows(self) -> Iterator[Case]:
        if self._spec.entity.joins:
            tables = ", ".join(j.table.table for j in self._spec.entity.joins)
            yield self._case(f"no row in {tables}", self._usual_values(0), has_partners=False)
        for index, group in enumerate(self._groups):
            yield self._case(f"no row in {group.first.table.table}", self._usual_values(0), children={index: []})
            if (ignored := self._variants[index][1:]) and self._conditions(group):
                rows = [self._child(index, ignored[-1], 0)]
                name = f"only a row in {group.first.table.table} that does not count"
                yield self._case(name, self._usual_values(0), children={index: rows})

    def _of_limits(self) -> Iterator[Case]:
        limits = [(m, limit) for m in self._spec.metrics for limit in limits_of(m, self._spec)]
        for metric, limit in limits[:_MOST_LIMITS]:
            yield from cases_around(metric, limit, self._dials(), self._figure)

    def _dials(self) -> Iterator[Dial]:
        """Every column of numbers with the others at round values, then how many of some child rows count."""
        for variable in self._variables:
            points = (variable.round, 2 * variable.round)
            yield Dial(turn=partial(self._round_case, variable), points=points, step=variable.step)
        for ref in self._dates:
            yield Dial(turn=partial(self._dated_case, ref), points=(Decimal(10), Decimal(100)), step=Decimal(1))
        for index, variants in enumerate(self._variants):
            for size, (one, other) in product(_ROW_COUNTS, permutations(variants[:_MOST_MIXED], 2)):
                turn = partial(self._mixed_case, index, size, one, other)
                yield Dial(turn=turn, points=(Decimal(size // 2), Decimal(size)), step=Decimal(1))

    def _figure(self, metric: Metric, case: Case) -> Decimal | None:
        rows = entity_rows(self._spec, self._tables_of_one(case, self.first))
        return figures(self._spec, rows[0])[metric.name].exact if rows else None

    def _round_case(self, variable: Variable, name: str, value: Decimal) -> Case:
        return self._case(name, {**{v.ref: v.round for v in self._variables}, variable.ref: value})

    def _dated_case(self, ref: ColumnRef, name: str, days: Decimal) -> Case:
        return self._case(
            name, {**{v.ref: v.round for v in self._variables}, ref: moved_cell(self._plain[ref], int(days))}
        )

    def _mixed_case(self, index: int, size: int, one: Cells, other: Cells, name: str, count: Decimal) -> Case | None:
        """``count`` child rows of one kind among ``size``, the rest of another."""
        if not 0 <= count <= size:
            return None
        rows = [*[one] * int(count), *[other] * (size - int(count))]
        return self._case(name, {v.ref: v.round for v in self._variables}, children={index: rows})

    def _case(
        self,
        name: str,
        values: Cells,
        *,
        children: Mapping[int, Sequence[Cells]] | None = None,
        has_partners: bool = True,
        shares_key_with_first: bool = False,
    ) -> Case:
        """A case whose groups have as many child rows as it takes to count everywhere, or ``children``."""
        of_entity = {v.ref for v in self._variables if v.group is None} | self._dates.keys()
        cells = {**self._plain, **{ref: value for ref, value in values.items() if ref in of_entity}}
        few = {
            index: [{**row, **self._of_group(index, values)} for row in rows]
            for index, rows in enumerate(self._counting)
        }
        return Case(
            name=name,
            cells=cells,
            children={**few, **(children or {})},
            has_partners=has_partners,
            shares_key_with_first=shares_key_with_first,
        )

    def _usual_values(self, which: int) -> dict[ColumnRef, Cell]:
        return {v.ref: v.usual[which] for v in self._variables}

    def _of_group(self, index: int, values: Cells) -> dict[ColumnRef, Cell]:
        """Cells of a group's row; a column that decides whether it counts only takes an unusual value."""
        deciding = self._deciding(index)
        return {
            v.ref: values[v.ref]
            for v in self._variables
            if v.group == index and not (str(v.ref) in deciding and values[v.ref] in (*v.usual, v.round))
        }

    def _several(self, index: int) -> list[Cells]:
        """At least three child rows, all kinds among them, and those at the limits of the conditions."""
        rows = [*self._variants[index], *self._at_limits[index]]
        rows += [self._counting[index][-1]] * (3 - len(rows))
        return [self._child(index, row, number) for number, row in enumerate(rows)]

    def _child(self, index: int, variant: Cells, number: int) -> Cells:
        """A child row of its own size; columns that decide whether it counts keep their value."""
        deciding = self._deciding(index)
        others = {
            ref: f"{cell} {number}"
            for ref, cell in variant.items()
            if number > 1 and cell == _PLAIN_TEXT and str(ref) not in deciding
        }
        sizes = {
            v.ref: v.usual[0] + number * max(v.step, Decimal(1) if v.scale == 0 else Decimal("0.5"))
            for v in self._variables
            if v.group == index and str(v.ref) not in deciding
        }
        days = {
            ref: moved_cell(cell, number * (position + 1))
            for position, (ref, cell) in enumerate(variant.items())
            if number and str(ref) not in deciding and moved_cell(cell, 0)
        }
        return {**variant, **sizes, **others, **days}

    def _variants_of(self, group: Group) -> list[Cells]:
        """Child rows that count everywhere, and such that do not: the first counts for most."""
        fields = [f for i in group.inputs if i.aggregate for f in i.aggregate.fields]
        usual = typical(fields, self._variables)
        conditions = self._conditions(group)
        size = len(conditions)
        patterns = [[True] * size, *([n != i for n in range(size)] for i in range(size))]
        patterns += [[n == i for n in range(size)] for i in range(size)] + [[False] * size]
        refs = {str(ref): ref for ref in usual}
        found: list[Cells] = []
        for pattern in patterns:
            values = assignment(conditions, by_name(usual), pattern)
            row = {refs[name]: cell for name, cell in values.items()} if values else None
            if row is not None and row not in found:
                found.append(row)
        return found or [usual]

    def _limit_rows(self, index: int) -> list[Cells]:
        """Child rows that meet a limit of a condition exactly, or miss it by one."""
        first = self._variants[index][0]
        refs = {str(ref): ref for ref in first}
        found: list[Cells] = []
        for values in at_the_limits(self._conditions(self._groups[index]), by_name(first)):
            row = {refs[name]: cell for name, cell in values.items()}
            if row not in (*self._variants[index], *found):
                found.append(row)
        return found

    def _rows_that_count(self, index: int) -> list[Cells]:
        """Few child rows of which, for every aggregate, one counts where that can be."""
        left = self._conditions(self._groups[index])
        chosen: list[Cells] = []
        for row in self._variants[index]:
            met = [c for c in left if holds(c, by_name(row))]
            if met or not chosen:
                chosen.append(row)
                left = [c for c in left if c not in met]
        return chosen

    def _deciding(self, index: int) -> frozenset[str]:
        return frozenset[str]().union(*map(names, self._conditions(self._groups[index])))

    def _conditions(self, group: Group) -> list[Node]:
        """The conditions of the group's aggregates, over the full names of columns."""
        found = []
        for aggregate in (i.aggregate for i in group.inputs):
            if aggregate and aggregate.where:
                found.append(_with_full_names(aggregate.where, aggregate.fields))
        return list(dict.fromkeys(found))

    def _plain_cells(self) -> dict[ColumnRef, Cell]:
        """Cells of the entity and its joined tables for which the row is one of the entity's."""
        fields = [*self._spec.entity.fields]
        for given in self._spec.inputs:
            if given.column and given.column not in [f.column for f in fields]:
                fields.append(SourceField(name=given.name, column=given.column, kind=given.kind))
        usual = {**typical(fields, ()), **typical(self._spec.entity.fields, self._variables)}
        return self._fulfilled(usual, holds=True) or usual

    def _excluded(self) -> list[Case]:
        """A row outside the entity's condition."""
        cells = self._fulfilled(typical(self._spec.entity.fields, self._variables), holds=False)
        if not self._spec.entity.where or cells is None:
            return []
        usual = self._case("outside the filter", self._usual_values(0))
        outside = replace(usual, cells={**usual.cells, **cells})
        return [outside, replace(outside, group="first")] if self._spec.entity.group_by else [outside]

    def _fulfilled(self, usual: Mapping[ColumnRef, Cell], holds: bool) -> dict[ColumnRef, Cell] | None:
        entity = self._spec.entity
        if not entity.where:
            return dict(usual)
        values = assignment([_with_full_names(entity.where, entity.fields)], by_name(usual), [holds])
        refs = {str(ref): ref for ref in usual}
        return {refs[name]: cell for name, cell in values.items()} if values else None

    def _labelled(self, number: int, case: Case) -> Case:
        label = self._spec.entity.label
        if label is None or case.cells.get(label.ref, _PLAIN_TEXT) != _PLAIN_TEXT:
            return case
        may_be_missing = label.ref not in case.cells
        name = None if number == 1 and may_be_missing else f"{_NAMES[number % len(_NAMES)]} {number + 1}"
        return replace(case, cells={**case.cells, label.ref: name})


def _with_full_names(condition: str, fields: Sequence[SourceField]) -> Node:
    return replaced(parse(condition), {f.name: Name(str(f.column.ref)) for f in fields})
