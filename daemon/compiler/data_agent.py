"""Spec to the source of its data agent."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from daemon.compiler.core_source import to_core
from daemon.compiler.header import header_values
from daemon.compiler.keys import key_views
from daemon.compiler.names import ANNOTATIONS, ROWS, column_access, free_constant, literal, prose, table_variables
from daemon.compiler.rendering import render
from daemon.compiler.scale import decimals
from daemon.compiler.trees import over_fields
from daemon.core.schema import Kind, TableRef
from daemon.core.spec import AgentSpec, Aggregate, ColumnName, Input, Join, KeyColumn, SourceField


@dataclass(frozen=True, slots=True, kw_only=True)
class _Column:
    name: str
    source: str
    annotation: str
    doc: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _Table:
    variable: str
    arguments: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Child:
    variable: str
    selected: tuple[str, ...]
    source: str
    where: str
    group: tuple[str, ...]
    doc: str
    aggregate: Aggregate
    inputs: tuple[Input, ...]


def data_agent_source(spec: AgentSpec) -> str:
    """The unformatted source of ``src/agents/<data>.py``."""
    return _DataAgent(spec).render()


class _DataAgent:
    def __init__(self, spec: AgentSpec) -> None:
        self._spec = spec
        self._variables = table_variables(spec.tables)
        taken = {ROWS, *self._variables.values()}
        self._groups = free_constant(spec.entity.plural, taken) if spec.entity.group_by else ""
        self._root = self._groups or self._variables[spec.entity.table.ref]

    def render(self) -> str:
        spec, entity = self._spec, self._spec.entity
        children = self._children()
        selected = self._selected(children)
        return render(
            "data_agent.py.j2",
            **header_values(spec),
            entity=entity,
            tables=[self._table(ref) for ref in spec.tables],
            children=children,
            selected=selected,
            guarded=any(column.name.startswith("model_") for column in selected),
            source=self._source(children),
            where=self._condition(entity.where, entity.fields),
            where_words=prose(entity.where),
            keys=key_views(spec, self._root),
            groups=self._groups,
            group_columns=self._group_columns(),
            group_words=prose(str(entity.table.ref)),
        )

    def _group_columns(self) -> list[str]:
        root = self._variables[self._spec.entity.table.ref]
        return [f"{column_access(root, k.column)}.label({literal(k.argument)})" for k in self._spec.entity.key]

    def _access(self, column: ColumnName) -> str:
        return column_access(self._variables[column.ref.table], column.column)

    def _table(self, ref: TableRef) -> _Table:
        columns = sorted({c.column for c in columns_read(self._spec) if c.ref.table == ref})
        schema = (f"schema={literal(ref.schema)}",) if ref.schema else ()
        arguments = (literal(ref.name), *(f"column({literal(c)})" for c in columns), *schema)
        return _Table(variable=self._variables[ref], arguments=arguments)

    def _selected(self, children: tuple[_Child, ...]) -> list[_Column]:
        entity = self._spec.entity
        selected = [
            _Column(
                name=view.name,
                source=view.column,
                annotation=view.row_annotation,
                doc=f"Key: {prose(f'{entity.table.ref}.{key.column}')}.",
            )
            for view, key in zip(key_views(self._spec, self._root), entity.key, strict=True)
        ]
        if entity.label:
            doc = f"{prose(str(entity.label.ref))}."
            selected.append(_Column(name="label", source=self._access(entity.label), annotation="Text | None", doc=doc))
        by_input = {given.name: child for child in children for given in child.inputs}
        return selected + [self._input(given, by_input.get(given.name)) for given in self._spec.inputs]

    def _input(self, given: Input, child: _Child | None) -> _Column:
        optional = given.may_be_missing
        source = column_access(child.variable, given.name) if child else self._access(_required(given.column))
        origin = _words(given)
        doc = (
            f"{prose(given.title)} in {given.unit.value}, {origin}{'' if optional else '; nothing there counts as 0'}."
        )
        return _Column(
            name=given.name,
            source=source if optional else f"func.coalesce({source}, 0)",
            annotation=ANNOTATIONS[given.kind] + (" | None" if optional else ""),
            doc=doc,
        )

    def _source(self, children: tuple[_Child, ...]) -> str:
        entity = self._spec.entity
        source = self._joined(self._root, entity.joins)
        for child in children:
            pairs = [self._same_key(child.variable, k) for k in entity.key]
            source += f".outerjoin({child.variable}, {_all(pairs)})"
        return source

    def _same_key(self, child: str, key: KeyColumn) -> str:
        """A missing key is equal to none, unless it stands for a group of its own."""
        own = column_access(child, key.argument)
        if self._groups:
            return f"{own}.is_not_distinct_from({column_access(self._groups, key.argument)})"
        return f"{own} == {column_access(self._root, key.column)}"

    def _joined(self, root: str, joins: Iterable[Join]) -> str:
        source = root
        for join in joins:
            pairs = [f"{self._access(p.right)} == {self._access(p.left)}" for p in join.on]
            source += f".outerjoin({self._variables[join.table.ref]}, {_all(pairs)})"
        return source

    def _children(self) -> tuple[_Child, ...]:
        """One subquery for all aggregates over the same rows, so that two child tables never multiply each other."""
        groups: dict[tuple[object, ...], list[Input]] = {}
        for given in self._spec.inputs:
            if given.aggregate:
                aggregate = given.aggregate
                groups.setdefault((aggregate.table, aggregate.path, aggregate.key), []).append(given)
        children: list[_Child] = []
        for inputs in groups.values():
            taken = {ROWS, self._groups, *self._variables.values(), *(child.variable for child in children)}
            variable = free_constant(f"{_aggregate(inputs[0]).table.table} totals", taken)
            children.append(self._child(variable, tuple(inputs)))
        return tuple(children)

    def _child(self, variable: str, inputs: tuple[Input, ...]) -> _Child:
        aggregate = _aggregate(inputs[0])
        keys = tuple(self._access(c) for c in aggregate.key)
        labelled = [
            f"{source}.label({literal(key.argument)})" for source, key in zip(keys, self._spec.entity.key, strict=True)
        ]
        return _Child(
            variable=variable,
            selected=(*labelled, *(f"{self._function(_aggregate(i))}.label({literal(i.name)})" for i in inputs)),
            source=self._joined(self._variables[aggregate.table.ref], aggregate.path),
            where=self._rows_of_groups(aggregate.path) if self._groups else "",
            group=keys,
            doc=f"One row per {self._spec.entity.name} with rows in {prose(str(aggregate.table.ref))}.",
            aggregate=aggregate,
            inputs=inputs,
        )

    def _rows_of_groups(self, path: tuple[Join, ...]) -> str:
        """Only rows that lead to a row of the entity's table count, and only to one that fulfils its condition."""
        entity = self._spec.entity
        ways = [pair.right for join in path if join.table == entity.table for pair in join.on]
        conditions = [f"{self._access(column)}.is_not(None)" for column in ways]
        conditions += [self._condition(entity.where, entity.fields)] if entity.where else []
        return ", ".join(conditions)

    def _function(self, aggregate: Aggregate) -> str:
        sources = {f.name: self._field(f) for f in aggregate.fields}
        value = to_core(over_fields(aggregate.expression, aggregate.fields), sources) if aggregate.expression else "1"
        if aggregate.where:
            value = f"case(({to_core(over_fields(aggregate.where, aggregate.fields), sources)}, {value}))"
        if aggregate.distinct:
            value = f"({value}).distinct()"
        if aggregate.function in {"sum", "avg"}:
            return f"exact_{aggregate.function}({value}, {decimals(aggregate)})"
        return f"func.{aggregate.function}({value})"

    def _field(self, field: SourceField) -> str:
        access = self._access(field.column)
        return f"exact({access})" if field.kind is Kind.REAL else access

    def _condition(self, text: str, fields: tuple[SourceField, ...]) -> str:
        return to_core(over_fields(text, fields), {f.name: self._field(f) for f in fields}) if text else ""


