"""Status documents out of jobs."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from daemon.core.job import Job, JobState
from daemon.core.outcome import Outcome
from daemon.core.projection import outcome_report, progress_report, project
from daemon.core.status import StageReport

NOW = datetime(2026, 1, 31, 8, 0, tzinfo=UTC)
JOB = Job(
    id="1",
    request="dscr.md",
    sha256="0" * 64,
    revision=3,
    state=JobState.QUEUED,
    priority=5,
    created_at=NOW,
    updated_at=NOW,
)
STAGES = (StageReport(name="a", state="done"), StageReport(name="b", state="running"))


@pytest.mark.parametrize("state", JobState)
def test_every_state_has_a_document(state: JobState) -> None:
    status = project(JOB.evolve(state=state))
    assert (status.state, status.request, status.revision, status.job_id) == (state, "dscr.md", 3, "1")
    assert status.message
    assert status.model_dump(mode="json")["created_at"] == "2026-01-31T08:00:00Z"


@pytest.mark.parametrize(
    ("state", "position"),
    [(JobState.QUEUED, 2), (JobState.DEFERRED, 2), (JobState.RUNNING, 0), (JobState.SUCCEEDED, None)],
)
def test_only_what_waits_or_runs_has_a_place(state: JobState, position: int | None) -> None:
    assert project(JOB.evolve(state=state), ahead=2).queue_position == position


def test_the_row_wins_over_the_report() -> None:
    report = {**progress_report(STAGES, "half"), "state": "running", "revision": 1, "queue_position": 7}
    status = project(JOB.evolve(state=JobState.SUCCEEDED, report=report))
    assert (status.state, status.revision, status.queue_position) == (JobState.SUCCEEDED, 3, None)
    assert (status.message, status.stage, status.progress) == ("half", "b", 0.5)


@pytest.mark.parametrize("report", [{"message": "x", "colour": 1}, {"message": "x", "stages": [{"colour": 1}]}])
def test_a_report_of_another_version_does_not_hide_the_facts(report: dict[str, object]) -> None:
    status = project(JOB.evolve(report=report))
    assert (status.message, status.state, status.stages) == ("x", JobState.QUEUED, ())


def test_a_deferral_says_when_it_is_over() -> None:
    outcome = Outcome(state=JobState.DEFERRED, message="no server", deferral="llm_unavailable")
    status = project(JOB.evolve(state=JobState.DEFERRED, report=outcome_report(outcome, STAGES, NOW)))
    assert status.deferral is not None
    assert (status.deferral.reason, status.deferral.next_check_at) == ("llm_unavailable", NOW)


def test_the_stage_at_which_a_job_failed_is_marked() -> None:
    report = outcome_report(Outcome(state=JobState.FAILED, message="no"), STAGES, None)
    assert [stage["state"] for stage in report["stages"]] == ["done", "failed"]


def test_twins_come_before_the_other_warnings() -> None:
    report = outcome_report(Outcome(state=JobState.SUCCEEDED, message="x", warnings=("w",)), STAGES, None)
    status = project(JOB.evolve(state=JobState.SUCCEEDED, report=report), twins=["b.md"])
    assert status.warnings == ("the same text was dropped as 'b.md' too", "w")


def test_of_many_twins_the_first_are_named() -> None:
    status = project(JOB, twins=[f"{number}.md" for number in range(10_000)])
    assert [warning for warning in status.warnings if "'2.md'" in warning]
    assert status.warnings[3:] == ("the same text was dropped under more names",)
