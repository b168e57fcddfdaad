"""A small published workspace, and the two ways a call of its agents ends."""

from __future__ import annotations

import json
import re
import sqlite3
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from compiled import compile_agents, write
from specs import STANDARD, column, customer_spec, dscr_spec, ltv_spec

from daemon.core.schema import Kind
from daemon.core.spec import AgentNames, AgentSpec, Entity, Input, KeyColumn, Metric, TableName, Unit
from daemon.runtime.call import main


def odd_keys_spec() -> AgentSpec:
    """Keys of a text with commas and a date, a label that is a number, amounts of any size."""
    entity = Entity(
        name="reading",
        plural="readings",
        table=TableName(table="readings"),
        key=(
            KeyColumn(column="Place, Room", argument="place_room", kind=Kind.TEXT),
            KeyColumn(column="taken", argument="taken", kind=Kind.DATE),
        ),
        label=column("readings", "number"),
    )
    amount = Input(name="amount", title="amount", unit=Unit.MONEY, kind=Kind.REAL, column=column("readings", "amount"))
    metric = Metric(
        name="doubled", title="Doubled", definition="Twice", unit=Unit.MONEY, formula="amount * 2", total="sum"
    )
    names = AgentNames(data="odd_data_agent", calc="odd_calc_agent")
    return dscr_spec(agents=names, entity=entity, inputs=(amount,), metrics=(metric,), modes=(STANDARD,), parameters=())


def in_small_letters(spec: AgentSpec) -> AgentSpec:
    """The same for a database whose names are ``invoice_line`` instead of ``InvoiceLine``."""
    snake = re.sub(r'(?<=[a-z])(?=[A-Z][A-Za-z]*")', "_", spec.model_dump_json(include={"entity", "inputs"}))
    names = re.sub(r'"(?:table|column)":"\w+"', lambda found: found[0].lower(), snake)
    agents = AgentNames(data="sales_data_in_small_letters", calc="sales_in_small_letters")
    changed = AgentSpec.model_validate({**spec.model_dump(), **json.loads(names)})
    return changed.model_copy(update={"agents": agents})


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace with several calculators."""
    folder = tmp_path_factory.mktemp("mes données")
    ltv = ltv_spec().model_copy(update={"agents": AgentNames(data="ltv_data_agent", calc="ltv_calc_agent")})
    chinook = customer_spec().model_copy(update={"agents": AgentNames(data="sales_data", calc="sales")})
    for spec in (dscr_spec(), ltv, chinook, in_small_letters(chinook), odd_keys_spec()):
        write(folder, compile_agents(spec))
    connection = sqlite3.connect(folder / "odd.db")
    connection.execute('CREATE TABLE readings ("Place, Room" TEXT, taken DATE, number INTEGER, amount REAL)')
    rows = [("Ulm, 2", "2024-01-01", 7, 1e25), (" Ulm", "2024-01-02", None, 1e-9), ("Ulm", "2024-01-02", 8, None)]
    connection.executemany("INSERT INTO readings VALUES (?, ?, ?, ?)", rows)
    connection.commit()
    connection.close()
    return folder


@pytest.fixture
def here(published: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The workspace as the current folder; its modules are forgotten afterwards."""
    monkeypatch.chdir(published)
    monkeypatch.setattr(sys, "path", list(sys.path))
    yield published
    for name in [n for n in sys.modules if n == "src" or n.startswith("src.")]:
        del sys.modules[name]


@pytest.fixture
def call(
    here: Path, orlando: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[..., dict[str, Any]]:
    """Call an agent on orlando; the JSON it prints."""
    monkeypatch.setenv("DATABASE_URL", orlando)

    def called(*arguments: str) -> dict[str, Any]:
        assert main(arguments) == 0
        printed: dict[str, Any] = json.loads(capsys.readouterr().out)
        return printed

    return called


@pytest.fixture
def refused(
    here: Path, orlando_sqlite: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[..., str]:
    """Call an agent in vain; the line it says."""
    monkeypatch.setenv("DATABASE_URL", orlando_sqlite)

    def called(*arguments: str) -> str:
        assert main(arguments) == 10
        said = capsys.readouterr()
        assert said.out == ""
        assert said.err.count("\n") == 1
        return said.err.strip()

    return called
