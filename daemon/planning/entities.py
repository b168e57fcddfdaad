"""The table whose rows are the results, its key, its label."""

from __future__ import annotations

from daemon.core.build import FilterWish
from daemon.core.naming import identifier, plural, singular, words
from daemon.core.schema import ColumnRef, Kind, Schema, Table, TableRef
from daemon.core.spec import ColumnName, Entity, Join, KeyColumn, SourceField, TableName
from daemon.planning.joins import IsUnique


def named_tables(word: str, schema: Schema) -> tuple[TableRef, ...]:
    """Tables the request's word for a row may mean: by their whole name, else by its last word."""
    wanted = words(word)
    if not wanted:
        return ()
    whole = tuple(t.ref for t in schema.tables if _singular(words(t.ref.name)) == _singular(wanted))
    last = tuple(t.ref for t in schema.tables if _singular(words(t.ref.name)[-1:]) == _singular(wanted))
    return whole or last


def _singular(parts: tuple[str, ...]) -> tuple[str, ...]:
    return (*parts[:-1], singular(parts[-1])) if parts else ()


def key_of(table: Table, is_unique: IsUnique) -> tuple[str, ...]:
    """Columns that tell the rows apart: the primary key, else a unique set, else one column that is unique now."""
    if table.primary_key:
        return table.primary_key
    if table.unique:
        return min(table.unique, key=len)
    ids = [c.name for c in table.columns if words(c.name)[-1:] in {("id",), ("key",), ("code",), ("number",), ("no",)}]
    return next(((c,) for c in ids if is_unique(table.ref, (c,))), ())


def label_of(table: Table, key: tuple[str, ...]) -> ColumnName | None:
    """The column people know a row by: a text column called name or title."""
    last = singular(words(table.ref.name)[-1]) if words(table.ref.name) else ""
    texts = [c for c in table.columns if c.kind is Kind.TEXT and c.name not in key]
    ranked = ((last, "name"), ("name",), (last,), ("company", "name"), ("last", "name"), ("title",), ("label",))
    for wanted in ranked:
        for column in texts:
            if words(column.name) == wanted:
                return ColumnName.of(ColumnRef(table.ref, column.name))
    ending = next((c for c in texts if words(c.name)[-1:] == ("name",)), None)
    return ColumnName.of(ColumnRef(table.ref, ending.name)) if ending else None


def entity_of(
    table: Table,
    word: str,
    key: tuple[str, ...],
    joins: tuple[Join, ...],
    filters: tuple[FilterWish, ...],
    schema: Schema,
) -> Entity:
    """The spec's entity over ``table``."""
    name = identifier(word or " ".join(_singular(words(table.ref.name))) or "row")
    fields = tuple(_field(f, schema) for f in filters)
    return Entity(
        name=name,
        plural=plural(name),
        table=TableName(table=table.ref.name, schema_name=table.ref.schema),
        key=tuple(_key_column(table, c, name) for c in key),
        label=label_of(table, key),
        joins=joins,
        where=" and ".join(f"{f.name} == {_quoted(w.value)}" for f, w in zip(fields, filters, strict=True)),
        fields=fields,
    )


def _key_column(table: Table, column: str, entity: str) -> KeyColumn:
    found = table.column(column)
    parts = words(column)
    argument = (
        f"{entity}_{identifier(column).strip('_')}"
        if parts in {("id",), ("key",), ("code",), ("no",)}
        else identifier(column)
    )
    return KeyColumn(column=column, argument=argument, kind=found.kind if found else Kind.OTHER)


def _field(wish: FilterWish, schema: Schema) -> SourceField:
    ref = ColumnRef(TableRef(wish.table, wish.schema_name), wish.column)
    column = schema.column(ref)
    return SourceField(
        name=identifier(wish.column), column=ColumnName.of(ref), kind=column.kind if column else Kind.TEXT
    )


def can_be_quoted(value: str) -> bool:
    """Whether a value can stand in a condition: the formula language has no escapes."""
    return not ("'" in value and '"' in value) and "\\" not in value and value.isprintable()


def _quoted(value: str) -> str:
    return f'"{value}"' if "'" in value else f"'{value}'"
