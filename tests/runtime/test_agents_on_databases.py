"""Generated agents on real databases: every type of column, data that changed, and calls that are wrong."""

from __future__ import annotations

import gc
import importlib
import sqlite3
import sys
import tracemalloc
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from compiled import compile_agents, write
from specs import STANDARD, column, dscr_spec
from sqlalchemy import create_engine, text

from daemon.core.schema import Kind
from daemon.core.spec import AgentSpec, Entity, Input, KeyColumn, Metric, TableName, Undefined, Unit
from daemon.runtime.errors import DataError, UnknownKey, UnknownMode

Agent = Callable[..., Any]


@pytest.fixture
def agent(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Agent]:
    """Compile a spec and make its calculator on the database of a URL."""
    monkeypatch.setattr(sys, "path", [str(tmp_path), *sys.path])
    made: list[Any] = []

    def compiled(spec: AgentSpec, url: str) -> Any:
        write(tmp_path, compile_agents(spec))
        modules: list[ModuleType] = [importlib.import_module(f"src.agents.{n}") for n in ("data_agent", "calc_agent")]
        data = modules[0].DataAgent(url)
        made.append(data)
        return modules[1].CalcAgent(data)

    yield compiled
    for data in made:
        data._engine.dispose()
    for name in [n for n in sys.modules if n == "src" or n.startswith("src.")]:
        del sys.modules[name]


def flat_spec(key: KeyColumn, *kinds: tuple[str, Kind], formula: str, where: Undefined | None = None) -> AgentSpec:
    """One metric over columns of the table ``t``."""
    entity = Entity(name="thing", plural="things", table=TableName(table="t"), key=(key,))
    inputs = tuple(
        Input(name=name, title=name, unit=Unit.NUMBER, kind=kind, column=column("t", name)) for name, kind in kinds
    )
    metric = Metric(
        name="figure_of_all",
        title="Figure",
        definition="A figure",
        unit=Unit.NUMBER,
        formula=formula,
        decimals=4,
        total="sum",
        undefined=(where,) if where else (),
    )
    return dscr_spec(entity=entity, inputs=inputs, metrics=(metric,), modes=(STANDARD,), parameters=())


def loaded(url: str, *statements: str) -> str:
    engine = create_engine(url.replace("postgresql:", "postgresql+psycopg2:"))
    with engine.begin() as connection:
        for statement in statements:
            connection.execute(text(statement))
    engine.dispose()
    return url


