"""Calling agents in a process of their own, with real compiled ones."""

from __future__ import annotations

import contextlib
import json
import sqlite3
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest
from specs import dscr_spec

from daemon.adapters.agents import PythonAgentRunner
from daemon.adapters.ruff import RuffFormatter
from daemon.core.build import GeneratedFile
from daemon.core.errors import AgentError, DatabaseUnavailable
from daemon.core.ports import Ports
from daemon.tools import generate_agent_code


@pytest.fixture
def files() -> tuple[GeneratedFile, ...]:
    ports = cast("Ports", SimpleNamespace(formatter=RuffFormatter()))
    return generate_agent_code.run(generate_agent_code.CompileInput(spec=dscr_spec()), ports)


@pytest.fixture
def workspace(tmp_path: Path, files: tuple[GeneratedFile, ...]) -> Path:
    folder = tmp_path / "mein Ordner 🏠"
    for file in files:
        place = folder / file.path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(file.content)
    return folder


def runner(workspace: Path, url: str, timeout: float = 60) -> PythonAgentRunner:
    return PythonAgentRunner(workspace, {"DATABASE_URL": url}, timeout)


def test_a_published_agent_answers(workspace: Path, orlando_sqlite: str) -> None:
    answer = json.loads(runner(workspace, orlando_sqlite).call("calc_agent", ("--key", "5")))
    (row,) = answer["results"][0]["rows"]
    assert (row["value"], row["status"]) == ("1.35", "PASS")


def test_an_agent_is_rehearsed_before_it_is_published(
    tmp_path: Path, files: tuple[GeneratedFile, ...], orlando_sqlite: str
) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()
    answer = json.loads(runner(empty, orlando_sqlite).rehearse(files, "calc_agent", ("--limit", "1")))
    assert len(answer["results"][0]["rows"]) == 1
    assert list(empty.iterdir()) == []


def test_nothing_but_the_given_environment_reaches_it(
    workspace: Path, orlando_sqlite: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", orlando_sqlite)
    with pytest.raises(AgentError, match="DATABASE_URL is not set"):
        PythonAgentRunner(workspace, {}, 60).call("calc_agent", ("--limit", "1"))


def test_what_it_says_when_it_fails_is_the_error(workspace: Path, orlando_sqlite: str) -> None:
    with pytest.raises(AgentError, match="99999") as caught:
        runner(workspace, orlando_sqlite).call("calc_agent", ("--key", "99999"))
    assert "Traceback" not in str(caught.value)
    assert caught.value.hint


def test_a_database_that_is_away_is_told_from_an_agent_that_fails(workspace: Path, orlando_sqlite: str) -> None:
    with pytest.raises(DatabaseUnavailable, match="calc_agent: there is no SQLite database"):
        runner(workspace, "sqlite:///gone.db").call("calc_agent", ("--limit", "1"))
    with pytest.raises(DatabaseUnavailable, match="cannot be read"):
        runner(workspace, "postgresql://me:hunter2@/x?host=/nowhere").call("calc_agent", ("--limit", "1"))
    with contextlib.closing(sqlite3.connect(orlando_sqlite.removeprefix("sqlite:///"))) as database:
        database.execute("ALTER TABLE financial_metrics RENAME TO moved")
    with pytest.raises(AgentError, match="no such table"):
        runner(workspace, orlando_sqlite).call("calc_agent", ("--limit", "1"))


def test_an_agent_that_takes_too_long_is_ended(workspace: Path, orlando_sqlite: str) -> None:
    (workspace / "src/agents/calc_agent.py").write_text("while True:\n    pass\n")
    with pytest.raises(AgentError, match="did not answer"):
        runner(workspace, orlando_sqlite, timeout=2).call("calc_agent", ("--limit", "1"))


def test_secrets_do_not_show(tmp_path: Path) -> None:
    assert "hunter2" not in repr(runner(tmp_path, "postgresql://me:hunter2@host/db"))


def test_a_workspace_that_is_gone_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(AgentError, match="cannot be started"):
        runner(tmp_path / "gone", "sqlite:///x.db").call("calc_agent", ())
