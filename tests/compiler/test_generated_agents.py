"""Generated code as a reviewer and a caller meet it: typed, clean, and right on small databases."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from compiled import CHINOOK, ORLANDO, compile_agents, python, write, write_all
from odd_specs import SHOPS_SCHEMA, shops_spec
from specs import customer_spec, dscr_spec, ltv_spec

import daemon
from daemon.core.schema import Schema
from daemon.core.spec import AgentSpec

CHECKOUT = Path(daemon.__file__).parents[1]
CACHE = CHECKOUT / ".mypy_cache" / "generated"
SPECS = {
    "dscr": (dscr_spec(), ORLANDO),
    "ltv": (ltv_spec(), ORLANDO),
    "customer": (customer_spec(), CHINOOK),
    "shops": (shops_spec(), SHOPS_SCHEMA),
}
every_spec = pytest.mark.parametrize(("spec", "schema"), SPECS.values(), ids=SPECS)
RULES = "E,F,W,I,B,UP,SIM,C4,C90,N,RUF,PT,BLE,T20,DTZ,ERA,TID,ANN,S,PLE,PLW"


def run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "MYPYPATH": f"{CHECKOUT}{os.pathsep}."}
    return subprocess.run(
        [sys.executable, "-m", *arguments],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


@every_spec
def test_agents_and_tests_are_strictly_typed(tmp_path: Path, spec: AgentSpec, schema: Schema) -> None:
    write_all(tmp_path, spec, schema)
    options = ("--strict", "--explicit-package-bases", "--python-version", "3.11", "--cache-dir", str(CACHE))
    checked = run(tmp_path, "mypy", *options, "src/agents", "tests/agents")
    assert checked.returncode == 0, checked.stdout


@every_spec
def test_agents_and_tests_are_clean_and_formatted(tmp_path: Path, spec: AgentSpec, schema: Schema) -> None:
    write_all(tmp_path, spec, schema)
    order = ("--config", "lint.isort.known-first-party=['src']", "--config", "lint.isort.known-third-party=['daemon']")
    options = ("--isolated", "--no-cache", "--line-length", "100", "--target-version", "py311")
    # Text in SQL and comments may be long and is of the person's language; asserts are how tests speak.
    rules = ("--select", RULES, "--ignore", "E501,RUF001,RUF002,RUF003,S101", *order)
    linted = run(tmp_path, "ruff", "check", *options, *rules, ".")
    assert linted.returncode == 0, linted.stdout
    assert run(tmp_path, "ruff", "format", "--check", *options, ".").returncode == 0


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    write(tmp_path, compile_agents(dscr_spec()))
    with closing(sqlite3.connect(tmp_path / "live.db")) as connection:
        connection.executescript(
            """
            CREATE TABLE properties (id INTEGER PRIMARY KEY, property_name TEXT);
            CREATE TABLE financial_metrics (property_id INTEGER, annual_noi NUMERIC, annual_debt_service NUMERIC);
            INSERT INTO properties VALUES (1, 'Lake''s End'), (2, 'Čeřín'), (3, NULL), (4, 'no figures');
            INSERT INTO financial_metrics VALUES (1, 1246800, 1000000), (2, 3, 2), (3, 100, 0);
            """
        )
    return tmp_path


def ask(workspace: Path, expression: str) -> object:
    code = (
        "import json; from src.agents.calc_agent import *; from src.agents.data_agent import DataAgent; "
        f"print(json.dumps({expression}, default=str))"
    )
    answered = python(workspace, "-c", code, DATABASE_URL="sqlite:///live.db")
    assert answered.returncode == 0, answered.stderr
    return json.loads(answered.stdout)


def test_shown_as_the_limit_is_not_the_limit(workspace: Path) -> None:
    found = ask(
        workspace, "[(r.dscr, r.exact, r.validation_status, r.warnings) for r in CalcAgent().calculate_all()][0]"
    )
    assert found == [
        "1.25",
        "1.2468",
        "FAIL",
        ["the status was decided on the unrounded value; the rounded one would get another"],
    ]


def test_whole_dollars_are_divided_exactly(workspace: Path) -> None:
    assert ask(workspace, "CalcAgent().calculate_dscr(property_id=2).dscr") == "1.50"


def test_what_has_no_value_stays_with_its_reason(workspace: Path) -> None:
    found = ask(
        workspace, "[(r.property_id, r.dscr, r.validation_status, r.reason) for r in CalcAgent().calculate_all()]"
    )
    assert found == [
        [1, "1.25", "FAIL", None],
        [2, "1.50", "PASS", None],
        [3, None, "N/A", "no debt"],
        [4, None, "N/A", "no debt figure"],
    ]


def test_the_total_is_the_ratio_of_the_sums(workspace: Path) -> None:
    total = "CalcAgent().total()"
    assert ask(workspace, f"[{total}.value, {total}.rows, {total}.undefined, {total}.by_status]") == [
        "1.25",
        2,
        2,
        {"FAIL": 1, "PASS": 1},
    ]


def test_a_haircut_makes_a_loss_larger(workspace: Path) -> None:
    with closing(sqlite3.connect(workspace / "live.db")) as connection:
        connection.execute("UPDATE financial_metrics SET annual_noi = -2 WHERE property_id = 2")
        connection.commit()
    assert ask(workspace, "CalcAgent().calculate_dscr(2, mode='conservative').dscr") == "-1.10"
    parameters = "Parameters(noi_haircut=Decimal('0.5'))"
    assert ask(workspace, f"CalcAgent().calculate_dscr(2, 'conservative', {parameters}).dscr") == "-1.50"


def test_text_where_a_number_belongs_is_said(workspace: Path) -> None:
    with closing(sqlite3.connect(workspace / "live.db")) as connection:
        connection.execute("UPDATE financial_metrics SET annual_noi = 'n/a' WHERE property_id = 2")
        connection.commit()
    code = "from src.agents.calc_agent import CalcAgent; list(CalcAgent().calculate_all())"
    failed = python(workspace, "-c", code, DATABASE_URL="sqlite:///live.db")
    assert failed.returncode != 0
    assert "DataError" in failed.stderr
    assert "property_id=2" in failed.stderr
    assert "annual_noi" in failed.stderr


def test_rows_come_one_at_a_time(workspace: Path) -> None:
    found = ask(workspace, "[type(CalcAgent().calculate_all()).__name__, type(DataAgent().fetch_all()).__name__]")
    assert found == ["generator", "generator"]


def test_a_metric_of_a_metric_over_a_condition(tmp_path: Path) -> None:
    """A divisor counts only where the condition says so, and there is no total where it would mean nothing."""
    metric = dscr_spec().metrics[0]
    per_unit = metric.model_copy(
        update={
            "name": "margin",
            "title": "Margin",
            "formula": "1 / (annual_noi - annual_debt_service) if annual_noi != annual_debt_service else dscr",
            "undefined": (),
            "status": (),
        }
    )
    spec = dscr_spec(metrics=(metric, per_unit))
    tests = write_all(tmp_path, spec, ORLANDO)
    source = (tmp_path / "src/agents/calc_agent.py").read_text(encoding="utf-8")
    assert "if row.annual_noi != row.annual_debt_service and" in source
    assert 'counts_only("not additive' in source
    passed = python(tmp_path, "-m", "pytest", "-q", "tests/agents")
    assert f"{len(tests.expected_ids)} passed" in passed.stdout
