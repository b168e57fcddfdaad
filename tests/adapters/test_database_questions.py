"""What the database adapter measures on the data, the same on SQLite and PostgreSQL."""

from __future__ import annotations

import sqlite3
from decimal import Decimal
from pathlib import Path

import psycopg2
import pytest

from daemon.adapters.database import open_database
from daemon.core.errors import QueryFailed
from daemon.core.schema import ColumnRef, TableRef

METRICS = TableRef("financial_metrics")
PROPERTIES = TableRef("properties")


def test_profile_of_money(orlando: str) -> None:
    found = open_database(orlando).profile(ColumnRef(METRICS, "annual_noi"))

    assert (found.rows, found.nulls, found.distinct, found.not_numbers) == (10, 1, 9, 0)
    assert (found.minimum, found.maximum) == (Decimal("-42500.5"), Decimal(1999999))


def test_profile_of_text_has_no_range_and_short_samples(orlando: str) -> None:
    found = open_database(orlando).profile(ColumnRef(PROPERTIES, "property_type"))

    assert (found.minimum, found.maximum) == (None, None)
    assert found.samples[:2] == ("Multifamily", "Retail")
    assert found.distinct == len(found.samples) == 6


def test_values_are_most_frequent_first(orlando: str) -> None:
    database = open_database(orlando)

    assert database.values(ColumnRef(PROPERTIES, "location"), 2) == ("Downtown Orlando", "Kissimmee")
    assert "O'Berry Street Shops" in database.values(ColumnRef(PROPERTIES, "property_name"), 100)
    assert database.values(ColumnRef(METRICS, "fiscal_year"), 5) == ("2024",)


def test_row_count_and_uniqueness(orlando: str) -> None:
    database = open_database(orlando)

    assert database.row_count(METRICS) == 10
    assert database.is_unique(PROPERTIES, ["id"])
    assert database.is_unique(PROPERTIES, ["location", "property_name"])
    assert not database.is_unique(PROPERTIES, ["location"])
    assert not database.is_unique(PROPERTIES, ["appraised_value"]), "one of them is NULL"


def test_query_binds_parameters_and_leaves_everything_else_alone(orlando: str) -> None:
    database = open_database(orlando)

    assert database.query("SELECT ':x', '50%' FROM properties WHERE id = 1") == [(":x", "50%")]
    assert database.query("SELECT id, ':x' FROM properties WHERE id = :key", {"key": 3}) == [(3, ":x")]


@pytest.mark.parametrize("part", ["table", "column"])
def test_unknown_names_are_told_with_the_nearest_one(orlando: str, part: str) -> None:
    wrong = {"table": ColumnRef(TableRef("propertys"), "id"), "column": ColumnRef(PROPERTIES, "locations")}
    near = {"table": "did you mean 'properties'?", "column": "did you mean 'location'?"}

    with pytest.raises(QueryFailed) as caught:
        open_database(orlando).profile(wrong[part])

    assert caught.value.hint == near[part]


def test_sqlite_cells_that_are_no_numbers(tmp_path: Path) -> None:
    connection = sqlite3.connect(tmp_path / "mixed.db")
    connection.executescript(
        """
        CREATE TABLE t (amount NUMERIC(10,2));
        INSERT INTO t VALUES (5), (-2.5), ('n/a'), (x'00ff'), (9e999), (NULL), (-9223372036854775808);
        """
    )
    connection.close()

    found = open_database(f"sqlite:///{tmp_path}/mixed.db").profile(ColumnRef(TableRef("t"), "amount"))

    assert (found.rows, found.nulls, found.not_numbers) == (7, 1, 3)
    assert (found.minimum, found.maximum) == (Decimal(-(2**63)), Decimal(5))


def test_postgres_cells_that_are_no_numbers(postgres_url: str) -> None:
    connection = psycopg2.connect(postgres_url)
    connection.cursor().execute(
        "CREATE TABLE t (amount float8, note json);"
        " INSERT INTO t VALUES (1.5), (-2), ('NaN'), ('Infinity'), (NULL); UPDATE t SET note = '{}'"
    )
    connection.commit()
    connection.close()
    database = open_database(postgres_url)

    found = database.profile(ColumnRef(TableRef("t"), "amount"))

    assert (found.rows, found.nulls, found.not_numbers) == (5, 1, 2)
    assert (found.minimum, found.maximum) == (Decimal(-2), Decimal("1.5"))
    assert database.profile(ColumnRef(TableRef("t"), "note")).distinct == 1
    database.close()


def test_empty_table(postgres_url: str) -> None:
    connection = psycopg2.connect(postgres_url)
    connection.cursor().execute('CREATE TABLE "Empty" ("Betrag %" numeric(8,2))')
    connection.commit()
    connection.close()
    database = open_database(postgres_url)

    found = database.profile(ColumnRef(TableRef("Empty"), "Betrag %"))

    assert (found.rows, found.nulls, found.distinct, found.samples) == (0, 0, 0, ())
    assert database.is_unique(TableRef("Empty"), ["Betrag %"])
    database.close()


def test_a_replaced_sqlite_file_is_read_anew(tmp_path: Path) -> None:
    def write(file: Path, amount: int) -> None:
        connection = sqlite3.connect(file)
        connection.executescript(f"CREATE TABLE t (a INT); INSERT INTO t VALUES ({amount})")
        connection.close()

    write(tmp_path / "data.db", 1)
    database = open_database(f"sqlite:///{tmp_path}/data.db")
    assert database.query("SELECT a FROM t") == [(1,)]

    write(tmp_path / "new.db", 2)
    (tmp_path / "new.db").replace(tmp_path / "data.db")

    assert database.query("SELECT a FROM t") == [(2,)]


def test_text_that_is_no_utf8_does_not_stop_the_reading(tmp_path: Path) -> None:
    connection = sqlite3.connect(tmp_path / "latin.db")
    connection.execute("CREATE TABLE t (name TEXT)")
    connection.execute("INSERT INTO t VALUES (CAST(x'4AF6' AS TEXT))")
    connection.commit()
    connection.close()

    assert open_database(f"sqlite:///{tmp_path}/latin.db").values(ColumnRef(TableRef("t"), "name"), 5) == ("J\ufffd",)
