"""How a request ends before its agents are published: refused, asked back, deferred, broken."""

from __future__ import annotations

from textwrap import shorten

from daemon.core.build import Analysis, Draft
from daemon.core.errors import MetaAgentError
from daemon.core.findings import Finding, errors
from daemon.core.job import JobState
from daemon.core.outcome import Outcome
from daemon.core.request import Planner
from daemon.core.status import DeferralReason, ErrorReport, LlmUse

_DEFERRALS: dict[str, DeferralReason] = {
    "database_unavailable": "database_unavailable",
    "llm_unavailable": "llm_unavailable",
    "sandbox_unavailable": "sandbox_unavailable",
}
"""Error codes that mend themselves: the job waits instead of failing."""


_QUOTED = 8
_QUOTE_LENGTH = 60


class Stop(Exception):
    """Not an error: the pipeline ended early, with an outcome."""

    def __init__(self, outcome: Outcome) -> None:
        super().__init__(outcome.message)
        self.outcome = outcome


def stop_unless_clear(found: Analysis | Draft, analysis: Analysis, planner: Planner, stage: str | None) -> None:
    """End here with a refusal, questions, or the need of a model."""
    if found.refusal:
        error = ErrorReport(code="refused", message=found.refusal, stage=stage)
        raise Stop(Outcome(state=JobState.REFUSED, message=found.refusal, warnings=analysis.warnings, error=error))
    if found.questions:
        asked = f"{len(found.questions)} question{'s' if len(found.questions) > 1 else ''} to answer"
        first = shorten(found.questions[0].text, 120, placeholder=" …")
        raise Stop(
            Outcome(
                state=JobState.NEEDS_ANSWER,
                message=f"{asked}: {first}",
                questions=found.questions,
                warnings=analysis.warnings,
                assumptions=analysis.assumptions,
            )
        )
    if found.leftovers:
        raise Stop(_needs_model(found.leftovers, planner, stage))


def _needs_model(leftovers: tuple[str, ...], planner: Planner, stage: str | None) -> Outcome:
    message = f"needs a language model: rules do not understand {_quoted(leftovers)}"
    if planner == "rules":
        hint = "say it in simpler words, or allow planner = auto"
        return failed(ErrorReport(code="needs_llm", message=message, hint=hint, stage=stage))
    return Outcome(state=JobState.DEFERRED, message=message, deferral="llm_unavailable", llm=LlmUse(planner="llm"))


def _quoted(parts: tuple[str, ...]) -> str:
    """The first parts and the beginning of each: a message is one line, whatever the request is."""
    shown = ", ".join(
        f"'{part}'" if len(part) <= _QUOTE_LENGTH else f"'{part[:_QUOTE_LENGTH]}…'" for part in parts[:_QUOTED]
    )
    return f"{shown} and {len(parts) - _QUOTED} more" if len(parts) > _QUOTED else shown


def broken(findings: tuple[Finding, ...], stage: str | None, code: str = "") -> Outcome | None:
    """The failure that error findings amount to; None when there is none among them."""
    found = errors(findings)
    if not found:
        return None
    more = f" (and {len(found) - 1} more)" if len(found) > 1 else ""
    message = f"{found[0].place}: {found[0].message}{more}"
    return failed(ErrorReport(code=code or found[0].code, message=message, hint=found[0].suggestion, stage=stage))


def problem(error: MetaAgentError, stage: str | None) -> Outcome:
    """What one of our own errors means for the request: it waits where time mends it, else it fails."""
    report = ErrorReport(code=error.code, message=error.message, hint=error.hint, stage=stage)
    if error.code in _DEFERRALS:
        return Outcome(state=JobState.DEFERRED, message=str(error), deferral=_DEFERRALS[error.code], error=report)
    return failed(report)


def failed(error: ErrorReport) -> Outcome:
    """The outcome of a request that cannot be done."""
    return Outcome(state=JobState.FAILED, message=error.message, error=error)
