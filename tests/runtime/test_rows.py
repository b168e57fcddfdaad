"""Rows as typed values: exact numbers, text that is no number, keys that are not unique any more."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from pydantic import BaseModel
from sqlalchemy import text

from daemon.runtime.database import read_only_engine
from daemon.runtime.errors import DataError
from daemon.runtime.rows import Number, Text, read, read_all


class House(BaseModel):
    id: int
    label: Text | None = None
    rent: Number | None = None
    built: date | None = None


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        (5, "5"),
        (0.1, "0.1"),
        (311700.25, "311700.25"),
        (1e-7, "1E-7"),
        (1e300, "1E+300"),
        (Decimal("1.10"), "1.10"),
        (2**70, "1180591620717411303424"),
        (-0.0, "-0.0"),
    ],
)
def test_a_number_is_exact(found: object, expected: str) -> None:
    assert str(read(House, {"id": 1, "rent": found}).rent) == expected


@pytest.mark.parametrize(
    "found",
    [
        *("12", "1_000", "abc", "", "NaN", b"12", True, float("nan"), float("inf"), -float("inf")),
        *(Decimal("NaN"), Decimal("sNaN"), Decimal("Infinity")),
    ],
    ids=repr,
)
def test_what_is_no_number_is_an_error_with_row_and_column(found: object) -> None:
    with pytest.raises(DataError, match=r"row id=7: rent is ") as caught:
        read(House, {"id": 7, "rent": found})

    assert "\n" not in str(caught.value)
    assert repr(found) in str(caught.value)


def test_a_long_value_is_cut_in_the_message() -> None:
    with pytest.raises(DataError) as caught:
        read(House, {"id": 7, "rent": "x" * 10_000})

    assert len(str(caught.value)) < 200


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        ("Lofts", "Lofts"),
        (None, None),
        (7, "7"),
        (Decimal("1.50"), "1.50"),
        (UUID(int=5), "00000000-0000-0000-0000-000000000005"),
        (date(2024, 12, 31), "2024-12-31"),
    ],
)
def test_text_is_text_whatever_the_column_holds(found: object, expected: str | None) -> None:
    assert read(House, {"id": 1, "label": found}).label == expected


def test_dates_come_as_text_or_as_dates() -> None:
    assert read(House, {"id": 1, "built": "2008-05-31"}).built == date(2008, 5, 31)
    assert read(House, {"id": 1, "built": date(2008, 5, 31)}).built == date(2008, 5, 31)
    with pytest.raises(DataError, match=r"built is '31\.5\.2008'"):
        read(House, {"id": 1, "built": "31.5.2008"})


@pytest.fixture(params=["sqlite", "postgres"])
def houses(request: pytest.FixtureRequest) -> Callable[[str], list[House]]:
    """Rows of a SELECT on both engines in turn."""
    url = request.getfixturevalue("orlando_sqlite" if request.param == "sqlite" else "postgres_url")

    def rows(sql: str, **parameters: Any) -> list[House]:
        engine = read_only_engine(request.path.parent, url=url)
        with engine.connect() as connection:
            found = list(read_all(House, connection.execute(text(sql), parameters), keys=1))
        engine.dispose()
        return found

    return rows


def test_rows_of_a_result_come_in_order(houses: Callable[[str], list[House]]) -> None:
    found = houses("SELECT 1 AS id, 'a' AS label, 1.5 AS rent UNION ALL SELECT 2, NULL, NULL ORDER BY 1")

    assert found == [House(id=1, label="a", rent=Decimal("1.5")), House(id=2)]


def test_two_rows_with_one_key_are_an_error(houses: Callable[[str], list[House]]) -> None:
    with pytest.raises(DataError, match="several rows have id=5"):
        houses("SELECT 5 AS id, 1 AS rent UNION ALL SELECT 5, 2 UNION ALL SELECT 6, 3 ORDER BY 1")


def test_a_missing_key_is_a_key_like_others_but_only_once(tmp_path: Path) -> None:
    class Group(BaseModel):
        country: str | None

    engine = read_only_engine(tmp_path, url=f"sqlite:///{tmp_path / 'empty.db'}")
    with closing(sqlite3.connect(tmp_path / "empty.db")) as made:
        made.execute("CREATE TABLE t (n INTEGER)")
    with engine.connect() as connection:
        once = connection.execute(text("SELECT NULL AS country UNION ALL SELECT 'France'"))
        assert [group.country for group in read_all(Group, once, 1)] == [None, "France"]
        twice = connection.execute(text("SELECT NULL AS country UNION ALL SELECT NULL"))
        with pytest.raises(DataError, match="several rows have country=None"):
            list(read_all(Group, twice, 1))
    engine.dispose()


def test_a_bad_row_is_named_by_its_key(houses: Callable[[str], list[House]]) -> None:
    with pytest.raises(DataError, match="row id=6: rent is 'much'"):
        houses("SELECT 6 AS id, 'much' AS rent")


def test_not_a_number_of_postgresql_is_an_error(postgres_url: str) -> None:
    engine = read_only_engine(Path(), url=postgres_url)
    with engine.connect() as connection:
        for written in ("NaN", "Infinity", "-Infinity"):
            for kind in ("numeric", "double precision", "real"):
                result = connection.execute(text(f"SELECT 9 AS id, CAST('{written}' AS {kind}) AS rent"))
                with pytest.raises(DataError, match=r"row id=9: rent is .*finite number"):
                    list(read_all(House, result, keys=1))
    engine.dispose()
