"""``python -m daemon.runtime.call`` in a small published workspace."""

from __future__ import annotations

import json
import re
import sqlite3
import sys
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from compiled import compile_agents, python, write
from specs import STANDARD, column, customer_spec, dscr_spec, ltv_spec

from daemon.core.schema import Kind
from daemon.core.spec import AgentNames, AgentSpec, Entity, Input, KeyColumn, Metric, TableName, Unit
from daemon.runtime.call import main

Caller = Callable[..., dict[str, Any]]


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
def call(here: Path, orlando: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Caller:
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
