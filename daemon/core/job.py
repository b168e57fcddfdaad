"""A job: one revision of a request on its way through the daemon."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

MAX_RESUMES = 3
"""How often a job is taken up again after the daemon died under it."""


class JobState(StrEnum):
    """Where a job is. The status file uses the same words."""

    SETTLING = "settling"  #: seen, still being written
    QUEUED = "queued"  #: accepted: it will not be lost
    DEFERRED = "deferred"  #: waits for memory, a server or a sandbox, and comes back by itself
    RUNNING = "running"
    NEEDS_ANSWER = "needs_answer"  #: waits for the person
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    REFUSED = "refused"  #: understood, and not done
    CANCELLED = "cancelled"
    SUPERSEDED = "superseded"  #: a newer revision of the same file took its place
    INVALID = "invalid"  #: the file is no request

    @property
    def is_final(self) -> bool:
        """Whether nothing more happens unless the person acts."""
        return self in _FINAL


_FINAL = frozenset(
    {
        JobState.SUCCEEDED,
        JobState.FAILED,
        JobState.REFUSED,
        JobState.CANCELLED,
        JobState.SUPERSEDED,
        JobState.INVALID,
        JobState.NEEDS_ANSWER,
    }
)

ALLOWED: dict[JobState, frozenset[JobState]] = {
    JobState.SETTLING: frozenset({JobState.QUEUED, JobState.INVALID}),
    JobState.QUEUED: frozenset({JobState.RUNNING, JobState.CANCELLED, JobState.SUPERSEDED, JobState.FAILED}),
    JobState.DEFERRED: frozenset({JobState.QUEUED, JobState.RUNNING, JobState.CANCELLED, JobState.SUPERSEDED}),
    JobState.RUNNING: frozenset(JobState) - {JobState.SETTLING, JobState.INVALID},
    **{state: frozenset({JobState.QUEUED, JobState.SUPERSEDED}) for state in _FINAL},
}
"""Transitions a store accepts; out of a final state only ``retry``, an answer or a newer revision leads."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """A row of the store. ``priority`` 0 to 9, larger first; times are UTC.

    ``report`` is the last status document of the job as JSON values; the store keeps it, nobody looks inside but
    ``core.status``.
    """

    id: str
    request: str
    sha256: str
    revision: int
    state: JobState
    priority: int
    created_at: datetime
    updated_at: datetime
    started_at: datetime | None = None
    finished_at: datetime | None = None
    attempts: int = 0
    """Starts since an attempt last ended in order; more than one means that the daemon died under it."""
    cancel_requested: bool = False
    retry_at: datetime | None = None
    report: dict[str, Any] | None = None

    @property
    def is_waiting(self) -> bool:
        """Whether it will be taken up without anybody's doing."""
        return self.state in (JobState.QUEUED, JobState.DEFERRED)

    def evolve(self, **changes: Any) -> Job:
        """A copy with ``changes``."""
        return replace(self, **changes)
