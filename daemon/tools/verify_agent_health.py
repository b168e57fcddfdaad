"""Tool verify_agent_health: the published agent imports and answers on the live database."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from daemon.core.build import HealthReport
from daemon.core.errors import AgentError
from daemon.core.findings import Finding, Level
from daemon.core.ports import Ports
from daemon.core.spec import AgentSpec

NAME = "verify_agent_health"
DESCRIPTION = "Call the published agent once on the live database, in a process of its own."

_ONE_ROW = ("--limit", "1")


@dataclass(frozen=True, slots=True, kw_only=True)
class HealthInput:
    """The spec of a published agent."""

    spec: AgentSpec


def run(given: HealthInput, ports: Ports) -> HealthReport:
    """Whether it answers for its first row, and the answer."""
    agent = given.spec.agents.calc
    try:
        answer = ports.agents.call(agent, _ONE_ROW)
    except AgentError as error:
        return _unhealthy(agent, "agent_failed", str(error))
    try:
        reply = json.loads(answer)
    except ValueError:
        return _unhealthy(agent, "agent_reply", f"its answer is no JSON: {answer[:80]!r}")
    missing = _missing_metrics(given.spec, reply)
    if missing:
        return _unhealthy(agent, "agent_reply", f"its answer lacks {', '.join(missing)}")
    rows = sum(len(result.get("rows", ())) for result in reply["results"])
    detail = "answers" if rows else "answers, but its table is empty"
    return HealthReport(healthy=True, detail=detail, example=answer.strip())


def _missing_metrics(spec: AgentSpec, reply: Any) -> list[str]:
    """Metrics without a result, or with a row that has neither a value nor a reason."""
    results = reply.get("results", ()) if isinstance(reply, dict) else ()
    answered = {r.get("metric") for r in results if all(_says_something(row) for row in r.get("rows", ()))}
    return [metric.name for metric in spec.metrics if metric.name not in answered]


def _says_something(row: dict[str, Any]) -> bool:
    return row.get("value") is not None or bool(row.get("reason"))


def _unhealthy(agent: str, code: str, detail: str) -> HealthReport:
    finding = Finding(
        level=Level.ERROR,
        code=code,
        place=f"src/agents/{agent}.py",
        message=detail,
        suggestion=f"meta-agent call {agent} shows it again",
    )
    return HealthReport(healthy=False, detail=detail, findings=(finding,))
