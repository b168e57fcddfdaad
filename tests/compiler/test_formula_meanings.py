"""One tree, four meanings: the reference interpreter, generated Python, SQLite and PostgreSQL agree."""

from __future__ import annotations

import math
import sqlite3
from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from typing import Any

import pytest
from formulas import NAMES, conditions, exact, formulas, values
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from sqlalchemy import ColumnElement, Numeric, column, create_engine, literal_column, select
from sqlalchemy.dialects import postgresql, sqlite

from daemon.compiler.formula import Node, Value, evaluate, parse, walk
from daemon.compiler.formula.guards import Hazard, hazards, required
from daemon.compiler.formula.tree import Call, Number
from daemon.compiler.python import to_python
from daemon.compiler.sql import to_sql
from daemon.runtime import numbers

SQLITE = sqlite.dialect(paramstyle="named")
POSTGRES = postgresql.dialect(paramstyle="named")  # type: ignore[no-untyped-call]
LARGEST = Decimal(10**6)
Values = Mapping[str, Decimal | None]


def is_moderate(tree: Node, known: Values) -> bool:
    """Whether no part gets so large that binary numbers lose their last digits."""
    for part in walk(tree):
        try:
            value = evaluate(part, known)
        except (ArithmeticError, TypeError):
            continue
        if isinstance(value, Decimal) and abs(value) > LARGEST:
            return False
    return True


def meaning(tree: Node, known: Values) -> Value:
    try:
        return evaluate(tree, known)
    except ArithmeticError:
        assume(False)
        raise


def fails(hazard: Hazard, known: Values) -> bool:
    if any(evaluate(condition, known) is not True for condition in hazard.path):
        return False
    value = evaluate(hazard.operand, known)
    assert isinstance(value, Decimal)
    return value == 0 if hazard.kind == "divisor" else value < 0


def run_python(tree: Node, known: Values) -> Any:
    source = to_python(tree, {name: name for name in NAMES})
    tools = {name: getattr(numbers, name) for name in ("floor", "ceiling", "floor_quotient", "floor_rest", "rounded")}
    return eval(source, {"Decimal": Decimal, **tools, **known})


def as_decimal(value: object) -> Decimal | bool | None:
    if value is None or isinstance(value, bool):
        return value
    return Decimal(value) if isinstance(value, int | Decimal) else Decimal(str(value))


def same(left: object, right: object, tolerance: str = "1e-9") -> bool:
    first, second = as_decimal(left), as_decimal(right)
    if first is None or second is None or isinstance(first, bool) or isinstance(second, bool):
        return first == second
    return abs(first - second) <= Decimal(tolerance) * max(abs(first), abs(second), Decimal(1))


@given(text=formulas(), known=values)
def test_checked_python_means_what_the_interpreter_means(text: str, known: Values) -> None:
    """Where nothing required is missing and no hazard is real, generated code never fails and gives the same."""
    tree = parse(text)
    assume(is_moderate(tree, known))
    assume(all(known[name] is not None for name in required(tree)))
    assume(not any(fails(hazard, known) for hazard in hazards(tree)))
    assert same(run_python(tree, known), evaluate(tree, known), "1e-24")


@given(text=conditions(), known=values)
def test_python_conditions_hold_when_they_are_true(text: str, known: Values) -> None:
    tree = parse(text)
    assume(all(known[name] is not None for name in required(tree)))
    assume(not any(fails(hazard, known) for hazard in hazards(tree)))
    assert bool(run_python(tree, known)) == (evaluate(tree, known) is True)


@pytest.fixture(scope="module")
def on_sqlite() -> Iterator[Callable[[Node, Values], Any]]:
    connection = sqlite3.connect(":memory:")
    connection.execute("CREATE TABLE t (a NUMERIC, b NUMERIC, c NUMERIC)")

    def run(tree: Node, known: Values) -> Any:
        connection.execute("DELETE FROM t")
        given_values = [None if known[n] is None else float(known[n] or 0) for n in NAMES]
        connection.execute("INSERT INTO t VALUES (?, ?, ?)", given_values)
        return connection.execute(f"{sql_of(tree, SQLITE)} FROM t").fetchone()[0]

    yield run
    connection.close()


def sql_of(tree: Node, dialect: Any) -> str:
    columns = {name: column(name, Numeric()) for name in NAMES}
    return str(select(to_sql(tree, columns)).compile(dialect=dialect, compile_kwargs={"literal_binds": True}))