def columns_read(spec: AgentSpec) -> Iterable[ColumnName]:
    """Every column the agent reads."""
    entity = spec.entity
    yield from (
        ColumnName(table=entity.table.table, schema_name=entity.table.schema_name, column=k.column) for k in entity.key
    )
    yield from (entity.label,) if entity.label else ()
    yield from (f.column for f in entity.fields)
    yield from (side for j in entity.joins for p in j.on for side in (p.left, p.right))
    for given in spec.inputs:
        if given.column:
            yield given.column
        if given.aggregate:
            yield from given.aggregate.key
            yield from (f.column for f in given.aggregate.fields)
            yield from (side for j in given.aggregate.path for p in j.on for side in (p.left, p.right))


def _words(given: Input) -> str:
    if given.column:
        return prose(str(given.column.ref))
    aggregate = _aggregate(given)
    of = f" of {aggregate.expression}" if aggregate.expression else " of rows"
    where = f" where {aggregate.where}" if aggregate.where else ""
    return prose(f"{aggregate.function}{of} in {aggregate.table.ref}{where}")


def _all(conditions: list[str]) -> str:
    return conditions[0] if len(conditions) == 1 else f"and_({', '.join(conditions)})"


def _required(column: ColumnName | None) -> ColumnName:
    if column is None:
        raise ValueError("an input has a column or an aggregate")
    return column


def _aggregate(given: Input) -> Aggregate:
    if given.aggregate is None:
        raise ValueError(f"{given.name} is no aggregate")
    return given.aggregate
