"""Status documents out of jobs: what the store knows, as people and scripts read it. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from pydantic import ValidationError

from daemon.core.job import Job, JobState
from daemon.core.outcome import Outcome
from daemon.core.status import Deferral, ErrorReport, RequestStatus, SandboxUse, StageReport

_FACTS = frozenset(
    {"schema_version", "request", "request_sha256", "job_id", "revision", "state", "queue_position"}
    | {"created_at", "updated_at", "started_at", "finished_at"}
)
"""Fields that come from the job's row; all others from its report."""

TWINS_NAMED = 3
"""How many requests with the same content a status names; thousands of copies must not fill every status."""

_MESSAGES = {
    JobState.QUEUED: "waiting for its turn",
    JobState.DEFERRED: "waiting until it can go on",
    JobState.RUNNING: "started",
    JobState.CANCELLED: "cancelled",
    JobState.SUPERSEDED: "a newer revision took its place",
}


def project(job: Job, *, ahead: int | None = None, twins: Sequence[str] = ()) -> RequestStatus:
    """The status document of a job.

    ``ahead`` is the number of jobs before a waiting one. ``twins`` are other requests with the same content, of
    which only the first are named. A report that an older or newer version wrote differently is left out; the facts
    are always there.
    """
    facts: dict[str, Any] = {
        "request": job.request,
        "request_sha256": job.sha256,
        "job_id": job.id,
        "revision": job.revision,
        "state": job.state,
        "queue_position": _position(job, ahead),
        "created_at": job.created_at,
        "updated_at": job.updated_at,
        "started_at": job.started_at,
        "finished_at": job.finished_at,
    }
    report = {key: value for key, value in (job.report or {}).items() if key in RequestStatus.model_fields}
    report = {"message": _MESSAGES.get(job.state, job.state.value), **report}
    try:
        status = RequestStatus.model_validate({**report, **facts})
    except ValidationError:
        status = RequestStatus.model_validate({"message": report["message"], **facts})
    return status.model_copy(update={"warnings": (*_named(twins), *status.warnings)})


def settling(name: str, now: datetime) -> RequestStatus:
    """The document of a file that is still being written."""
    return RequestStatus(
        request=name, state=JobState.SETTLING, message="waiting until the file is complete", updated_at=now
    )


def progress_report(stages: tuple[StageReport, ...], message: str) -> dict[str, Any]:
    """The report of a running job; progress is the part of its stages that is done."""
    ended = sum(stage.state in ("done", "skipped") for stage in stages)
    return _report(
        stage=next((stage.name for stage in stages if stage.state == "running"), None),
        progress=round(ended / len(stages), 2) if stages else 0.0,
        message=message,
        stages=stages,
    )


def outcome_report(outcome: Outcome, stages: tuple[StageReport, ...], next_check_at: datetime | None) -> dict[str, Any]:
    """The report of an attempt that ended. A deferred one says when it is looked at again."""
    if outcome.state is JobState.FAILED:
        stages = tuple(s.model_copy(update={"state": "failed"}) if s.state == "running" else s for s in stages)
    deferral = None
    if outcome.deferral is not None and next_check_at is not None:
        deferral = Deferral(reason=outcome.deferral, next_check_at=next_check_at)
    return _report(
        stage=outcome.error.stage if outcome.error else None,
        progress=1.0 if outcome.state is JobState.SUCCEEDED else progress_report(stages, "")["progress"],
        message=outcome.message,
        stages=stages,
        understanding=outcome.understanding,
        questions=outcome.questions,
        warnings=outcome.warnings,
        assumptions=outcome.assumptions,
        outputs=outcome.outputs,
        tests=outcome.tests,
        sandbox=SandboxUse(backend=outcome.backend) if outcome.backend else None,
        llm=outcome.llm,
        provenance=outcome.provenance,
        deferral=deferral,
        error=outcome.error,
    )


def error_report(error: Mapping[str, str]) -> dict[str, Any]:
    """The report of a job that ended without an attempt; ``error`` has the fields of ``ErrorReport``."""
    return _report(message=error["message"], error=ErrorReport.model_validate(dict(error)))


def _named(twins: Sequence[str]) -> tuple[str, ...]:
    named = tuple(f"the same text was dropped as '{twin}' too" for twin in twins[:TWINS_NAMED])
    return named if len(twins) <= TWINS_NAMED else (*named, "the same text was dropped under more names")


def _position(job: Job, ahead: int | None) -> int | None:
    if job.state is JobState.RUNNING:
        return 0
    return ahead if job.is_waiting else None


def _report(*, message: str, **fields: Any) -> dict[str, Any]:
    """JSON values of the given fields of a status document, checked like the whole."""
    stamp = datetime.fromtimestamp(0, UTC)
    whole = RequestStatus(request="", state=JobState.RUNNING, updated_at=stamp, message=message, **fields)
    return whole.model_dump(mode="json", exclude=set(_FACTS))
