"""The ground of a spec: looking tables up, promised keys, and the fingerprint that tells when it changed."""

from __future__ import annotations

from dataclasses import replace

import pytest

from daemon.core.schema import Column, ColumnRef, ForeignKey, Kind, Schema, Table, TableRef, fingerprint

ID = Column(name="id", kind=Kind.INTEGER, sql_type="INTEGER", nullable=False)
NAME = Column(name="name", kind=Kind.TEXT, sql_type="TEXT")
OWNER = ForeignKey(columns=("owner",), target=TableRef("owners"), target_columns=("id",))
HOUSES = Table(
    ref=TableRef("houses"),
    columns=(ID, NAME),
    primary_key=("id",),
    unique=(("name", "street"),),
    foreign_keys=(OWNER, replace(OWNER, columns=("agent",))),
)
OWNERS = Table(ref=TableRef("owners", "people"), columns=(ID,))
SCHEMA = Schema(dialect="sqlite", tables=(HOUSES, OWNERS))
BOTH = (HOUSES.ref, OWNERS.ref)


def with_table(table: Table) -> Schema:
    return Schema(dialect="sqlite", tables=(table, OWNERS))


def test_tables_and_columns_are_found_by_reference() -> None:
    assert SCHEMA.table(TableRef("houses")) is HOUSES
    assert SCHEMA.table(TableRef("owners")) is None
    assert SCHEMA.column(ColumnRef(HOUSES.ref, "name")) is NAME
    assert SCHEMA.column(ColumnRef(HOUSES.ref, "Name")) is None
    assert SCHEMA.column(ColumnRef(TableRef("none"), "name")) is None
    assert str(ColumnRef(OWNERS.ref, "id")) == "people.owners.id"


@pytest.mark.parametrize(
    ("columns", "promised"),
    [(("id",), True), (("id", "name"), True), (("name", "street"), True), (("name",), False), ((), False)],
)
def test_a_key_and_all_that_contains_it_is_unique(columns: tuple[str, ...], promised: bool) -> None:
    assert HOUSES.declares_unique(columns) is promised


@pytest.mark.parametrize("kind", Kind)
def test_arithmetic_is_for_numbers(kind: Kind) -> None:
    assert kind.is_number is (kind.value in {"integer", "decimal", "real"})


def test_the_order_of_tables_columns_and_keys_does_not_count() -> None:
    shuffled = replace(HOUSES, columns=HOUSES.columns[::-1], foreign_keys=HOUSES.foreign_keys[::-1])
    other = Schema(dialect="sqlite", tables=(OWNERS, shuffled))

    assert fingerprint(other, BOTH[::-1]) == fingerprint(SCHEMA, BOTH)


@pytest.mark.parametrize(
    "changed",
    [
        replace(HOUSES, columns=(ID,)),
        replace(HOUSES, columns=(ID, replace(NAME, kind=Kind.REAL))),
        replace(HOUSES, columns=(ID, replace(NAME, name="Name"))),
        replace(HOUSES, primary_key=("name",)),
        replace(HOUSES, foreign_keys=(OWNER,)),
        replace(HOUSES, ref=TableRef("homes")),
    ],
    ids=["column gone", "other kind", "other name", "other key", "foreign key gone", "table gone"],
)
def test_what_a_spec_stands_on_changes_the_fingerprint(changed: Table) -> None:
    assert fingerprint(with_table(changed), BOTH) != fingerprint(SCHEMA, BOTH)


def test_other_tables_do_not_change_it() -> None:
    more = Schema(dialect="postgresql", tables=(*SCHEMA.tables, Table(ref=TableRef("new"), columns=(ID,))))

    assert fingerprint(more, BOTH) == fingerprint(SCHEMA, BOTH)
    assert len(fingerprint(more, BOTH)) == 64
