"""Calls that get no figures: one line that says what would do, and exit code 10."""

from __future__ import annotations

import json
import sqlite3
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from compiled import compile_agents, write
from specs import dscr_spec

from daemon.runtime.call import main


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("calk_agent",), "no agent 'calk_agent' here: did you mean 'calc_agent'?"),
        (("zzz",), "no agent 'zzz' here: published: calc_agent, ltv_calc_agent, odd_calc_agent, sales,"),
        (("calc_agent", "dsrc"), "no metric 'dsrc': did you mean 'dscr'?"),
        (("calc_agent", "xyz", "--key=5"), "no metric 'xyz': known: dscr"),
        (("calc_agent", "--mode=careful"), "no mode 'careful': this agent knows standard, conservative"),
        (("calc_agent", "--param=noi_haircut=0.2"), "no parameter 'noi_haircut' in mode standard: known: dscr_minimum"),
        (("ltv_calc_agent", "--param=x=1"), "no parameter 'x' in mode standard: it has none"),
        (("calc_agent", "--param=dscr_minimum"), "a parameter is written name=value, not 'dscr_minimum'"),
        (
            ("calc_agent", "--param=dscr_minimum=much"),
            "parameter dscr_minimum is a number such as 0.15 or 15%, not 'much'",
        ),
        (("calc_agent", "--param=dscr_minimum=NaN"), "parameter dscr_minimum is a finite number, not 'NaN'"),
        (
            ("calc_agent", "--param=dscr_minimum=sNaN"),
            "parameter dscr_minimum is a number such as 0.15 or 15%, not 'sNaN'",
        ),
        (("calc_agent", "--key=99"), "no property with property_id=99"),
        (("calc_agent", "--key=five"), "the key id is a whole number, not 'five'"),
        (("odd_calc_agent", "--key=Ulm, 2, 2024-01-01"), "the key has 2 parts, Place, Room, taken: quote one that"),
        (("odd_calc_agent", "--key=Ulm, today"), "the key taken is a date such as 2024-12-31, not 'today'"),
        (("calc_agent", "--scenario=NOI down 20%"), "this agent reads no scenario in words"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else "",
)
def test_a_wrong_call_is_refused_with_what_would_do(
    refused: Callable[..., str], arguments: tuple[str, ...], words: str
) -> None:
    assert refused(*arguments).startswith(words)


def test_a_key_no_engine_can_hold_is_refused(refused: Callable[..., str]) -> None:
    assert "too large" in refused("calc_agent", f"--key={10**30}")


@pytest.mark.parametrize("arguments", [("--limit=0",), ("--limit=-1",), ("--rehearse=0",), ("--key=5", "--all")])
def test_a_command_line_that_means_nothing_is_refused(
    here: Path, arguments: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["calc_agent", *arguments])

    assert ended.value.code == 2


def test_empty_tables_have_a_total_without_a_value(
    here: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    connection = sqlite3.connect(tmp_path / "empty.db")
    connection.execute("CREATE TABLE properties (id INTEGER, property_name TEXT)")
    connection.execute(
        "CREATE TABLE financial_metrics (property_id INTEGER, annual_noi REAL, annual_debt_service REAL)"
    )
    connection.close()
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{tmp_path / 'empty.db'}")

    assert main(["calc_agent"]) == 0
    [result] = json.loads(capsys.readouterr().out)["results"]
    assert result["rows"] == []
    assert (result["total"]["value"], result["total"]["rows"]) == (None, 0)
    assert result["total"]["reason"] == "no row has a value"


def test_a_broken_workspace_is_said_in_one_line(
    tmp_path: Path, orlando_sqlite: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    write(tmp_path, compile_agents(dscr_spec()))
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", list(sys.path))
    monkeypatch.setenv("DATABASE_URL", orlando_sqlite)
    spec, agent = tmp_path / "agent_specs" / "calc_agent.toml", tmp_path / "src" / "agents" / "calc_agent.py"
    for file, text, words in (
        (agent, "def (", "calc_agent cannot be imported: "),
        (agent, "import no_such_library", "calc_agent cannot be imported: No module named 'no_such_library'"),
        (spec, "title = ", f"{spec} cannot be read: "),
        (spec, "title = 'x'", f"{spec} cannot be read: "),
    ):
        file.write_text(text)
        assert main(["calc_agent"]) == 10
        said = capsys.readouterr().err
        assert said.startswith(words)
        assert said.count("\n") == 1


def test_an_empty_workspace_has_no_agent(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)

    assert main(["calc_agent"]) == 10
    assert capsys.readouterr().err == "no agent 'calc_agent' here: none is published yet\n"
