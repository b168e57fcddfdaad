"""Dates in formulas: whole days, quoted days, and the same on every engine."""

from __future__ import annotations

import sqlite3
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import ColumnElement, column, select
from sqlalchemy.dialects import sqlite

from daemon.compiler.formula import FormulaError, evaluate, parse
from daemon.compiler.formula.dates import iso_day, lowered
from daemon.compiler.formula.units import check
from daemon.compiler.python import to_python
from daemon.compiler.sql import to_sql
from daemon.core.schema import Kind
from daemon.core.spec import Unit
from daemon.runtime.dates import day_of, days_between

KINDS = {"shipped": Kind.DATETIME, "ordered": Kind.DATE}
UNITS = {"shipped": Unit.DATE, "ordered": Unit.DATE, "country": Unit.TEXT, "price": Unit.NUMBER}
ROWS = [("2024-12-31 15:30:00", "2024-12-17"), ("2024-12-30 00:00:00", "2024-12-31"), (None, "2025-01-01")]
CONDITIONS = [
    *(f"shipped {sign} '2024-12-31'" for sign in ("<", "<=", "==", "!=", ">=", ">")),
    *(f"ordered {sign} '2024-12-31'" for sign in ("<", "<=", "==", "!=", ">=", ">")),
    "'2024-12-17' < ordered <= '2024-12-31'",
    "shipped - ordered > 14",
    "shipped - ordered == 14",
    "shipped >= ordered",
    "ordered - '2024-12-17' >= 14",
    "shipped is None or shipped == ordered",
]


def sql_of(text: str) -> str:
    tree = lowered(parse(text), KINDS)
    known: dict[str, ColumnElement[Any]] = {name: column(name) for name in KINDS}
    statement = select(to_sql(tree, known)).compile(dialect=sqlite.dialect(), compile_kwargs={"literal_binds": True})
    return str(statement)


@pytest.mark.parametrize("text", CONDITIONS)
@pytest.mark.parametrize("row", ROWS)
def test_python_sql_and_the_interpreter_agree(text: str, row: tuple[str | None, str]) -> None:
    shipped, ordered = (datetime.fromisoformat(row[0]) if row[0] else None), date.fromisoformat(row[1])
    expected = evaluate(parse(text), {"shipped": day_of(shipped) if shipped else None, "ordered": ordered})
    connection = sqlite3.connect(":memory:")
    connection.execute("CREATE TABLE t (shipped DATETIME, ordered DATE)")
    connection.execute("INSERT INTO t VALUES (?, ?)", row)
    ((found,),) = connection.execute(f"{sql_of(text)} FROM t").fetchall()
    connection.close()
    assert (None if found is None else bool(found)) == expected
    if shipped or "shipped" not in text:
        source = to_python(lowered(parse(text), KINDS), {name: name for name in KINDS})
        tools = {"day_of": day_of, "days_between": days_between, "date": date, "Decimal": Decimal}
        assert eval(source, {**tools, "shipped": shipped, "ordered": ordered}) == expected


def test_the_last_day_counts_to_its_end() -> None:
    known = {"shipped": date(2024, 12, 31), "ordered": date(2024, 12, 17)}
    assert evaluate(parse("shipped <= '2024-12-31'"), known) is True
    assert "shipped < '2025-01-01'" in sql_of("shipped <= '2024-12-31'")


def test_days_are_whole_and_signed() -> None:
    assert days_between(datetime.fromisoformat("2024-03-01 23:59:00"), date(2024, 3, 2)) == 1
    assert days_between(date(2024, 3, 1), date(2024, 2, 28)) == Decimal(-2)


@pytest.mark.parametrize(
    "text", ["2024-1-5", "20240105", "2024-02-30", "yesterday", "2024-01-05 12:00", "", "9999-12-31"]
)
def test_what_is_no_day(text: str) -> None:
    assert iso_day(text) is None


@pytest.mark.parametrize("text", ["shipped > 'yesterday'", "'31.12.2024' <= ordered", "ordered - 'x' > 3"])
def test_a_text_that_is_no_date_is_said_with_a_hint(text: str) -> None:
    with pytest.raises(FormulaError, match="is no date") as problem:
        check(parse(text), UNITS, text)
    assert "'2024-12-31'" in problem.value.hint


@pytest.mark.parametrize(
    "text", ["shipped > country", "shipped + ordered", "shipped > 5", "ordered * 2", "price - ordered"]
)
def test_dates_do_not_mix_with_anything_else(text: str) -> None:
    with pytest.raises(FormulaError):
        check(parse(text), UNITS, text)


@pytest.mark.parametrize("text", ["country == '2024-12-31'", "country != 'x'"])
def test_texts_that_look_like_dates_stay_texts(text: str) -> None:
    assert lowered(parse(text), {"country": Kind.TEXT}) == parse(text)
    assert check(parse(text), UNITS, text).kind == "condition"
