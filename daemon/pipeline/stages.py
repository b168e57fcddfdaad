"""The stages of a request: their order, and running one with timing, progress, cancellation and a time limit."""

from __future__ import annotations

from typing import Literal, Protocol, TypeVar

from daemon.core.findings import Finding
from daemon.core.job import JobState
from daemon.core.outcome import Outcome, Progress
from daemon.core.ports import Ports
from daemon.core.status import ErrorReport, StageReport
from daemon.pipeline.endings import Stop, broken, failed
from daemon.tools import (
    analyze_requirements,
    deploy_agent,
    design_agent_architecture,
    generate_agent_code,
    generate_agent_specification,
    generate_documentation,
    generate_unit_tests,
    run_tests,
    validate_code_security,
    validate_code_syntax,
    validate_specification,
    verify_agent_health,
)

STAGES = (
    analyze_requirements.NAME,
    design_agent_architecture.NAME,
    generate_agent_specification.NAME,
    validate_specification.NAME,
    generate_agent_code.NAME,
    validate_code_syntax.NAME,
    validate_code_security.NAME,
    generate_unit_tests.NAME,
    run_tests.NAME,
    generate_documentation.NAME,
    deploy_agent.NAME,
    verify_agent_health.NAME,
)

Given = TypeVar("Given")
Result = TypeVar("Result")
Given_contra = TypeVar("Given_contra", contravariant=True)
Result_co = TypeVar("Result_co", covariant=True)

_MESSAGES = {
    analyze_requirements.NAME: "reading the request",
    design_agent_architecture.NAME: "choosing the agents",
    generate_agent_specification.NAME: "writing the spec",
    validate_specification.NAME: "checking the spec against the data",
    generate_agent_code.NAME: "compiling the agents",
    validate_code_syntax.NAME: "checking the code",
    validate_code_security.NAME: "checking what the code may do",
    generate_unit_tests.NAME: "compiling the tests",
    run_tests.NAME: "running the tests",
    generate_documentation.NAME: "writing the documentation",
    deploy_agent.NAME: "publishing",
    verify_agent_health.NAME: "calling the published agent",
}


class Tool(Protocol[Given_contra, Result_co]):
    """What the pipeline needs of a tool; every tool is a module of this shape."""

    NAME: str

    def run(self, given: Given_contra, ports: Ports) -> Result_co:
        """The work of the tool."""
        ...


class Stages:
    """Runs tools one after the other, and says so."""

    def __init__(self, ports: Ports, budget_seconds: float, progress: Progress) -> None:
        self.ports = ports
        self.current: str | None = None
        self._reports = {name: StageReport(name=name, state="pending") for name in STAGES}
        self._budget_seconds = budget_seconds
        self._started = ports.clock.monotonic()
        self._progress = progress

    def run(self, tool: Tool[Given, Result], given: Given) -> Result:
        """One stage. Raises ``Stop`` when the job was cancelled or its time is used up."""
        self._may_go_on(tool.NAME)
        self.current = tool.NAME
        self._report(StageReport(name=tool.NAME, state="running"), _MESSAGES[tool.NAME])
        started = self.ports.clock.monotonic()
        done = False
        try:
            result = tool.run(given, self.ports)
            done = True
        finally:
            seconds = round(self.ports.clock.monotonic() - started, 3)
            state: Literal["done", "failed"] = "done" if done else "failed"
            self._report(StageReport(name=tool.NAME, state=state, seconds=seconds), _MESSAGES[tool.NAME])
        return result

    def check(self, findings: tuple[Finding, ...], code: str = "") -> None:
        """End the job when the stage that just ran has errors among its ``findings``. Raises ``Stop``."""
        outcome = broken(findings, self.current, code)
        if outcome is not None and self.current is not None:
            report = self._reports[self.current]
            self._report(report.model_copy(update={"state": "failed", "detail": outcome.message}), outcome.message)
            raise Stop(outcome)

    def _report(self, report: StageReport, message: str) -> None:
        self._reports[report.name] = report
        self._progress.report(tuple(self._reports.values()), message)

    def _may_go_on(self, stage: str) -> None:
        if self._progress.is_cancelled():
            raise Stop(Outcome(state=JobState.CANCELLED, message=f"stopped before {stage}"))
        used = self.ports.clock.monotonic() - self._started
        if used > self._budget_seconds:
            message = f"took longer than {self._budget_seconds:.0f} s"
            hint = "raise META_AGENT_TIMEOUT, or ask for less"
            raise Stop(failed(ErrorReport(code="timeout", message=message, hint=hint, stage=stage)))