@given(text=formulas(), known=values)
def test_sqlite_means_what_the_interpreter_means(
    on_sqlite: Callable[[Node, Values], Any], text: str, known: Values
) -> None:
    tree = parse(text)
    assume(is_moderate(tree, known))
    expected = meaning(tree, known)
    assert same(on_sqlite(tree, known), expected), sql_of(tree, SQLITE)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(text=formulas(), known=values)
def test_postgresql_means_what_the_interpreter_means(
    on_postgres: Callable[[Node, Values], Any], text: str, known: Values
) -> None:
    tree = parse(text)
    assume(is_moderate(tree, known))
    expected = meaning(tree, known)
    assert same(on_postgres(tree, known), expected, "1e-14"), sql_of(tree, POSTGRES)


@pytest.fixture
def on_postgres(postgres_url: str) -> Iterator[Callable[[Node, Values], Any]]:
    engine = create_engine(postgres_url.replace("postgresql://", "postgresql+psycopg2://"))
    with engine.connect() as connection:

        def run(tree: Node, known: Values) -> Any:
            texts = {n: "NULL" if known[n] is None else str(known[n]) for n in NAMES}
            row: list[ColumnElement[Any]] = [
                literal_column(f"CAST({text} AS NUMERIC)", Numeric()).label(name) for name, text in texts.items()
            ]
            table = select(*row).subquery("t")
            return connection.execute(select(to_sql(tree, dict(table.c.items())))).scalar()

        yield run
    engine.dispose()


large_and_small = st.decimals(allow_nan=False, allow_infinity=False, places=9, min_value=-(10**15), max_value=10**15)


@given(text=exact(), known=st.fixed_dictionaries(dict.fromkeys(NAMES, large_and_small)))
def test_python_agrees_on_huge_and_tiny_values(text: str, known: Values) -> None:
    tree = parse(text)
    assume(not any(isinstance(n, Call) and n.function == "round" for n in walk(tree)))
    assume(not any(fails(hazard, known) for hazard in hazards(tree)))
    assert run_python(tree, known) == evaluate(tree, known)


@given(text=formulas(), known=values)
def test_the_meaning_does_not_depend_on_white_space(text: str, known: Values) -> None:
    assert parse(f"  {text.replace(' ', '  ')}\n") == parse(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("7 // 2", "3"),
        ("-7 // 2", "-4"),
        ("-7 % 3", "2"),
        ("7 % -3", "-2"),
        ("round(2.5)", "3"),
        ("round(-2.5)", "-3"),
        ("round(1.005, 2)", "1.01"),
        ("1 / 4", "0.25"),
        ("2 ** 10", "1024"),
        ("sqrt(2.25)", "1.5"),
        ("floor(-0.5)", "-1"),
        ("ceil(-0.5)", "0"),
        ("-2 ** 2", "-4"),
        ("1 if 1 < 2 < 3 else 0", "1"),
        ("coalesce(a, 5)", "5"),
        ("0 if a > 1 else 7", "7"),
        ("0.1 + 0.2", "0.3"),
    ],
)
def test_meanings_people_expect(on_sqlite: Callable[[Node, Values], Any], text: str, expected: str) -> None:
    known = dict.fromkeys(NAMES, None)
    tree = parse(text)
    assert evaluate(tree, known) == Decimal(expected)
    assert math.isclose(on_sqlite(tree, known), float(expected))
    if "a" not in text:
        assert run_python(tree, known) == Decimal(expected)


def test_what_is_missing_spreads_until_something_asks() -> None:
    missing: Values = {"a": None, "b": Decimal(1), "c": Decimal(2)}
    assert evaluate(parse("a + b"), missing) is None
    assert evaluate(parse("a > b"), missing) is None
    assert evaluate(parse("a > b or c > b"), missing) is True
    assert evaluate(parse("a > b and c < b"), missing) is False
    assert evaluate(parse("not a > b"), missing) is None
    assert evaluate(parse("max(a, b)"), missing) is None
    assert evaluate(parse("0 if a is None else a"), missing) == 0


def test_a_zero_divisor_is_an_error_of_whoever_did_not_ask_before() -> None:
    with pytest.raises(ZeroDivisionError):
        evaluate(parse("a / (a - 1)"), {"a": Decimal(1)})


def test_numbers_stay_exact() -> None:
    assert evaluate(Number(Decimal("0.1")), {}) == Decimal("0.1")
    assert to_python(parse("a * 0.10"), {"a": "row.a"}) == 'row.a * Decimal("0.10")'
    assert to_python(parse("1 / 3 * a"), {"a": "row.a"}).startswith('Decimal("0.3333')
