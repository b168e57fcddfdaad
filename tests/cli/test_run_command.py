"""``meta-agent run``, ``formulas``, ``tools`` and small words. What a run makes of requests: the end-to-end tests."""

from __future__ import annotations

import json
from argparse import Namespace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from person import Person

from daemon.cli import formulas
from daemon.cli.main import main
from daemon.cli.render.symbols import UNICODE
from daemon.cli.render.words import age, bar, duration


def test_one_run_works_the_inbox_off_and_sums_up(workspace: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (workspace / "inbox" / "empty.md").write_text("\n")
    assert main(["-C", str(workspace), "run", "--once"]) == 1
    shown = capsys.readouterr().out
    assert "empty.md" in shown
    assert "invalid" in shown


def test_a_run_with_nothing_to_do_says_nothing(workspace: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["-C", str(workspace), "run", "--once", "--set", "META_AGENT_PLANNER=rules"]) == 0
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize(
    ("setting", "words"), [("LLM_MODL_NAME=x", "LLM_MODEL_NAME"), ("LLM_TEMPERATURE=hot", "hot"), ("x", "NAME=VALUE")]
)
def test_a_wrong_setting_is_a_usage_error(
    workspace: Path, capsys: pytest.CaptureFixture[str], setting: str, words: str
) -> None:
    assert main(["-C", str(workspace), "run", "--once", "--set", setting]) == 2
    assert words in capsys.readouterr().err


@pytest.mark.parametrize("columns", [60, 120])
def test_the_formula_library_is_listed(workspace: Path, columns: int) -> None:
    person = Person(workspace, columns=columns)
    assert formulas.run(Namespace(name=None, json=False), person.terminal) == 0
    assert "noi / debt_service" in person.sees
    assert max(len(line) for line in person.sees.splitlines()) <= columns


def test_every_formula_can_be_looked_at(workspace: Path) -> None:
    script = Person(workspace, at_terminal=False)
    formulas.run(Namespace(name=None, json=True), script.terminal)
    for formula in json.loads(script.sees)["formulas"]:
        person = Person(workspace, columns=120)
        formulas.run(Namespace(name=formula["name"], json=False), person.terminal)
        seen = " ".join(person.sees.split())
        assert formula["title"] in seen
        assert " ".join(formula["definition"].split()) in seen
        alone = Person(workspace, at_terminal=False)
        formulas.run(Namespace(name=formula["name"], json=True), alone.terminal)
        assert json.loads(alone.sees) == formula


def test_an_unknown_formula_gets_the_nearest(workspace: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["-C", str(workspace), "formulas", "dcsr"]) == 2
    assert "did you mean 'dscr'?" in capsys.readouterr().err


def test_all_tools_are_listed(workspace: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["-C", str(workspace), "tools"]) == 0
    shown = capsys.readouterr().out
    for name in ("analyze_requirements", "run_tests", "verify_agent_health", "write_file"):
        assert name in shown


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(-1, "0.0 s"), (0.44, "0.4 s"), (12.4, "12 s"), (99.9, "100 s"), (180, "3 min"), (7200, "2 h"), (432000, "5 d")],
)
def test_durations_read_as_people_say_them(seconds: float, words: str) -> None:
    assert duration(seconds) == words


@pytest.mark.parametrize(("seconds", "words"), [(-5, "now"), (0, "now"), (3, "3 s"), (75, "75 s"), (600, "10 min")])
def test_ages_read_as_people_say_them(seconds: float, words: str) -> None:
    now = datetime.now(UTC)
    assert age(now - timedelta(seconds=seconds), now) == words
    assert age(None, now) == ""


@pytest.mark.parametrize(("progress", "shown"), [(-1, "╌╌╌╌   0%"), (0.5, "━━╌╌  50%"), (2, "━━━━ 100%")])
def test_a_bar_stays_within_its_cells(progress: float, shown: str) -> None:
    assert bar(progress, 4, UNICODE).plain == shown
