"""SQL constructs that give the same exact numbers on SQLite and PostgreSQL."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import ColumnElement, Engine, column, create_engine, select, table, text

from daemon.runtime.database import read_only_engine
from daemon.runtime.sql import days_between, exact, exact_avg, exact_sum, quotient

_T = table("t", *(column(name) for name in ("g", "money", "whole", "share", "real", "sent", "back")))
SCRIPT = """
CREATE TABLE t (g INTEGER, money NUMERIC(14,2), whole INTEGER, share DOUBLE PRECISION, real REAL, sent DATE, back DATE);
INSERT INTO t VALUES
 (1, 0.10, 1, 0.1, 0.5, '2024-02-28', '2024-03-01'),
 (1, 0.20, 2, 0.2, 0.25, '2024-12-31', '2025-01-01'),
 (1, NULL, NULL, NULL, NULL, NULL, '2025-01-01'),
 (2, 405000, 3, 0.7, 1.5, '2024-01-01', '2023-12-31'),
 (2, 300000.01, 4, 0.1, 2.5, '2024-01-01', '2024-01-01'),
 (3, NULL, NULL, NULL, NULL, NULL, NULL);
"""

Ask = Callable[..., list[Any]]


@pytest.fixture(params=["sqlite", "postgres"])
def ask(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Ask]:
    """Values of an expression over the rows of a group, on both engines in turn."""
    url = f"sqlite:///{tmp_path / 't.db'}" if request.param == "sqlite" else request.getfixturevalue("postgres_url")
    _load(url.replace("postgresql:", "postgresql+psycopg2:"))
    engine = read_only_engine(tmp_path, url=url)

    def asked(expression: ColumnElement[Any], group: int) -> list[Any]:
        with engine.connect() as connection:
            return list(connection.execute(select(expression).where(_T.c.g == group).order_by(text("1"))).scalars())

    yield asked
    engine.dispose()


def _load(url: str) -> None:
    engine: Engine = create_engine(url)
    with engine.begin() as connection:
        for statement in filter(str.strip, SCRIPT.split(";")):
            connection.execute(text(statement))
    engine.dispose()


@pytest.mark.parametrize(
    ("expression", "group", "expected"),
    [
        (exact_sum(_T.c.money, 2), 1, "0.3"),
        (exact_sum(_T.c.money, 2), 2, "705000.01"),
        (exact_sum(_T.c.whole, 0), 2, "7"),
        (exact_sum(_T.c.money * _T.c.whole, 2), 1, "0.5"),
        (exact_sum(exact(_T.c.share), 1), 1, "0.3"),
        (exact_sum(exact(_T.c.real), 2), 2, "4"),
        (exact_sum(_T.c.money, 2), 3, None),
        (exact_avg(_T.c.money, 2), 1, "0.15"),
        (exact_avg(_T.c.money, 2), 2, "352500.005"),
        (exact_avg(_T.c.whole, 0), 2, "3.5"),
        (exact_avg(_T.c.money, 2), 3, None),
    ],
    ids=str,
)
def test_sums_and_means_are_exact(ask: Ask, expression: ColumnElement[Any], group: int, expected: str | None) -> None:
    [found] = ask(expression, group)

    assert found == (None if expected is None else Decimal(expected))
    assert found is None or isinstance(found, Decimal)


def test_whole_numbers_divide_to_fractions_and_zero_to_nothing(ask: Ask) -> None:
    assert [float(v) for v in ask(quotient(_T.c.whole, _T.c.whole + 1), 2)] == [0.75, 0.8]
    assert ask(quotient(_T.c.whole, _T.c.whole - _T.c.whole), 2) == [None, None]


def test_days_are_whole_and_signed(ask: Ask) -> None:
    assert [v for v in ask(days_between(_T.c.sent, _T.c.back), 1) if v is not None] == [1, 2]
    assert ask(days_between(_T.c.sent, _T.c.back), 2) == [-1, 0]
    assert ask(days_between(_T.c.sent, _T.c.back), 3) == [None]


def test_many_amounts_add_up_to_the_cent(tmp_path: Path, postgres_url: str) -> None:
    chance = random.Random(4)
    cents = [chance.randrange(-(10**9), 10**9) for _ in range(5000)]
    exact_total = Decimal(sum(cents)) / 100
    for url in (f"sqlite:///{tmp_path / 'many.db'}", postgres_url):
        made = create_engine(url.replace("postgresql:", "postgresql+psycopg2:"))
        with made.begin() as connection:
            connection.execute(text("CREATE TABLE t (g INTEGER, money NUMERIC(14,2))"))
            connection.execute(text("INSERT INTO t VALUES (1, :m)"), [{"m": cent / 100} for cent in cents])
        made.dispose()
        engine = read_only_engine(tmp_path, url=url)
        with engine.connect() as connection:
            assert connection.execute(select(exact_sum(_T.c.money, 2))).scalar_one() == exact_total
        engine.dispose()


def test_a_sum_of_large_numbers_keeps_its_digits_on_postgresql(tmp_path: Path, postgres_url: str) -> None:
    made = create_engine(postgres_url.replace("postgresql:", "postgresql+psycopg2:"))
    with made.begin() as connection:
        connection.execute(text("CREATE TABLE t (money NUMERIC(40,2))"))
        connection.execute(text("INSERT INTO t VALUES (12345678901234567890123.45), (0.01)"))
    made.dispose()
    engine = read_only_engine(tmp_path, url=postgres_url)
    with engine.connect() as connection:
        found = connection.execute(select(exact_sum(_T.c.money, 2))).scalar_one()
    engine.dispose()

    assert str(found) == "12345678901234567890123.46"


@pytest.mark.parametrize(("kind", "shown"), [("REAL", "750000.1"), ("DOUBLE PRECISION", "12345678901234.568")])
def test_binary_numbers_count_as_they_show_themselves_on_postgresql(
    tmp_path: Path, postgres_url: str, kind: str, shown: str
) -> None:
    engine = create_engine(postgres_url.replace("postgresql:", "postgresql+psycopg2:"))
    with engine.begin() as connection:
        connection.execute(text(f"CREATE TABLE binary_numbers (n {kind})"))
        connection.execute(text(f"INSERT INTO binary_numbers VALUES ({shown}), ({shown})"))
        numbers = table("binary_numbers", column("n"))
        value = connection.execute(select(exact_sum(exact(numbers.c.n), 4))).scalar_one()
    engine.dispose()
    assert value == 2 * Decimal(shown)
