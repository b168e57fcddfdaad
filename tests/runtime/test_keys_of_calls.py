"""Keys as a person types them, by the type of their column."""

from __future__ import annotations

import json
import sqlite3
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from compiled import compile_agents, write
from specs import STANDARD, column, dscr_spec

from daemon.core.schema import Kind
from daemon.core.spec import Entity, Input, KeyColumn, Metric, TableName, Unit
from daemon.runtime.call import main

Call = Callable[[Kind, str], tuple[int, Any]]


@pytest.fixture
def call(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Iterator[Call]:
    """Ask for the inverse of the amount at a key; the exit code, and the answer or the line that was said."""
    connection = sqlite3.connect(tmp_path / "t.db")
    connection.execute("CREATE TABLE t (k, amount INTEGER)")
    rows = [(12.5, 1), ("2024-12-31", 2), (1, 4), ("a, 'b'", 8)]
    connection.executemany("INSERT INTO t VALUES (?, ?)", rows)
    connection.commit()
    connection.close()
    monkeypatch.setenv("DATABASE_URL", "sqlite:///t.db")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", list(sys.path))

    def called(kind: Kind, key: str) -> tuple[int, Any]:
        entity = Entity(
            name="thing",
            plural="things",
            table=TableName(table="t"),
            key=(KeyColumn(column="k", argument="k", kind=kind),),
        )
        amount = Input(name="amount", title="", unit=Unit.NUMBER, kind=Kind.INTEGER, column=column("t", "amount"))
        metric = Metric(name="inverse", title="", definition="", unit=Unit.NUMBER, formula="1 / (amount - 4)")
        spec = dscr_spec(entity=entity, inputs=(amount,), metrics=(metric,), modes=(STANDARD,), parameters=())
        write(tmp_path, compile_agents(spec))
        code = main(["calc_agent", f"--key={key}"])
        said = capsys.readouterr()
        return code, said.err.strip() if code else json.loads(said.out)["results"][0]["rows"][0]

    yield called
    for name in [n for n in sys.modules if n == "src" or n.startswith("src.")]:
        del sys.modules[name]


@pytest.mark.parametrize(
    ("kind", "key", "printed"),
    [
        (Kind.DECIMAL, " 12.50 ", "12.5"),
        (Kind.REAL, "12.5", "12.5"),
        (Kind.DATE, "2024-12-31", "2024-12-31"),
        (Kind.TEXT, "a, 'b'", "a, 'b'"),
        (Kind.OTHER, "a, 'b'", "a, 'b'"),
    ],
)
def test_a_key_finds_its_row(call: Call, kind: Kind, key: str, printed: str) -> None:
    code, row = call(kind, key)

    assert (code, row["key"]) == (0, {"k": printed})


def test_a_truth_is_a_key(call: Call) -> None:
    code, row = call(Kind.BOOLEAN, "True")

    assert (code, row["key"]["k"], row["reason"]) == (0, True, "amount - 4 is zero")


@pytest.mark.parametrize(
    ("kind", "key", "words"),
    [
        (Kind.DECIMAL, "twelve", "the key k is a number, not 'twelve'"),
        (Kind.INTEGER, "1.5", "the key k is a whole number, not '1.5'"),
        (Kind.DATE, "31.12.2024", "the key k is a date such as 2024-12-31, not '31.12.2024'"),
        (Kind.DATETIME, "noon", "the key k is a time such as 2024-12-31 23:59, not 'noon'"),
        (Kind.BOOLEAN, "perhaps", "the key k is true or false, not 'perhaps'"),
        (Kind.TEXT, "", "no thing with k=''"),
    ],
)
def test_a_key_of_another_type_is_refused(call: Call, kind: Kind, key: str, words: str) -> None:
    assert call(kind, key) == (10, words)
