"""Groups and dates that cannot be meant, or that the data does not bear out."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import Any

import pytest
from rich_specs import NORTHWIND, order_days, shipments_at_known_places, slow_shipments

from daemon.adapters.database import open_database
from daemon.checks.measured import measured_findings
from daemon.checks.spec import spec_findings
from daemon.core.schema import Kind
from daemon.core.spec import AgentSpec, ColumnName, Input, Join, SourceField, Unit


def codes(spec: AgentSpec) -> set[str]:
    return {finding.code for finding in spec_findings(spec, NORTHWIND)}


def entity(**changes: Any) -> AgentSpec:
    spec = slow_shipments("sqlite")
    return spec.model_copy(update={"entity": spec.entity.model_copy(update=changes)})


def aggregate(**changes: Any) -> AgentSpec:
    spec = slow_shipments("sqlite")
    first = spec.inputs[0]
    assert first.aggregate
    changed = first.model_copy(update={"aggregate": first.aggregate.model_copy(update=changes)})
    return spec.model_copy(update={"inputs": (changed, *spec.inputs[1:])})


def with_input(given: Input) -> AgentSpec:
    spec = slow_shipments("sqlite")
    return spec.model_copy(update={"inputs": (given, *spec.inputs[1:])})


def customers(column: str) -> ColumnName:
    return ColumnName(table="customers", column=column)


def orders_path() -> tuple[Join, ...]:
    given = slow_shipments("sqlite").inputs[0].aggregate
    assert given
    return given.path


CITY = SourceField(name="x", column=ColumnName(table="orders", column="customer_id"), kind=Kind.TEXT)
COLUMN = Input(name="shipped_orders", title="x", unit=Unit.COUNT, kind=Kind.INTEGER, column=customers("city"))


def test_good_groups_have_no_findings() -> None:
    assert codes(slow_shipments("sqlite")) == set()
    assert codes(entity(where="city is not None", fields=shipments_at_known_places().entity.fields)) == set()


@pytest.mark.parametrize(
    ("spec", "code"),
    [
        (entity(label=customers("city")), "group_label"),
        (entity(joins=orders_path()), "group_joins"),
        (entity(where="x is not None", fields=(CITY,)), "group_condition"),
        (with_input(COLUMN), "group_column"),
        (aggregate(path=()), "group_path"),
        (aggregate(key=(customers("city"),)), "group_key"),
        (slow_shipments("sqlite").model_copy(update={"sort": ("-shiped",)}), "unknown_name"),
        (aggregate(where="shipped > 'soon'"), "bad_formula"),
    ],
)
def test_what_cannot_be_meant_is_found(spec: AgentSpec, code: str) -> None:
    assert code in codes(spec)


def test_a_field_is_of_the_kind_of_its_column() -> None:
    assert "wrong_kind" in codes(shipments_at_known_places())
    assert codes(order_days()) == {"wrong_kind"}


def test_rows_without_a_key_are_said(northwind_sqlite: str) -> None:
    change(northwind_sqlite, "UPDATE customers SET country = NULL WHERE customer_id IN ('ALFKI', 'ANATR')")
    database = open_database(northwind_sqlite)
    (found,) = measured_findings(slow_shipments("sqlite"), database.schema(), database)
    assert (found.code, found.level.value) == ("missing_key", "warning")
    assert "2 rows of customers have no country" in found.message


@pytest.mark.parametrize("cell", ["31.12.1997", "2450000", "1997-02-30", "12:00", "x"])
def test_what_is_no_date_in_a_date_column_is_found(northwind_sqlite: str, cell: str) -> None:
    change(northwind_sqlite, f"UPDATE orders SET order_date = '{cell}' WHERE order_id = 10248")
    database = open_database(northwind_sqlite)
    found = measured_findings(slow_shipments("sqlite"), database.schema(), database)
    assert {(f.code, f.message) for f in found} == {("not_dates", "1 cells of orders.order_date hold no date")}


def change(url: str, statement: str) -> None:
    with closing(sqlite3.connect(url.removeprefix("sqlite:///"))) as connection:
        connection.execute(statement)
        connection.commit()
