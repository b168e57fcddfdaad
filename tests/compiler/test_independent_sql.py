"""The independent SQL on live data: equal on both engines, equal to known answers, and never the agent's own way."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from contextlib import closing
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from compiled import ORLANDO
from odd_specs import SHOPS_SCHEMA, shops_spec
from specs import customer_spec, dscr_spec, ltv_spec
from sqlalchemy import create_engine, text

from daemon.adapters.database import open_database
from daemon.compiler.independent_sql import metric_sql, total_sql
from daemon.core.schema import Kind, Schema
from daemon.core.spec import AgentSpec

Rows = list[tuple[Any, ...]]


def rows(url: str, spec: AgentSpec, metric: str, mode: str = "standard") -> Rows:
    database = open_database(url)
    return sorted(database.query(metric_sql(spec, metric, mode, database.schema(), database.dialect)))


def by_key(url: str, spec: AgentSpec, metric: str, mode: str = "standard") -> dict[Any, Any]:
    return {row[0]: row[1] for row in rows(url, spec, metric, mode)}


def total(url: str, spec: AgentSpec, metric: str, mode: str = "standard") -> tuple[Any, ...]:
    database = open_database(url)
    (row,) = database.query(total_sql(spec, metric, mode, database.schema(), database.dialect))
    return row


def plain(values: Sequence[Any]) -> tuple[Any, ...]:
    return tuple(float(v) if isinstance(v, Decimal) else v for v in values)


def test_known_figures_of_properties(orlando: str) -> None:
    found = by_key(orlando, dscr_spec(), "dscr")
    assert float(found[5]) == pytest.approx(1.35)
    assert float(found[2]) == pytest.approx(1.2468)
    assert found[3] is None


def test_a_mode_adjusts(orlando: str) -> None:
    assert float(by_key(orlando, dscr_spec(), "dscr", "conservative")[5]) == pytest.approx(1.35 * 0.9)


def test_a_total_counts_what_is_in_it_and_what_is_not(orlando: str) -> None:
    value, defined, undefined = total(orlando, dscr_spec(), "dscr")
    every = [v for _, v in rows(orlando, dscr_spec(), "dscr")]
    assert defined == sum(v is not None for v in every)
    assert undefined == sum(v is None for v in every)
    mean = sum(float(v) for v in every if v is not None) / defined
    assert float(value) != pytest.approx(mean, rel=1e-3)


@pytest.mark.parametrize(
    ("spec", "metric", "sample"),
    [
        pytest.param(dscr_spec(), "dscr", "orlando", id="dscr"),
        pytest.param(ltv_spec(), "ltv", "orlando", id="ltv"),
        pytest.param(ltv_spec(), "debt_yield", "orlando", id="debt yield"),
    ],
)
def test_both_engines_agree_on_columns(
    spec: AgentSpec, metric: str, sample: str, request: pytest.FixtureRequest
) -> None:
    urls = [request.getfixturevalue(f"{sample}_{engine}") for engine in ("sqlite", "postgres")]
    first, second = ([plain(row) for row in rows(url, spec, metric)] for url in urls)
    assert [row[0] for row in first] == [row[0] for row in second]
    assert [row[1] or 0 for row in first] == pytest.approx([row[1] or 0 for row in second])
    totals = [plain(total(url, spec, metric)) for url in urls]
    assert totals[0] == pytest.approx(totals[1])


def test_sums_over_child_rows(chinook_sqlite: str) -> None:
    found = by_key(chinook_sqlite, customer_spec(), "sales")
    assert len(found) == 10
    with closing(sqlite3.connect(chinook_sqlite.removeprefix("sqlite:///"))) as connection:
        plainly = dict(
            connection.execute(
                'SELECT CustomerId, SUM(Total) FROM "Invoice" JOIN "Customer" USING (CustomerId)'
                " WHERE Company IS NOT NULL GROUP BY CustomerId"
            )
        )
    assert found == pytest.approx(plainly)
    assert total(chinook_sqlite, customer_spec(), "sales")[0] == pytest.approx(sum(plainly.values()))


def test_whole_dollars_are_not_divided_to_whole_numbers(tmp_path: Path) -> None:
    file = tmp_path / "whole.db"
    with closing(sqlite3.connect(file)) as connection:
        connection.executescript(
            "CREATE TABLE properties (id INTEGER PRIMARY KEY, property_name TEXT);"
            "CREATE TABLE financial_metrics (property_id INTEGER, annual_noi NUMERIC, annual_debt_service NUMERIC);"
            "INSERT INTO properties VALUES (1, 'one'), (2, 'two');"
            "INSERT INTO financial_metrics VALUES (1, 3, 2), (2, 1, 2);"
        )
    url = f"sqlite:///{file}"
    assert rows(url, dscr_spec(), "dscr") == [(1, 1.5), (2, 0.5)]
    assert total(url, dscr_spec(), "dscr") == (1.0, 2, 0)


@pytest.mark.parametrize(("schema", "expected"), [(ORLANDO, 1), (SHOPS_SCHEMA, 2)])
def test_a_join_that_multiplies_rows_does_not_multiply_results(schema: Schema, expected: int) -> None:
    """Unless the schema does not know the joined columns: then they may have no largest value."""
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.executescript(
            "CREATE TABLE properties (id);"
            "CREATE TABLE financial_metrics (property_id, annual_noi, annual_debt_service);"
            "INSERT INTO properties VALUES (1); INSERT INTO financial_metrics VALUES (1, 3, 2), (1, 5, 2);"
        )
        sql = metric_sql(dscr_spec(), "dscr", "standard", schema, "sqlite")
        assert len(connection.execute(sql).fetchall()) == expected


def test_text_is_plain_sql_without_parameters() -> None:
    for dialect in ("sqlite", "postgresql"):
        for metric in shops_spec().metrics:
            for sql in (
                metric_sql(shops_spec(), metric.name, "stressed", SHOPS_SCHEMA, dialect),
                total_sql(shops_spec(), metric.name, "stressed", SHOPS_SCHEMA, dialect),
            ):
                assert "%(" not in sql
                assert ":" not in sql.replace("::", "")
                assert not sql.rstrip().endswith(";")


def test_a_schema_is_kept_on_postgresql_and_part_of_the_name_on_sqlite() -> None:
    assert '"sales ops"."shop\'s list"' in metric_sql(shops_spec(), "surplus", "standard", SHOPS_SCHEMA, "postgresql")
    assert '"sales ops.shop\'s list"' in metric_sql(shops_spec(), "surplus", "standard", SHOPS_SCHEMA, "sqlite")


@pytest.mark.parametrize(("metric", "mode"), [("nothing", "standard"), ("dscr", "nothing")])
def test_unknown_names_are_errors(metric: str, mode: str) -> None:
    with pytest.raises(KeyError, match="nothing"):
        metric_sql(dscr_spec(), metric, mode, SHOPS_SCHEMA, "sqlite")


def test_postgresql_runs_what_is_compiled_for_it(postgres_url: str) -> None:
    """Every construct of the language at once, on tables in schemas with odd names."""
    import psycopg2

    with psycopg2.connect(postgres_url) as connection, connection.cursor() as cursor:
        cursor.execute('CREATE SCHEMA "sales ops"')
        for table in SHOPS_SCHEMA.tables:
            columns = ", ".join(f'"{c.name}" {c.sql_type}' for c in table.columns)
            prefix = f'"{table.ref.schema}".' if table.ref.schema else ""
            cursor.execute(f'CREATE TABLE {prefix}"{table.ref.name}" ({columns})')
        cursor.execute("""INSERT INTO "sales ops"."shop's list" VALUES ('it''s', 2024, 'Ö', 1, 1)""")
        cursor.execute("""INSERT INTO "sales ops"."Région" VALUES (1, 100)""")
        cursor.execute(
            """INSERT INTO "order" VALUES ('it''s', 2024, 20, 0.5, '2024-02-01', NULL),
            ('it''s', 2024, 30, 0.5, '2024-02-01', '2024-03-01'), ('it''s', 2024, 8, 0, '2023-12-31', NULL)"""
        )
        cursor.execute("""INSERT INTO "sales ops"."visits" VALUES ('it''s', 2024, 'x', 16), ('it''s', 2024, 'x', 16)""")
    connection.close()
    spec = shops_spec()
    found = {m.name: rows(postgres_url, spec, m.name)[0][-1] for m in spec.metrics}
    assert {name: round(float(value), 6) for name, value in found.items()} == {
        "sales_per_guest": 15.0,
        "return_share": round(100 / 3, 6),
        "surplus": 20.0,
        "ease": float(4 * (100 - 100 / 3) // 1 % 7),
    }
    assert plain(total(postgres_url, spec, "sales_per_guest", "stressed")) == (12.0, 1, 0)
    assert plain(total(postgres_url, spec, "ease")) == (None, 1, 0)


def test_postgresql_reads_binary_columns_as_the_numbers_they_show(postgres_url: str) -> None:
    engine = create_engine(postgres_url.replace("postgresql:", "postgresql+psycopg2:"))
    with engine.begin() as connection:
        for statement in (
            "CREATE TABLE properties (id INTEGER PRIMARY KEY, property_name TEXT)",
            "CREATE TABLE financial_metrics (property_id INTEGER, annual_noi REAL, annual_debt_service REAL)",
            "INSERT INTO properties VALUES (1, 'one')",
            "INSERT INTO financial_metrics VALUES (1, 750000.1, 1)",
        ):
            connection.execute(text(statement))
    engine.dispose()
    spec = dscr_spec()
    binary = tuple(i.model_copy(update={"kind": Kind.REAL}) for i in spec.inputs)
    found = rows(postgres_url, spec.model_copy(update={"inputs": binary}), "dscr")
    assert [row[1] for row in found] == [Decimal("750000.1")]