@pytest.fixture(params=["sqlite", "postgres"])
def empty(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """URL of an empty database, on both engines in turn."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'empty.db'}"
    url: str = request.getfixturevalue("postgres_url")
    return url


ID = KeyColumn(column="id", argument="thing_id", kind=Kind.INTEGER)


def test_every_type_of_number_is_read_exactly(agent: Agent, empty: str) -> None:
    columns = ", ".join(f"{name} {sql}" for name, sql in (("cents", "numeric(14,2)"), ("double", "double precision")))
    url = loaded(
        empty,
        f"CREATE TABLE t (id integer, {columns}, single real, whole bigint, small smallint)",
        "INSERT INTO t VALUES (1, 0.10, 0.2, 0.5, 9007199254740993, -3)",
    )
    kinds = (("cents", Kind.DECIMAL), ("double", Kind.REAL), ("single", Kind.REAL), ("whole", Kind.INTEGER))
    calc = agent(flat_spec(ID, *kinds, ("small", Kind.INTEGER), formula="cents + double + single + whole + small"), url)

    result = calc.calculate_figure_of_all(thing_id=1)

    assert result.exact == Decimal("9007199254740990.8")
    assert result.inputs == {
        "cents": Decimal("0.1"),
        "double": Decimal("0.2"),
        "single": Decimal("0.5"),
        "whole": Decimal(9007199254740993),
        "small": Decimal(-3),
    }


def test_a_column_of_yes_and_no_decides(agent: Agent, empty: str) -> None:
    url = loaded(
        empty,
        "CREATE TABLE t (id integer, amount numeric(8,2), paid boolean)",
        "INSERT INTO t VALUES (1, 10, TRUE), (2, 10, FALSE), (3, 10, NULL)",
    )
    spec = flat_spec(
        ID,
        ("amount", Kind.DECIMAL),
        ("paid", Kind.BOOLEAN),
        formula="amount",
        where=Undefined(when="paid is None", reason="not known whether paid"),
    )
    calc = agent(spec, url)

    assert [r.reason for r in calc.calculate_all()] == [None, None, "not known whether paid"]


@pytest.mark.parametrize(
    ("kind", "sql", "key"),
    [
        (Kind.TEXT, "varchar(20)", 'O\'Berry, "9" 🏠'),
        (Kind.DATE, "date", "2024-12-31"),
        (Kind.DECIMAL, "numeric(10,2)", "12.50"),
        (Kind.OTHER, "uuid", "6f1d3b1e-0000-4000-8000-000000000005"),
    ],
    ids=str,
)
def test_keys_of_every_type_find_their_row(agent: Agent, empty: str, kind: Kind, sql: str, key: str) -> None:
    written = key.replace("'", "''")
    url = loaded(empty, f"CREATE TABLE t (id {sql}, amount integer)", f"INSERT INTO t VALUES ('{written}', 7)")
    calc = agent(
        flat_spec(KeyColumn(column="id", argument="thing", kind=kind), ("amount", Kind.INTEGER), formula="amount"), url
    )
    [row] = calc.calculate_all()

    assert calc.calculate_figure_of_all(row.thing) == row
    assert str(row.thing) in (key, "12.5")
    assert row.exact == 7


@pytest.mark.parametrize("written", ["NaN", "Infinity", "-Infinity"])
def test_what_is_no_number_stops_the_calculation(agent: Agent, postgres_url: str, written: str) -> None:
    url = loaded(
        postgres_url,
        "CREATE TABLE t (id integer, amount numeric)",
        f"INSERT INTO t VALUES (1, 5), (2, '{written}')",
    )
    calc = agent(flat_spec(ID, ("amount", Kind.DECIMAL), formula="amount"), url)

    assert calc.calculate_figure_of_all(1).exact == 5
    for broken in (lambda: calc.calculate_figure_of_all(2), calc.total, lambda: list(calc.calculate_all())):
        with pytest.raises(DataError, match="row thing_id=2: amount is "):
            broken()


def test_text_among_numbers_stops_the_calculation(agent: Agent, tmp_path: Path) -> None:
    url = loaded(
        f"sqlite:///{tmp_path / 't.db'}",
        "CREATE TABLE t (id INTEGER, amount NUMERIC)",
        "INSERT INTO t VALUES (1, 'n/a')",
    )
    calc = agent(flat_spec(ID, ("amount", Kind.DECIMAL), formula="amount"), url)

    with pytest.raises(DataError, match="row thing_id=1: amount is 'n/a'"):
        calc.total()


def test_a_join_that_begins_to_multiply_rows_stops_the_calculation(agent: Agent, tmp_path: Path) -> None:
    url = loaded(
        f"sqlite:///{tmp_path / 't.db'}",
        "CREATE TABLE properties (id INTEGER, property_name TEXT)",
        "CREATE TABLE financial_metrics (property_id INTEGER, annual_noi NUMERIC, annual_debt_service NUMERIC)",
        "INSERT INTO properties VALUES (1, 'Lofts'), (2, 'Plaza')",
        "INSERT INTO financial_metrics VALUES (1, 3, 2), (2, 3, 2), (2, 9, 2)",
    )
    calc = agent(dscr_spec(), url)

    assert calc.calculate_dscr(1).dscr == Decimal("1.50")
    for broken in (lambda: calc.calculate_dscr(2), calc.total, lambda: list(calc.calculate_all())):
        with pytest.raises(DataError, match="several rows have property_id=2"):
            broken()


def test_an_unknown_mode_is_refused_before_any_row(agent: Agent, tmp_path: Path) -> None:
    url = loaded(
        f"sqlite:///{tmp_path / 't.db'}",
        "CREATE TABLE properties (id INTEGER, property_name TEXT)",
        "CREATE TABLE financial_metrics (property_id INTEGER, annual_noi NUMERIC, annual_debt_service NUMERIC)",
    )
    calc = agent(dscr_spec(), url)

    assert list(calc.calculate_all()) == []
    assert calc.total("conservative").rows == 0
    for wrong in (calc.calculate_all, calc.total):
        with pytest.raises(UnknownMode, match="unknown mode 'careful': this agent knows standard, conservative"):
            wrong("careful")


def test_an_unknown_key_is_said(agent: Agent, orlando: str) -> None:
    with pytest.raises(UnknownKey, match="no property with property_id=99"):
        agent(dscr_spec(), orlando).calculate_dscr(99)


def test_a_result_cannot_be_changed(agent: Agent, orlando_sqlite: str) -> None:
    result = agent(dscr_spec(), orlando_sqlite).calculate_dscr(5)

    with pytest.raises(AttributeError):
        result.dscr = Decimal(2)


def test_a_stopped_stream_leaves_no_connection(agent: Agent, orlando_sqlite: str) -> None:
    rows = agent(dscr_spec(), orlando_sqlite).calculate_all()

    assert next(rows).property_id == 1
    rows.close()
    gc.collect()


def test_rows_stream_in_constant_memory(agent: Agent, tmp_path: Path) -> None:
    file = tmp_path / "large.db"
    connection = sqlite3.connect(file)
    connection.execute("CREATE TABLE t (id INTEGER, amount NUMERIC)")
    connection.executemany("INSERT INTO t VALUES (?, ?)", ((n, n / 7) for n in range(20_000)))
    connection.commit()
    connection.close()
    calc = agent(flat_spec(ID, ("amount", Kind.DECIMAL), formula="amount"), f"sqlite:///{file}")
    rows = calc.calculate_all()
    next(rows)

    tracemalloc.start()
    seen = sum(1 for _ in rows)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert seen == 19_999
    assert peak < 4_000_000
