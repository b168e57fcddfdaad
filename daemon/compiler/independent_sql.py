"""The figures of a spec by SQL alone: a second way to the same numbers, to check agents by.

What the agent does in Python (modes, undefined figures, formulas, totals) happens here in the database, and joins are
put differently: every joined table is first cut down to one row per key, every aggregate is a subquery of its own that
filters with WHERE. Shared with the agents is only what a spec means: which names a formula requires, and which
numerator and denominator a ratio has.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from typing import Any

from sqlalchemy import (
    ColumnClause,
    ColumnElement,
    FromClause,
    Select,
    and_,
    case,
    column,
    func,
    literal_column,
    null,
    or_,
    select,
)
from sqlalchemy import cast as sql_cast
from sqlalchemy import table as sql_table
from sqlalchemy.types import Numeric

from daemon.compiler.figures import fraction_of, total_kind
from daemon.compiler.formula import Node, names, parse
from daemon.compiler.formula.guards import Hazard, hazards, required
from daemon.compiler.formula.tree import Compare, IsMissing, Logic, Name, Number
from daemon.compiler.scale import decimals
from daemon.compiler.sql import to_sql
from daemon.compiler.sql_text import statement_text
from daemon.compiler.trees import over_fields, over_inputs
from daemon.core.schema import ColumnRef, Kind, Schema, TableRef
from daemon.core.spec import AgentSpec, Aggregate, ColumnName, Input, Join, JoinPair, Metric, SourceField
from daemon.runtime.sql import exact, quotient

_HAS_MAXIMUM = frozenset({Kind.INTEGER, Kind.DECIMAL, Kind.REAL, Kind.TEXT, Kind.DATE, Kind.DATETIME})
_Column = ColumnElement[Any]


def metric_sql(spec: AgentSpec, metric_name: str, mode: str, schema: Schema, dialect: str) -> str:
    """A SELECT of the key columns and the unrounded value of one metric, NULL where it is undefined.

    ``dialect`` is ``sqlite`` or ``postgresql``; the text holds no parameters. Rows come in no particular order.
    Raises ``KeyError`` for a metric or a mode the spec does not have.
    """
    return statement_text(_Figures(spec, mode, schema, dialect).of_rows(metric_name), dialect)


def total_sql(spec: AgentSpec, metric_name: str, mode: str, schema: Schema, dialect: str) -> str:
    """A SELECT of one row: the total, how many rows have a value, how many have none.

    The total is the ratio of the sums, or the sum; NULL for a metric that cannot be added up.
    """
    return statement_text(_Figures(spec, mode, schema, dialect).of_all(metric_name), dialect)


def in_key_order(spec: AgentSpec) -> str:
    """An ORDER BY for ``metric_sql`` that has rows as agents give them."""
    missing = " NULLS LAST" if spec.entity.group_by else ""
    return f"ORDER BY {', '.join(f'{n + 1}{missing}' for n in range(len(spec.entity.key)))}"


class _Figures:
    """One mode of a spec as SQL."""

    def __init__(self, spec: AgentSpec, mode: str, schema: Schema, dialect: str) -> None:
        self._spec = spec
        self._schema = schema
        self._postgres = dialect == "postgresql"
        self._mode = {m.name: m for m in spec.modes}[mode]
        self._parameters = {
            p.name: literal_column(format(p.default, "f"), Numeric())
            for p in (*spec.parameters, *(p for m in spec.modes for p in m.parameters))
        }
        self._keys = tuple(k.argument for k in spec.entity.key)

    def of_rows(self, name: str) -> Select[Any]:
        rows = self._adjusted()
        value = self._values(rows)[name]
        return select(*(rows.c[key] for key in self._keys), value.label(name)).select_from(rows)

    def of_all(self, name: str) -> Select[Any]:
        rows, metric = self._adjusted(), {m.name: m for m in self._spec.metrics}[name]
        values = self._values(rows)
        fraction = fraction_of(metric, self._spec)
        parts = [to_sql(over_inputs(part, self._spec), {**values, **self._parameters}) for part in fraction or ()]
        labelled = (part.label(label) for part, label in zip(parts, ("numerator", "denominator"), strict=False))
        figures = select(values[name].label("figure"), *labelled).select_from(rows).cte(self._free_name("figures"))
        total = self._total(figures, total_kind(metric, self._spec))
        defined, everything = func.count(figures.c.figure), func.count()
        columns = [total.label("total"), defined.label("rows"), (everything - defined).label("undefined")]
        return select(*columns).select_from(figures)

    def _total(self, figures: FromClause, kind: str) -> _Column:
        if "numerator" in figures.c:
            defined = figures.c.figure.is_not(None)
            above, below = (func.sum(case((defined, figures.c[c]))) for c in ("numerator", "denominator"))
            return quotient(above, below)
        return func.sum(figures.c.figure) if kind == "sum" else null()

    def _values(self, rows: FromClause) -> dict[str, _Column]:
        """Inputs and metrics by name, each metric NULL where the agent has to say why there is none."""
        values: dict[str, _Column] = {i.name: rows.c[i.name] for i in self._spec.inputs}
        for metric in self._spec.metrics:
            values[metric.name] = self._value(metric, values)
        return values

    def _value(self, metric: Metric, values: Mapping[str, _Column]) -> _Column:
        tree, rules = parse(metric.formula), [parse(u.when) for u in metric.undefined]
        metrics = {m.name for m in self._spec.metrics}
        optional = {i.name for i in self._spec.inputs if i.may_be_missing}
        # A rule that asks whether a value is there does not need it; a rule that calculates with it does.
        used = names(tree).union(*map(names, rules)) & metrics
        needed = (required(tree).union(*map(required, rules)) & optional) | used
        known = {**values, **self._parameters}
        divisors = [_zero_divisor(hazard) for rule in rules for hazard in hazards(rule) if hazard.kind == "divisor"]
        conditions = dict.fromkeys([*rules, *divisors, *(IsMissing(Name(name)) for name in sorted(needed))])
        undefined = [to_sql(over_inputs(condition, self._spec), known) for condition in conditions]
        formula = to_sql(over_inputs(tree, self._spec), known)
        return case((or_(*undefined), null()), else_=formula) if undefined else formula

    def _adjusted(self) -> FromClause:
        rows = self._inputs().cte(self._free_name("inputs"))
        if not self._mode.adjustments:
            return rows
        known = {**{i.name: rows.c[i.name] for i in self._spec.inputs}, **self._parameters}
        adjusted = {a.input: to_sql(over_inputs(parse(a.formula), self._spec), known) for a in self._mode.adjustments}
        values = (adjusted.get(i.name, rows.c[i.name]).label(i.name) for i in self._spec.inputs)
        return select(*(rows.c[key] for key in self._keys), *values).cte(self._free_name("adjusted"))

    def _inputs(self) -> Select[Any]:
        entity = self._spec.entity
        if entity.group_by:
            return self._inputs_of_groups()
        root = self._table(entity.table.ref, self._needed(entity.table.ref))
        known: dict[ColumnRef, _Column] = {ColumnRef(entity.table.ref, c.name): c for c in root.c}
        source: FromClause = root
        for join in entity.joins:
            joined = self._one_row_each(join)
            source = source.outerjoin(joined, _on(join.on, known, joined))
            known |= {ColumnRef(join.table.ref, c.name): c for c in joined.c}
        keys = [root.c[k.column].label(k.argument) for k in entity.key]
        selected: list[_Column] = []
        for given in self._spec.inputs:
            if given.aggregate:
                child = self._aggregated(given, given.aggregate).subquery(f"of_{given.name}")
                pairs = [child.c[k.argument] == root.c[k.column] for k in entity.key]
                source = source.outerjoin(child, and_(*pairs))
            value = child.c[given.name] if given.aggregate else known[_column(given).ref]
            selected.append(self._input(given, value))
        statement = select(*keys, *selected).select_from(source)
        return statement.where(self._condition(entity.where, entity.fields, known)) if entity.where else statement

    def _inputs_of_groups(self) -> Select[Any]:
        entity = self._spec.entity
        root = self._table(entity.table.ref, self._needed(entity.table.ref))
        known: dict[ColumnRef, _Column] = {ColumnRef(entity.table.ref, c.name): c for c in root.c}
        keys = select(*(root.c[k.column].label(k.argument) for k in entity.key)).select_from(root)
        if entity.where:
            keys = keys.where(self._condition(entity.where, entity.fields, known))
        groups = keys.group_by(*(root.c[k.column] for k in entity.key)).subquery(self._free_name("every_group"))
        source: FromClause = groups
        selected: list[_Column] = []
        for given, aggregate in ((i, i.aggregate) for i in self._spec.inputs if i.aggregate):
            child = self._aggregated(given, aggregate).subquery(f"of_{given.name}")
            source = source.outerjoin(child, and_(*(_same_group(child.c[key], groups.c[key]) for key in self._keys)))
            selected.append(self._input(given, child.c[given.name]))
        return select(*(groups.c[key] for key in self._keys), *selected).select_from(source)

    def _input(self, given: Input, value: _Column) -> _Column:
        value = self._exact(value, given.kind)
        return (value if given.may_be_missing else func.coalesce(value, 0)).label(given.name)

    def _one_row_each(self, join: Join) -> FromClause:
        """The joined table with one row per key, whatever it holds."""
        table = self._table(join.table.ref, self._needed(join.table.ref))
        keys = {pair.right.column for pair in join.on}
        others = [c for c in table.c if c.name not in keys]
        if not all(self._has_maximum(ColumnRef(join.table.ref, c.name)) for c in others):
            return table
        group = [table.c[name] for name in sorted(keys)]
        reduced = select(*group, *(func.max(c).label(c.name) for c in others)).group_by(*group)
        return reduced.subquery(f"one_{join.table.table}")

    def _has_maximum(self, ref: ColumnRef) -> bool:
        found = self._schema.column(ref)
        return found is not None and found.kind in _HAS_MAXIMUM

    def _aggregated(self, given: Input, aggregate: Aggregate) -> Select[Any]:
        entity = self._spec.entity
        needed = [*(f.column for f in aggregate.fields), *aggregate.key]
        needed += [f.column for f in entity.fields] if entity.group_by else []
        needed += [side for join in aggregate.path for pair in join.on for side in (pair.left, pair.right)]
        tables = {
            ref: self._table(ref, {c.column for c in needed if c.ref.table == ref})
            for ref in (aggregate.table.ref, *(j.table.ref for j in aggregate.path))
        }
        known = {ColumnRef(ref, c.name): c for ref, table in tables.items() for c in table.c}
        source: FromClause = tables[aggregate.table.ref]
        inner = _joins_to(entity.table.ref, aggregate.path) if entity.group_by else 0
        for number, join in enumerate(aggregate.path):
            joined = tables[join.table.ref]
            source = source.join(joined, _on(join.on, known, joined), isouter=number >= inner)
        keys = [known[c.ref].label(k.argument) for c, k in zip(aggregate.key, self._spec.entity.key, strict=True)]
        value = self._function(aggregate, known).label(given.name)
        statement = select(*keys, value).select_from(source).group_by(*(known[c.ref] for c in aggregate.key))
        if aggregate.where:
            statement = statement.where(self._condition(aggregate.where, aggregate.fields, known))
        if entity.group_by and entity.where:
            statement = statement.where(self._condition(entity.where, entity.fields, known))
        return statement

    def _function(self, aggregate: Aggregate, known: Mapping[ColumnRef, _Column]) -> _Column:
        if not aggregate.expression:
            return func.count()
        value = self._condition(aggregate.expression, aggregate.fields, known)
        result: _Column = getattr(func, aggregate.function)(value.distinct() if aggregate.distinct else value)
        if aggregate.function == "sum" and not self._postgres:
            return func.round(result, decimals(aggregate))  # behind them is only the noise of binary addition
        return result

    def _condition(self, text: str, fields: tuple[SourceField, ...], known: Mapping[ColumnRef, _Column]) -> _Column:
        columns = {f.name: self._exact(known[f.column.ref], f.kind) for f in fields}
        return to_sql(over_fields(text, fields), columns)

    def _exact(self, value: _Column, kind: Kind) -> _Column:
        """PostgreSQL counts whole numbers in 32 bits and keeps ``real`` binary unless told otherwise."""
        if self._postgres and kind is Kind.REAL:
            return exact(value)
        return sql_cast(value, Numeric()) if self._postgres and kind.is_number else value

    def _needed(self, ref: TableRef) -> set[str]:
        return {c.column for c in self._read_by_entity() if c.ref.table == ref}

    def _read_by_entity(self) -> Iterator[ColumnName]:
        entity, own = self._spec.entity, self._spec.entity.table
        yield from (ColumnName(table=own.table, schema_name=own.schema_name, column=k.column) for k in entity.key)
        yield from (f.column for f in entity.fields)
        yield from (side for join in entity.joins for pair in join.on for side in (pair.left, pair.right))
        yield from (i.column for i in self._spec.inputs if i.column)

    def _table(self, ref: TableRef, columns: Iterable[str]) -> FromClause:
        """On SQLite, which has no schemas, a schema is part of the table's name: only compiled tests have such ones."""
        described: list[ColumnClause[Any]] = [column(name) for name in sorted(columns)]
        if ref.schema and self._postgres:
            return sql_table(ref.name, *described, schema=ref.schema)
        return sql_table(str(ref), *described)

    def _free_name(self, wanted: str) -> str:
        taken = {ref.name.lower() for ref in self._spec.tables}
        while wanted in taken:
            wanted += "_"
        return wanted


def _on(pairs: Iterable[JoinPair], known: Mapping[ColumnRef, _Column], joined: FromClause) -> _Column:
    return and_(*(known[pair.left.ref] == joined.c[pair.right.column] for pair in pairs))


def _joins_to(table: TableRef, path: tuple[Join, ...]) -> int:
    """How many joins of ``path`` lead to ``table``."""
    return next((number for number, join in enumerate(path, start=1) if join.table.ref == table), 0)


def _same_group(left: _Column, right: _Column) -> _Column:
    return or_(left == right, and_(left.is_(None), right.is_(None)))


def _zero_divisor(hazard: Hazard) -> Node:
    """A rule that cannot be decided leaves no value either."""
    is_zero = Compare("==", hazard.operand, Number(Decimal(0)))
    return Logic("and", (*hazard.path, is_zero)) if hazard.path else is_zero


def _column(given: Input) -> ColumnName:
    if given.column is None:
        raise ValueError(f"{given.name} has neither column nor aggregate")
    return given.column
