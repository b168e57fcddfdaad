"""What the pipeline tells the worker: progress on the way, an outcome at the end."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from daemon.core.job import JobState
from daemon.core.status import (
    Backend,
    DeferralReason,
    ErrorReport,
    LlmUse,
    OutputFile,
    Provenance,
    Question,
    StageReport,
    TestCounts,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """How an attempt ended.

    ``state`` is one of succeeded, failed, refused, needs_answer, deferred (with ``deferral``) and cancelled.
    """

    state: JobState
    message: str
    understanding: str | None = None
    questions: tuple[Question, ...] = ()
    warnings: tuple[str, ...] = ()
    assumptions: tuple[str, ...] = ()
    outputs: tuple[OutputFile, ...] = ()
    tests: TestCounts | None = None
    backend: Backend | None = None
    llm: LlmUse | None = None
    provenance: Provenance | None = None
    deferral: DeferralReason | None = None
    error: ErrorReport | None = None


class Progress(Protocol):
    """Where the pipeline reports to. The worker implements it; it writes the status and knows of cancellation."""

    def report(self, stages: tuple[StageReport, ...], message: str) -> None:
        """The stages as they stand now, pending ones included, and one line for a person."""
        ...

    def is_cancelled(self) -> bool:
        """Whether the job should stop before its next stage: the person asked, or a newer revision waits."""
        ...
