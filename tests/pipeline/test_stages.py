"""Running one stage after the other: timing, progress, cancellation and the time limit."""

from __future__ import annotations

from typing import Any, cast

import pytest
from fakes import FakeClock, RecordingProgress

from daemon.core.findings import Finding, Level
from daemon.core.job import JobState
from daemon.core.ports import Ports
from daemon.pipeline.endings import Stop
from daemon.pipeline.stages import STAGES, Stages
from daemon.tools.registry import TOOLS

UNUSED = cast("Any", None)
WRONG = Finding(
    level=Level.ERROR, code="unknown_column", place="metrics.dscr", message="no noi", suggestion="annual_noi"
)
WORSE = Finding(level=Level.ERROR, code="bad_name", place="entity", message="no name")
ODD = Finding(level=Level.WARNING, code="no_values", place="inputs.noi", message="is empty")


class SlowTool:
    """A tool that takes some time of the clock, or fails."""

    def __init__(self, name: str, seconds: float, problem: Exception | None = None) -> None:
        self.NAME = name
        self._seconds = seconds
        self._problem = problem

    def run(self, given: str, ports: Ports) -> str:
        cast("FakeClock", ports.clock).advance(self._seconds)
        if self._problem:
            raise self._problem
        return given.upper()


@pytest.fixture
def progress() -> RecordingProgress:
    return RecordingProgress()


def stages(progress: RecordingProgress, budget: float = 100) -> Stages:
    ports = Ports(database=UNUSED, sandbox=UNUSED, formatter=UNUSED, workspace=UNUSED, agents=UNUSED, clock=FakeClock())
    return Stages(ports, budget, progress)


def states(progress: RecordingProgress) -> list[dict[str, str]]:
    return [{stage.name: stage.state for stage in reported} for reported, _ in progress.reports]


def test_a_stage_is_reported_when_it_begins_and_when_it_ends(progress: RecordingProgress) -> None:
    running = stages(progress)

    assert running.run(SlowTool("run_tests", 2.5), "ready") == "READY"

    begun, ended = states(progress)
    assert (begun["run_tests"], ended["run_tests"]) == ("running", "done")
    assert {state for name, state in ended.items() if name != "run_tests"} == {"pending"}
    reported, message = progress.reports[-1]
    assert next(s.seconds for s in reported if s.name == "run_tests") == 2.5
    assert (message, running.current) == ("running the tests", "run_tests")


def test_every_stage_is_in_every_report_in_its_order(progress: RecordingProgress) -> None:
    stages(progress).run(SlowTool("design_agent_architecture", 0), "")

    assert all(tuple(s.name for s in reported) == STAGES for reported, _ in progress.reports)


def test_stages_are_tools_of_the_registry_and_each_says_what_it_does(progress: RecordingProgress) -> None:
    running = stages(progress)
    for name in STAGES:
        running.run(SlowTool(name, 0), "")

    assert set(STAGES) <= set(TOOLS)
    assert len({message for _, message in progress.reports}) == len(STAGES)


def test_a_stage_that_breaks_is_reported_as_failed(progress: RecordingProgress) -> None:
    with pytest.raises(KeyError, match="boom"):
        stages(progress).run(SlowTool("run_tests", 1, KeyError("boom")), "")

    assert states(progress)[-1]["run_tests"] == "failed"


def test_nothing_begins_after_a_cancellation() -> None:
    progress = RecordingProgress(cancel_after=1)
    running = stages(progress)
    running.run(SlowTool("analyze_requirements", 0), "")

    with pytest.raises(Stop) as stopped:
        running.run(SlowTool("run_tests", 0), "")

    assert stopped.value.outcome.state is JobState.CANCELLED
    assert stopped.value.outcome.message == "stopped before run_tests"
    assert states(progress)[-1]["run_tests"] == "pending"


def test_nothing_begins_after_the_time_is_used_up(progress: RecordingProgress) -> None:
    running = stages(progress, budget=10)
    running.run(SlowTool("analyze_requirements", 10), "")
    running.run(SlowTool("run_tests", 0.5), "")

    with pytest.raises(Stop) as stopped:
        running.run(SlowTool("deploy_agent", 0), "")

    outcome = stopped.value.outcome
    assert (outcome.state, outcome.message) == (JobState.FAILED, "took longer than 10 s")
    assert outcome.error is not None
    assert (outcome.error.code, outcome.error.stage) == ("timeout", "deploy_agent")
    assert "META_AGENT_TIMEOUT" in outcome.error.hint


def test_errors_among_findings_end_the_job_with_place_and_hint(progress: RecordingProgress) -> None:
    running = stages(progress)
    running.run(SlowTool("validate_specification", 0), "")

    with pytest.raises(Stop) as stopped:
        running.check((ODD, WRONG, WORSE))

    outcome = stopped.value.outcome
    assert (outcome.state, outcome.message) == (JobState.FAILED, "metrics.dscr: no noi (and 1 more)")
    assert outcome.error is not None
    assert outcome.error.model_dump(exclude={"log"}) == {
        "code": "unknown_column",
        "message": "metrics.dscr: no noi (and 1 more)",
        "hint": "annual_noi",
        "stage": "validate_specification",
    }
    last = next(s for s in progress.reports[-1][0] if s.name == "validate_specification")
    assert (last.state, last.detail) == ("failed", "metrics.dscr: no noi (and 1 more)")


def test_a_stage_may_name_its_failure(progress: RecordingProgress) -> None:
    running = stages(progress)
    running.run(SlowTool("run_tests", 0), "")

    with pytest.raises(Stop) as stopped:
        running.check((WRONG,), code="tests_failed")

    assert stopped.value.outcome.error is not None
    assert stopped.value.outcome.error.code == "tests_failed"


@pytest.mark.parametrize("findings", [(), (ODD,)])
def test_warnings_end_nothing(progress: RecordingProgress, findings: tuple[Finding, ...]) -> None:
    running = stages(progress)
    running.run(SlowTool("validate_specification", 0), "")

    running.check(findings)

    assert states(progress)[-1]["validate_specification"] == "done"
