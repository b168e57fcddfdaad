"""``meta-agent call``: how it asks, and how the answer looks. Real agents are called in the end-to-end tests."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

import pytest
from person import Person

from daemon.cli import call
from daemon.cli.main import main
from daemon.cli.render.figures import MOST_ROWS, figures_view, status_text

ANSWER: dict[str, Any] = {
    "schema_version": 1,
    "agent": "calc_agent",
    "mode": "conservative",
    "params": {"noi_haircut": "0.10"},
    "results": [
        {
            "metric": "dscr",
            "unit": "ratio",
            "rows": [
                {"key": {"id": 5}, "label": "Orange Avenue Lofts", "value": "1.35", "exact": "1.35", "status": "PASS",
                 "reason": None, "warnings": []},
                {"key": {"id": 10}, "label": "Jardín Español", "value": "0.90", "exact": "0.9", "status": "FAIL",
                 "reason": None, "warnings": ["old figures"]},
                {"key": {"id": 3}, "label": "Lake Nona", "value": None, "exact": None, "status": "n/a",
                 "reason": "no debt", "warnings": []},
            ],
            "total": {"value": "1.93", "exact": "1.93", "rows": 3, "undefined": 1, "by_status": {"PASS": 1, "FAIL": 1}},
        }
    ],
    "warnings": ["one property has no debt"],
}  # fmt: skip


def _shown(workspace: Path, answer: dict[str, Any], columns: int = 80) -> str:
    person = Person(workspace, columns=columns)
    person.terminal.console.print(figures_view(answer, person.terminal.symbols))
    return person.sees


@pytest.mark.parametrize("columns", [60, 80, 120])
def test_rows_total_and_reasons_are_shown(workspace: Path, columns: int) -> None:
    shown = _shown(workspace, ANSWER, columns)
    words = " ".join(shown.split())
    for part in ("calc_agent", "mode conservative", "noi_haircut = 0.10", "dscr in ratio", "1.35", "PASS", "n/a"):
        assert part in words
    for part in ("no debt", "old figures", "total", "1.93", "3 rows, 1", "one property has no debt"):
        assert part in words
    assert max(len(line) for line in shown.splitlines()) <= columns


def test_a_total_alone_is_one_line(workspace: Path) -> None:
    result = {**ANSWER["results"][0], "rows": []}
    shown = _shown(workspace, {**ANSWER, "results": [result]})
    (line,) = (line for line in shown.splitlines() if line.startswith("total"))
    assert line.split() == ["total", "1.93", "3", "rows,", "1", "undefined", "1", "PASS", "1", "FAIL"]


def test_an_undefined_total_is_not_shown_as_a_number(workspace: Path) -> None:
    total: dict[str, Any] = {"value": None, "exact": None, "rows": 3, "undefined": 3, "by_status": {}}
    alone = {**ANSWER["results"][0], "rows": [], "total": total}
    assert "undefined" in _shown(workspace, {**ANSWER, "results": [alone]})
    below = {**ANSWER["results"][0], "total": total}
    assert "None" not in _shown(workspace, {**ANSWER, "results": [below]})


def test_no_rows_and_no_total_are_said(workspace: Path) -> None:
    empty = {**ANSWER["results"][0], "rows": [], "total": None}
    assert "no rows" in _shown(workspace, {**ANSWER, "results": [empty]})


def test_several_figures_have_a_combined_status(workspace: Path) -> None:
    overall = [{"key": {"id": 5}, "label": "Lofts", "status": "BREACH"}]
    shown = _shown(workspace, {**ANSWER, "overall": overall})
    assert "overall" in shown
    assert "BREACH" in shown


def test_a_long_table_is_cut_and_says_so(workspace: Path) -> None:
    row = ANSWER["results"][0]["rows"][0]
    rows = [{**row, "key": {"id": number}} for number in range(MOST_ROWS + 1)]
    shown = _shown(workspace, {**ANSWER, "results": [{**ANSWER["results"][0], "rows": rows}]})
    assert f"{MOST_ROWS} of {MOST_ROWS + 1} rows shown; --json gives all" in shown


@pytest.mark.parametrize(
    ("status", "style"), [("PASS", "green"), ("breach", "bold red"), ("small", "yellow"), ("n/a (x)", "dim"), ("?", "")]
)
def test_a_status_has_the_colour_of_its_meaning(status: str, style: str) -> None:
    assert status_text(status).style == style


@pytest.mark.parametrize(
    ("line", "arguments"),
    [
        ("calc_agent", ("--all",)),
        ("calc_agent dscr --total", ("dscr", "--total")),
        ("calc_agent --key -5", ("--key=-5",)),
        ("calc_agent --key 1,x --mode custom", ("--key=1,x", "--mode=custom")),
        ("calc_agent --param a=1 --param b=x=y", ("--all", "--param=a=1", "--param=b=x=y")),
    ],
)
def test_every_choice_is_written_out_for_the_agent(line: str, arguments: tuple[str, ...]) -> None:
    parser = ArgumentParser()
    call.configure(parser)
    assert call.agent_arguments(parser.parse_intermixed_args(line.split())) == arguments


@pytest.mark.parametrize(
    ("agent", "words"), [("calc_agnet", "did you mean 'calc_agent'?"), ("zzz", "there are calc_agent, ltv_calc_agent")]
)
def test_an_unknown_agent_gets_the_nearest_names(
    workspace: Path, capsys: pytest.CaptureFixture[str], agent: str, words: str
) -> None:
    for name in ("calc_agent", "ltv_calc_agent"):
        (workspace / "agent_specs" / f"{name}.toml").write_text("")
    assert main(["-C", str(workspace), "call", agent]) == 10
    assert words in capsys.readouterr().err


def test_before_the_first_agent_the_way_is_shown(workspace: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for command in ("call", "rollback"):
        assert main(["-C", str(workspace), command, "calc_agent"]) == 10
        assert "submit a request first" in capsys.readouterr().err
