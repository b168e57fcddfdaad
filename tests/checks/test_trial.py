"""The program inside the sandbox: evidence for every test and an end for every trial."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from io import StringIO
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
from agent_samples import CALC_AGENT, IDS, agents, compiled_tests

from daemon.checks.trial import QUICK, TOKEN_VARIABLE, Reporter
from daemon.checks.verdict import Trial, read_trials


def lay_out(folder: Path, calculator: str = CALC_AGENT) -> None:
    for file in (*agents(calculator), *compiled_tests().files):
        place = folder / file.path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(file.content)


def trials(folder: Path, *arguments: str) -> dict[str, Trial]:
    ended = subprocess.run(
        [sys.executable, "-m", "daemon.checks.trial", *arguments],
        cwd=folder,
        env={**os.environ, TOKEN_VARIABLE: "T", "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"},
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    return read_trials(ended.stdout, "T")


def test_every_test_is_reported_and_the_trial_ends(tmp_path: Path) -> None:
    lay_out(tmp_path / "0")
    trial = trials(tmp_path, "0")["0"]
    assert tuple(trial.outcomes) == IDS
    assert trial.is_accepted


def test_quick_trials_stop_at_the_first_failure(tmp_path: Path) -> None:
    lay_out(tmp_path / "0")
    lay_out(tmp_path / "1", CALC_AGENT.replace("rounded(figure.value, 2)", "None"))
    lay_out(tmp_path / "2", "def (")
    found = trials(tmp_path, QUICK, "0", "1", "2")
    assert found["0"].is_accepted
    assert found["1"].is_caught
    assert [o[0][0] for o in found["1"].outcomes.values()] == ["failed"]
    assert found["2"].is_caught
    assert [o[0][0] for o in found["2"].outcomes.values()] == ["not collected"]


def written(method: str, **report: object) -> list[dict[str, Any]]:
    out = StringIO()
    getattr(Reporter("0", "T", out), method)(cast("pytest.TestReport", SimpleNamespace(nodeid="a", **report)))
    return [json.loads(line.removeprefix("T ")) for line in out.getvalue().splitlines()]


@pytest.mark.parametrize(
    ("report", "outcome"),
    [
        ({"when": "call", "outcome": "passed", "longrepr": None}, "passed"),
        ({"when": "setup", "outcome": "failed", "longrepr": "x\nE   KeyError: 1\n"}, "failed"),
        ({"when": "call", "outcome": "skipped", "longrepr": "", "wasxfail": "why"}, "xfailed"),
    ],
)
def test_what_is_reported(report: dict[str, object], outcome: str) -> None:
    (line,) = written("pytest_runtest_logreport", **report)
    assert line["outcome"] == outcome
    assert line["test"] == "a"


def test_setup_that_just_passed_is_not_reported() -> None:
    assert written("pytest_runtest_logreport", when="setup", outcome="passed", longrepr=None) == []


def test_the_reason_is_the_error_line() -> None:
    (line,) = written("pytest_collectreport", outcome="failed", longrepr="file.py:1\nE   KeyError: 1\nmore")
    assert line["reason"] == "KeyError: 1"
