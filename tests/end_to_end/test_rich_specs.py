"""Specs that say requests 05 to 08, taken through every tool behind the planner: each known number, on both engines."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from compiled import python
from request_cases import Case, Cell, Figures, agrees, case, table
from rich_specs import RICH_SPECS

from daemon.adapters.settings import load_settings
from daemon.checks.measured import measured_findings
from daemon.checks.spec import spec_findings
from daemon.core.build import Analysis
from daemon.core.ports import Ports
from daemon.core.spec import AgentSpec
from daemon.service.outside import ports_for
from daemon.tools import (
    deploy_agent,
    generate_agent_code,
    generate_documentation,
    generate_unit_tests,
    run_tests,
    validate_code_security,
    validate_code_syntax,
    verify_agent_health,
)

Reading = Callable[[Figures], object]


def flagged(figures: Figures, metric: str, status: str) -> list[list[Cell]]:
    return [[key] for key, found in sorted(figures.status(metric).items(), key=str) if found == status]


def by_label(figures: Figures, *metrics: str) -> list[list[Cell]]:
    """As ``table``, with the label of each row for its key."""
    labels = {key: row["label"] for key, row in figures.rows(metrics[0]).items()}
    return [[labels[row[0]], *row[1:]] for row in table(*(figures.exact(metric) for metric in metrics))]


def totals(figures: Figures, *metrics: str) -> list[Cell]:
    return [figures.total(metric) for metric in metrics]


SALES = ("revenue", "tracks", "average_price")
REPS = ("gross", "discount", "discount_percent", "net", "margin_percent")
SHIPPING = ("shipped", "average_days", "longest_days", "late", "late_percent", "still_open")
GAPS = ("tracks", "no_composer", "no_composer_share", "expensive_value")
READINGS: dict[str, dict[str, Reading]] = {
    "05": {
        "customer, revenue, tracks": lambda f: table(*map(f.exact, SALES)),
        "all together": lambda f: [[len(f.rows("revenue")), *totals(f, *SALES)]],
        "small customers": lambda f: flagged(f, "revenue", "small"),
        "Invoice.Total added up": lambda f: f.exact("revenue")[5],
    },
    "06": {
        "employee, gross": lambda f: table(*map(f.exact, REPS)),
        "the team": lambda f: [totals(f, *REPS)],
        "employees with a warning": lambda f: flagged(f, "discount_percent", "warning"),
        "mean of the discount column": lambda f: f.exact("discount_percent")[5],
        "discount_percent left as a fraction": lambda f: f.exact("discount_percent")[7],
        "margin with the order price": lambda f: f.total("margin_percent"),
    },
    "07": {
        "country, shipped": lambda f: table(*map(f.exact, SHIPPING)),
        "colour per country": lambda f: table(f.status("late_percent")),
        "all countries": lambda f: [totals(f, "shipped", "late", "still_open")],
        "14 days counted as late": lambda f: f.exact("late")["Argentina"],
        "open orders in the base": lambda f: f.exact("late_percent")["Brazil"],
    },
    "08": {
        "media type, tracks": lambda f: by_label(f, *GAPS),
        "media types with a warning": lambda f: [
            [row["label"]] for row in f.rows("no_composer_share").values() if row["status"] == "warning"
        ],
        "share over all tracks": lambda f: f.exact("no_composer_share")[2],
    },
}
"""Where the answer shows what a check is about, by number of the request and beginning of the check's text."""


@pytest.fixture(params=["sqlite", "postgres"])
def engine(request: pytest.FixtureRequest) -> str:
    name: str = request.param
    return name


@pytest.fixture
def spec(number: str, engine: str) -> AgentSpec:
    return RICH_SPECS[number](engine)


@pytest.fixture
def environment(number: str, spec: AgentSpec, engine: str, request: pytest.FixtureRequest) -> dict[str, str]:
    return {spec.database: request.getfixturevalue(f"{case(number).database}_{engine}")}


