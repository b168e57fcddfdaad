"""What only the data can say, on real SQLite files."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest
from specs import customer_spec, dscr_spec

from daemon.adapters.database import open_database
from daemon.checks.measured import measured_findings
from daemon.core.findings import Finding
from daemon.core.spec import AgentSpec, Unit

Measure = Callable[..., list[Finding]]
TABLES = """
CREATE TABLE properties (id INTEGER, property_name TEXT);
CREATE TABLE financial_metrics (property_id INTEGER, annual_noi NUMERIC, annual_debt_service NUMERIC);
"""
GOOD = """
INSERT INTO properties VALUES (1, 'A'), (2, 'B');
INSERT INTO financial_metrics VALUES (1, 10, 5), (2, 20, NULL);
"""


@pytest.fixture
def measure(tmp_path: Path) -> Measure:
    """Findings of a spec on a database made by a script."""

    def measured(script: str, spec: AgentSpec | None = None) -> list[Finding]:
        connection = sqlite3.connect(tmp_path / "measured.db")
        connection.executescript(script)
        connection.close()
        database = open_database(f"sqlite:///{tmp_path / 'measured.db'}")
        return list(measured_findings(spec or dscr_spec(), database.schema(), database))

    return measured


def in_unit(unit: Unit) -> AgentSpec:
    spec = dscr_spec()
    return spec.model_copy(update={"inputs": (spec.inputs[0].model_copy(update={"unit": unit}), *spec.inputs[1:])})


def test_good_data_has_no_findings(measure: Measure) -> None:
    assert measure(TABLES + GOOD) == []


def test_samples_have_no_findings(orlando: str, chinook_sqlite: str) -> None:
    for url, spec in ((orlando, dscr_spec()), (chinook_sqlite, customer_spec())):
        database = open_database(url)
        assert measured_findings(spec, database.schema(), database) == ()
        database.close()


def test_a_key_that_several_rows_share_is_found(measure: Measure) -> None:
    [found] = measure(TABLES + GOOD + "INSERT INTO properties VALUES (1, 'A again');")

    assert (found.code, found.place) == ("key_not_unique", "entity.key")
    assert "several rows of properties share id" in found.message


def test_a_missing_key_is_found(measure: Measure) -> None:
    assert [f.code for f in measure(TABLES + GOOD + "INSERT INTO properties VALUES (NULL, 'A');")] == ["key_not_unique"]


def test_a_row_that_stands_for_several_needs_no_key(measure: Measure) -> None:
    spec = dscr_spec()
    grouped = spec.model_copy(update={"entity": spec.entity.model_copy(update={"group_by": True})})

    assert measure(TABLES + GOOD + "INSERT INTO properties VALUES (1, 'A again');", grouped) == []


def test_a_join_that_multiplies_rows_is_found(measure: Measure) -> None:
    [found] = measure(TABLES + GOOD + "INSERT INTO financial_metrics VALUES (1, 11, 5);")

    assert (found.code, found.place) == ("join_multiplies", "entity.joins")
    assert found.suggestion


def test_a_path_that_multiplies_child_rows_is_found(tmp_path: Path, chinook_sqlite: str) -> None:
    connection = sqlite3.connect(chinook_sqlite.removeprefix("sqlite:///"))
    connection.executescript(
        "CREATE TABLE i AS SELECT * FROM Invoice; DROP TABLE Invoice; ALTER TABLE i RENAME TO Invoice;"
    )
    connection.executescript("INSERT INTO Invoice SELECT * FROM Invoice LIMIT 1")
    connection.close()
    database = open_database(chinook_sqlite)

    found = measured_findings(customer_spec(), database.schema(), database)

    assert [(f.code, f.place) for f in found] == [
        ("join_multiplies", "inputs.revenue"),
        ("join_multiplies", "inputs.tracks"),
    ]


def test_text_among_numbers_is_found(measure: Measure) -> None:
    [found] = measure(TABLES + GOOD + "UPDATE financial_metrics SET annual_noi = 'n/a' WHERE property_id = 1;")

    assert (found.code, found.place) == ("not_numbers", "inputs.annual_noi")
    assert "1 cells of financial_metrics.annual_noi hold no number" in found.message


def test_text_among_numbers_of_child_rows_is_found(chinook_sqlite: str) -> None:
    connection = sqlite3.connect(chinook_sqlite.removeprefix("sqlite:///"))
    connection.executescript("UPDATE InvoiceLine SET Quantity = 'two' WHERE InvoiceLineId = 1")
    connection.close()
    database = open_database(chinook_sqlite)

    found = measured_findings(customer_spec(), database.schema(), database)

    assert {(f.code, f.place) for f in found} == {("not_numbers", "inputs.revenue"), ("not_numbers", "inputs.tracks")}


@pytest.mark.parametrize(
    "rows", ["", "INSERT INTO properties VALUES (1, 'A'); INSERT INTO financial_metrics VALUES (1, NULL, 5);"]
)
def test_an_empty_column_is_a_warning(measure: Measure, rows: str) -> None:
    found = measure(TABLES + rows)

    assert {f.code for f in found} == {"no_values"}
    assert "inputs.annual_noi" in {f.place for f in found}


@pytest.mark.parametrize(
    ("unit", "largest", "codes"),
    [
        (Unit.FRACTION, "0.9", []),
        (Unit.FRACTION, "1.5", []),
        (Unit.FRACTION, "15", ["not_a_fraction"]),
        (Unit.FRACTION, "-15", ["not_a_fraction"]),
        (Unit.PERCENT, "15", []),
        (Unit.PERCENT, "0.9", ["not_percent"]),
        (Unit.PERCENT, "0", []),
    ],
)
def test_fractions_and_percents_are_told_apart_by_their_size(
    measure: Measure, unit: Unit, largest: str, codes: list[str]
) -> None:
    script = TABLES + GOOD + f"UPDATE financial_metrics SET annual_noi = {largest} * property_id / 2.0;"

    assert [f.code for f in measure(script, in_unit(unit))] == codes
