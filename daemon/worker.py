"""The one worker: which job, when, and what if it fails. One job at a time, ever.

It claims a job, reads the private copy of its request, hands both to the pipeline and records how that ended.
The status file is told after every change in the store.
"""

from __future__ import annotations

import logging
import threading
import traceback
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import cast, get_args

from daemon.core.errors import MetaAgentError, StoreError
from daemon.core.job import Job, JobState
from daemon.core.outcome import Outcome, Progress
from daemon.core.ports import Clock, StatusBoard, Store
from daemon.core.projection import outcome_report, progress_report
from daemon.core.request import Request, parse
from daemon.core.status import DeferralReason, ErrorReport, StageReport

log = logging.getLogger(__name__)

Pipeline = Callable[[Job, Request, Progress], Outcome]
KeepLog = Callable[[Job, str], str]
"""Keeps the full story of a failure; returns where, relative to the workspace."""

SHORTEST_WAIT = timedelta(seconds=30)
LONGEST_WAIT = timedelta(minutes=5)
POLL_SECONDS = 1.0
STORE_PAUSE_SECONDS = 5.0


def next_check(job: Job, now: datetime) -> datetime:
    """When a deferred job is looked at again: after as long again as it has waited so far, within limits."""
    waited = now - (job.started_at or now)
    return now + min(max(waited, SHORTEST_WAIT), LONGEST_WAIT)


class Worker:
    """Works jobs off until ``stop`` is set. ``wake`` says that there may be one; a poll finds what others queued."""

    def __init__(self, store: Store, board: StatusBoard, clock: Clock, pipeline: Pipeline, keep_log: KeepLog) -> None:
        self._store = store
        self._board = board
        self._clock = clock
        self._pipeline = pipeline
        self._keep_log = keep_log
        self.stop = threading.Event()
        self.wake = threading.Event()
        self.current: str | None = None
        """Name of the request being worked on."""
        self.problem = ""
        """Why no job could be claimed or recorded; empty while all is well."""

    def run(self) -> None:
        """Work until stopped. A store that fails is asked again after a pause; the job it interrupted goes on then."""
        while not self.stop.is_set():
            try:
                if self.problem:
                    self._store.recover(self._clock.now())
                    self.problem = ""
                job = self.run_next()
            except StoreError as problem:
                self.problem = str(problem)
                log.warning("store failed: %s", problem)
                self.stop.wait(STORE_PAUSE_SECONDS)
                continue
            if job is None:
                self.wake.wait(POLL_SECONDS)
                self.wake.clear()

    def run_next(self) -> Job | None:
        """Work on the next job; returns it as it ended, None when there is none. Raises ``StoreError``."""
        job = self._store.claim(self._clock.now())
        if job is None:
            return None
        self.current = job.request
        try:
            return self._work(job)
        finally:
            self.current = None
            self._board.restate(job.request)
            self._board.restate_waiting()

    def _work(self, job: Job) -> Job:
        log.info("job started id=%s request=%r attempt=%d", job.id, job.request, job.attempts)
        self._board.restate(job.request)
        self._board.restate_waiting()
        progress = _JobProgress(job, self._store, self._board, self._clock, self.stop)
        outcome = self._attempt(job, progress)
        now = self._clock.now()
        retry_at = next_check(job, now) if outcome.state is JobState.DEFERRED else None
        report = outcome_report(outcome, progress.stages, retry_at)
        if outcome.state is JobState.CANCELLED and progress.stopped_by_daemon():
            report |= {"message": "stopped with the daemon; goes on when it starts again"}
            ended = self._store.finish(job.id, JobState.QUEUED, report, now)
        else:
            ended = self._store.finish(job.id, outcome.state, report, now, retry_at)
        log.info("job ended id=%s request=%r state=%s", job.id, job.request, ended.state)
        return ended

    def _attempt(self, job: Job, progress: _JobProgress) -> Outcome:
        """The pipeline's outcome; whatever it raises becomes one, so that the next request is worked on."""
        try:
            request = parse(job.request, self._store.content(job.id))
            return self._pipeline(job, request, progress)
        except StoreError:
            raise
        except MetaAgentError as problem:
            return self._failed(job, progress, problem)
        except Exception:  # noqa: BLE001  a mistake of ours ends this job, not the daemon
            where = self._keep_log(job, traceback.format_exc())
            log.error("job broke id=%s request=%r log=%r", job.id, job.request, where)
            message = "Meta-Agent made a mistake on this request"
            error = ErrorReport(
                code=MetaAgentError.code,
                message=message,
                hint="the log has the details; 'meta-agent retry' tries again",
                stage=progress.stage,
                log=where or None,
            )
            return Outcome(state=JobState.FAILED, message=message, error=error)

    def _failed(self, job: Job, progress: _JobProgress, problem: MetaAgentError) -> Outcome:
        """What can mend itself is deferred, the rest has failed."""
        if problem.retryable and problem.code in get_args(DeferralReason):
            reason = cast(DeferralReason, problem.code)
            return Outcome(state=JobState.DEFERRED, message=str(problem), deferral=reason)
        where = self._keep_log(job, traceback.format_exc())
        error = ErrorReport(
            code=problem.code, message=problem.message, hint=problem.hint, stage=progress.stage, log=where or None
        )
        return Outcome(state=JobState.FAILED, message=problem.message, error=error)


class _JobProgress:
    """Implements ``core.outcome.Progress`` for one attempt."""

    def __init__(self, job: Job, store: Store, board: StatusBoard, clock: Clock, stop: threading.Event) -> None:
        self._job = job
        self._store = store
        self._board = board
        self._clock = clock
        self._stop = stop
        self.stages: tuple[StageReport, ...] = ()

    @property
    def stage(self) -> str | None:
        """The stage that runs or failed."""
        return next((s.name for s in self.stages if s.state in ("running", "failed")), None)

    def report(self, stages: tuple[StageReport, ...], message: str) -> None:
        """Keep the stages and show them."""
        self.stages = stages
        self._store.report(self._job.id, progress_report(stages, message), self._clock.now())
        self._board.restate(self._job.request)

    def is_cancelled(self) -> bool:
        """Whether the person, a newer revision or the end of the daemon asks to stop."""
        return self._stop.is_set() or self._asked()

    def stopped_by_daemon(self) -> bool:
        """Whether the daemon's end is the only reason to stop."""
        return self._stop.is_set() and not self._asked()

    def _asked(self) -> bool:
        newest = self._store.latest(self._job.request)
        return newest is None or newest.id != self._job.id or newest.cancel_requested