@pytest.fixture
def ports(spec: AgentSpec, environment: Mapping[str, str], tmp_path: Path) -> Ports:
    root = tmp_path / "Größen 🏠"
    root.mkdir()
    return ports_for(load_settings(root, environment), spec.database)


def build(spec: AgentSpec, ports: Ports) -> None:
    """Every tool behind the planner; each has to be content."""
    schema = ports.database.schema()
    assert spec_findings(spec, schema) == ()
    assert measured_findings(spec, schema, ports.database) == ()
    agents = generate_agent_code.run(generate_agent_code.CompileInput(spec=spec), ports)
    tests = generate_unit_tests.run(generate_unit_tests.TestsInput(spec=spec, schema=schema, agents=agents), ports)
    files = (*agents, *tests.files)
    assert validate_code_syntax.run(validate_code_syntax.SyntaxInput(files=files), ports) == ()
    assert validate_code_security.run(validate_code_security.SecurityInput(files=files), ports) == ()
    verdict = run_tests.run(
        run_tests.RunTestsInput(agents=agents, tests=tests, spec=spec, schema=schema, timeout_seconds=120), ports
    )
    assert verdict.accepted, verdict.findings
    documents = generate_documentation.run(
        generate_documentation.DocsInput(
            spec=spec,
            analysis=Analysis(text=spec.request.text),
            agents=agents,
            example=verdict.example,
            neighbours=(),
        ),
        ports,
    )
    deploy_agent.run(deploy_agent.DeployInput(files=(*files, *documents), owner=spec.request.name), ports)
    assert verify_agent_health.run(verify_agent_health.HealthInput(spec=spec), ports).healthy


def ask(root: Path, spec: AgentSpec, environment: Mapping[str, str], *arguments: str) -> dict[str, Any]:
    done = python(root, "-m", "daemon.runtime.call", spec.agents.calc, *arguments, **environment)
    assert done.returncode == 0, done.stderr
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


def problems(wanted: Case, figures: Figures) -> list[str]:
    """Known numbers that are not there, and traps that are."""
    wrong = []
    for check in wanted.checks:
        (reading,) = (r for start, r in READINGS[wanted.number].items() if check.what.startswith(start))
        if agrees(reading(figures), check) == check.negative:
            wrong.append(f"{check.what}: {check.expected}, found {reading(figures)}")
    return wrong


@pytest.mark.parametrize("number", RICH_SPECS)
def test_every_known_number(
    number: str, spec: AgentSpec, ports: Ports, environment: dict[str, str], tmp_path: Path
) -> None:
    build(spec, ports)
    answer = ask(tmp_path / "Größen 🏠", spec, environment, "--all")
    assert problems(case(number), Figures(answer)) == []


@pytest.mark.parametrize("number", ["05"])
def test_rows_are_listed_as_the_spec_says(
    number: str, spec: AgentSpec, ports: Ports, environment: dict[str, str], tmp_path: Path
) -> None:
    build(spec, ports)
    rows = ask(tmp_path / "Größen 🏠", spec, environment, "tracks", "--all")["results"][0]["rows"]
    keys = [next(iter(row["key"].values())) for row in rows]
    assert keys == [row[0] for row in case(number).checks[0].expected]
    first = ask(tmp_path / "Größen 🏠", spec, environment, "--limit", "3")["results"][0]["rows"]
    assert [next(iter(row["key"].values())) for row in first] == sorted(keys)[:3]


@pytest.mark.parametrize("number", ["07"])
def test_one_group_by_its_key(
    number: str, spec: AgentSpec, ports: Ports, environment: dict[str, str], tmp_path: Path
) -> None:
    build(spec, ports)
    answer = ask(tmp_path / "Größen 🏠", spec, environment, "late", "--key", "Argentina")
    assert answer["results"][0]["rows"][0]["value"] == "2"
