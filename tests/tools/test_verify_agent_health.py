"""The health call: what counts as an answer."""

from __future__ import annotations

import json
from collections.abc import Sequence
from types import SimpleNamespace
from typing import cast

import pytest

from daemon.core.build import HealthReport
from daemon.core.errors import AgentError
from daemon.core.ports import Ports
from daemon.core.spec import AgentSpec
from daemon.tools import verify_agent_health

SPEC = cast(
    "AgentSpec",
    SimpleNamespace(agents=SimpleNamespace(calc="calc_agent"), metrics=(SimpleNamespace(name="dscr"),)),
)


class Agents:
    """Answers every call with the same text, or fails."""

    def __init__(self, answer: str, problem: str = "") -> None:
        self._answer = answer
        self._problem = problem
        self.calls: list[tuple[str, tuple[str, ...]]] = []

    def call(self, agent: str, arguments: Sequence[str]) -> str:
        self.calls.append((agent, tuple(arguments)))
        if self._problem:
            raise AgentError(self._problem)
        return self._answer


def answer(*rows: dict[str, object]) -> str:
    return json.dumps({"schema_version": 1, "results": [{"metric": "dscr", "rows": rows}]}) + "\n"


def report(agents: Agents) -> HealthReport:
    ports = cast("Ports", SimpleNamespace(agents=agents))
    return verify_agent_health.run(verify_agent_health.HealthInput(spec=SPEC), ports)


def test_an_agent_that_answers_is_healthy() -> None:
    agents = Agents(answer({"value": "1.35", "reason": None}))
    shown = report(agents)
    assert shown.healthy
    assert json.loads(shown.example)["results"][0]["rows"][0]["value"] == "1.35"
    assert agents.calls == [("calc_agent", ("--limit", "1"))]


def test_a_row_without_a_value_but_with_a_reason_is_an_answer() -> None:
    assert report(Agents(answer({"value": None, "reason": "no debt"}))).healthy


def test_an_empty_table_is_healthy_and_said() -> None:
    shown = report(Agents(answer()))
    assert shown.healthy
    assert "empty" in shown.detail


@pytest.mark.parametrize(
    ("agents", "detail"),
    [
        (Agents("", "no property with id=1"), "no property"),
        (Agents("Traceback"), "no JSON"),
        (Agents("[]"), "lacks dscr"),
        (Agents(answer({"value": None, "reason": None})), "lacks dscr"),
        (Agents('{"results": []}'), "lacks dscr"),
    ],
)
def test_anything_else_is_unhealthy(agents: Agents, detail: str) -> None:
    shown = report(agents)
    assert not shown.healthy
    assert detail in shown.detail
    assert shown.findings[0].place == "src/agents/calc_agent.py"
