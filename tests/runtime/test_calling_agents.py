"""``python -m daemon.runtime.call`` in a small published workspace."""

from __future__ import annotations

import json
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from compiled import python

from daemon.runtime.call import main

Caller = Callable[..., dict[str, Any]]


def test_one_row(call: Caller) -> None:
    answer = call("calc_agent", "--key", "5")

    assert answer == {
        "schema_version": 1,
        "agent": "calc_agent",
        "mode": "standard",
        "params": {"dscr_minimum": "1.25"},
        "results": [
            {
                "metric": "dscr",
                "unit": "ratio",
                "show_as_percent": False,
                "rows": [
                    {
                        "key": {"id": 5},
                        "label": "Orange Avenue Lofts",
                        "value": "1.35",
                        "exact": "1.35",
                        "status": "PASS",
                        "reason": None,
                        "warnings": [],
                    }
                ],
                "total": None,
            }
        ],
        "warnings": [],
    }


def test_every_row_and_the_total(call: Caller) -> None:
    [result] = call("calc_agent")["results"]
    by_key = {row["key"]["id"]: row for row in result["rows"]}

    assert list(by_key) == list(range(1, 11))
    assert {k: r["value"] for k, r in by_key.items()} == {
        **{1: "1.25", 2: "1.25", 3: None, 4: "-0.44", 5: "1.35", 6: None, 7: "1.33", 8: "2.00", 9: None},
        10: by_key[10]["value"],
    }
    assert (by_key[2]["status"], len(by_key[2]["warnings"])) == ("FAIL", 1)
    assert {k: by_key[k]["reason"] for k in (3, 6, 9)} == {3: "no debt", 6: "no debt figure", 9: "NOI missing"}
    assert {by_key[k]["status"] for k in (3, 6, 9)} == {"N/A"}
    assert (result["total"]["rows"], result["total"]["undefined"]) == (7, 3)
    assert sum(result["total"]["by_status"].values()) == 7


def test_only_the_total(call: Caller) -> None:
    [result] = call("calc_agent", "dscr", "--total")["results"]

    assert result["rows"] == []
    assert result["total"] == call("calc_agent", "--all")["results"][0]["total"]


def test_a_mode_and_its_parameters(call: Caller) -> None:
    conservative = call("calc_agent", "--key=5", "--mode=conservative")
    harsh = call(
        "calc_agent", "--key=5", "--mode=conservative", "--param", "noi_haircut=20%", "--param=dscr_minimum=1.05"
    )

    assert conservative["params"] == {"dscr_minimum": "1.25", "noi_haircut": "0.10"}
    assert (conservative["mode"], conservative["results"][0]["rows"][0]["exact"]) == ("conservative", "1.215")
    assert harsh["params"] == {"dscr_minimum": "1.05", "noi_haircut": "0.2"}
    assert (harsh["results"][0]["rows"][0]["value"], harsh["results"][0]["rows"][0]["status"]) == ("1.08", "PASS")


def test_some_rows_without_a_total(call: Caller) -> None:
    [result] = call("calc_agent", "--limit", "3")["results"]

    assert [row["key"]["id"] for row in result["rows"]] == [1, 2, 3]
    assert result["total"] is None


def test_several_figures_have_a_status_together(call: Caller) -> None:
    answer = call("ltv_calc_agent")

    assert [r["metric"] for r in answer["results"]] == ["ltv", "debt_yield"]
    overall = {row["key"]["id"]: row["status"] for row in answer["overall"]}
    single = [{row["key"]["id"]: row["status"] for row in r["rows"]} for r in answer["results"]]
    assert overall == {
        k: "BREACH" if "BREACH" in (a, b) else "OK" if "OK" in (a, b) else "N/A"
        for (k, a), b in zip(single[0].items(), single[1].values(), strict=True)
    }


def test_one_figure_of_several(call: Caller) -> None:
    answer = call("ltv_calc_agent", "debt_yield", "--key", "1")

    assert [r["metric"] for r in answer["results"]] == ["debt_yield"]
    assert "overall" not in answer


def test_a_rehearsal_answers_in_every_mode(call: Caller) -> None:
    answer = call("calc_agent", "--rehearse", "2")

    assert list(answer) == ["standard", "conservative"]
    for mode in answer.values():
        assert len(mode["results"][0]["rows"]) == 2
        assert mode["results"][0]["total"]["rows"] == 7


@pytest.mark.parametrize("engine", ["sqlite", "postgres"])
def test_sums_over_child_rows(
    engine: str,
    here: Path,
    request: pytest.FixtureRequest,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("DATABASE_URL", request.getfixturevalue(f"chinook_{engine}"))

    assert main(["sales" if engine == "sqlite" else "sales_in_small_letters"]) == 0

    average, sales = json.loads(capsys.readouterr().out)["results"]
    assert (len(sales["rows"]), sales["total"]["value"]) == (10, "385.20")
    assert {row["label"]: row["value"] for row in sales["rows"]}["Apple Inc."] == "38.62"
    assert Decimal(average["total"]["exact"]) == Decimal("385.20") / 380


def test_keys_with_commas_and_dates(
    here: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DATABASE_URL", "sqlite:///odd.db")

    assert main(["odd_calc_agent", "--key", '"Ulm, 2", 2024-01-01']) == 0
    [row] = json.loads(capsys.readouterr().out)["results"][0]["rows"]
    assert row["key"] == {"Place, Room": "Ulm, 2", "taken": "2024-01-01"}
    assert (row["label"], row["value"]) == ("7", "2" + "0" * 25 + ".00")

    assert main(["odd_calc_agent", "--key", '" Ulm",2024-01-02']) == 0
    [row] = json.loads(capsys.readouterr().out)["results"][0]["rows"]
    assert (row["label"], row["value"], row["exact"]) == (None, "0.00", "0.000000002")


def test_no_number_has_an_exponent(
    here: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DATABASE_URL", "sqlite:///odd.db")

    assert main(["odd_calc_agent"]) == 0

    [result] = json.loads(capsys.readouterr().out)["results"]
    written = [row[part] for row in result["rows"] for part in ("value", "exact") if row["value"]]
    assert all(set(text) <= set("0123456789.") for text in [*written, result["total"]["exact"]])
    assert result["total"]["exact"] == "2" + "0" * 25 + ".000000002"


def test_the_command_as_a_process(published: Path, orlando_sqlite: str) -> None:
    command = ("-W", "error", "-m", "daemon.runtime.call", "calc_agent", "--key=5")
    answered = python(published, *command, DATABASE_URL=orlando_sqlite)
    unset = python(published, *command)

    assert (answered.returncode, answered.stderr) == (0, "")
    assert json.loads(answered.stdout)["results"][0]["rows"][0]["value"] == "1.35"
    assert (unset.returncode, unset.stdout) == (10, "")
    assert unset.stderr.startswith("DATABASE_URL is not set: put DATABASE_URL=")
    assert unset.stderr.count("\n") == 1


def test_the_plans_transcript(published: Path, orlando_sqlite: str) -> None:
    line = (
        "from src.agents.calc_agent import CalcAgent; r = CalcAgent().calculate_dscr(property_id=5); "
        "print(f'DSCR: {r.dscr}, Status: {r.validation_status}')"
    )
    answered = python(published, "-W", "error", "-c", line, DATABASE_URL=orlando_sqlite)

    assert (answered.stdout, answered.stderr) == ("DSCR: 1.35, Status: PASS\n", "")
