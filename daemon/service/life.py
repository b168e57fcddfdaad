"""What the daemon does while it lives: watch the inbox, work, keep house, and say how it is."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator
from datetime import timedelta
from threading import Event
from typing import Literal

from daemon import __version__
from daemon.adapters.clock import SystemClock
from daemon.adapters.inbox import Inbox, Scan
from daemon.adapters.logs import RequestLogs, fields
from daemon.adapters.machine import memory, resident_bytes
from daemon.adapters.periodic import Heartbeat, Housekeeping
from daemon.adapters.store import SqlStore
from daemon.adapters.watcher import Watcher
from daemon.core.config import Settings
from daemon.core.errors import StoreError
from daemon.core.job import Job, JobState
from daemon.core.status import DaemonStatus
from daemon.service.jobs import inbox_of, open_board
from daemon.worker import Pipeline, Worker

log = logging.getLogger(__name__)

BEAT_SECONDS = 5.0
HOUR_SECONDS = 3600.0
BURST_SECONDS = 0.02
"""Pause before a look that an event asked for: one look answers a whole burst."""
LONGEST_SETTLING_SECONDS = 10.0
"""How long ``--once`` waits for files that keep changing."""
KEPT = timedelta(days=30)
"""How long older revisions and logs of requests are kept."""

Phase = Literal["starting", "running", "stopping", "stopped"]


class Life:
    """The parts of a running daemon and what connects them."""

    def __init__(self, settings: Settings, store: SqlStore, pipeline: Pipeline, logs: RequestLogs) -> None:
        self._settings = settings
        self._store = store
        self._logs = logs
        self._clock = SystemClock()
        self._inbox_folder = inbox_of(settings)
        self._board = open_board(settings, store)
        settle = settings.inbox.settle_seconds
        self._inbox = Inbox(self._inbox_folder, store, self._board, self._clock, settle)
        self._wake = Event()
        self._ending = Event()
        self._watcher = Watcher(self._inbox_folder, self._wake.set)
        self._heartbeat = Heartbeat(self.beat, BEAT_SECONDS)
        self._housekeeping = Housekeeping()
        self._started_at = self._clock.now()
        self._phase: Phase = "starting"
        self._scan = Scan()
        self.worker = Worker(store, self._board, self._clock, pipeline, logs.write)

    def begin(self) -> None:
        """Watch first, so that nothing slips through before the first look; then take up what was left."""
        self._watcher.check()
        for job in self._store.recover(self._clock.now()):
            log.info("job recovered %s", fields(id=job.id, name=job.request, state=job.state, attempts=job.attempts))
        self._board.restate_all()
        self._phase = "running"
        log.info("started %s", fields(version=__version__, pid=os.getpid(), watch=self._watcher.how))
        self._heartbeat.start()
        self._housekeeping.start({self.keep_house: HOUR_SECONDS})

    def watch(self) -> None:
        """Look at the inbox until the end: after an event, when a file may be complete, and every few seconds."""
        while not self._ending.is_set():
            self._watcher.check()
            scan = self._look()
            if scan.accepted:
                self.worker.wake.set()
            rescan = self._settings.inbox.rescan_seconds
            if self._wake.wait(rescan if scan.next_look_in is None else min(rescan, scan.next_look_in)):
                self._ending.wait(BURST_SECONDS)
                self._wake.clear()

    def work_off(self) -> int:
        """Take what lies in the inbox and work until nothing is left that can be worked on; returns the exit code."""
        rejected = list(self._settled())
        ended: dict[str, Job] = {}
        while not self._ending.is_set() and (job := self.worker.run_next()):
            ended[job.request] = job
        states = {job.state for job in ended.values()}
        if rejected or states - {JobState.SUCCEEDED, JobState.NEEDS_ANSWER}:
            return 1
        return 3 if JobState.NEEDS_ANSWER in states else 0

    def ask_to_end(self, reason: str) -> None:
        """Begin no further job and ask the running one to stop at its next stage."""
        log.info("ending %s", fields(reason=reason, job=self.worker.current))
        self._phase = "stopping"
        self._ending.set()
        self.worker.stop.set()
        self.worker.wake.set()
        self._wake.set()
        self.beat()

    def end(self) -> None:
        """Close everything and say so."""
        self._housekeeping.stop()
        self._watcher.stop()
        self._heartbeat.stop()
        self._phase = "stopped"
        self.beat()
        log.info("stopped")

    def beat(self) -> None:
        """Write the daemon's own status."""
        self._board.write_daemon(self._status())

    def keep_house(self) -> None:
        """Delete what nobody needs any more."""
        before = self._clock.now() - KEPT
        rows, files = self._store.prune(before), self._logs.prune(before)
        log.info("housekeeping %s", fields(revisions=rows, logs=files))

    def _look(self) -> Scan:
        self._scan = self._inbox.scan()
        self._board.restate_waiting()
        return self._scan

    def _settled(self) -> Iterator[str]:
        """Look until no file is settling any more; the names of files that are no requests."""
        patience = self._clock.monotonic() + LONGEST_SETTLING_SECONDS + self._settings.inbox.settle_seconds
        while True:
            scan = self._look()
            yield from scan.rejected
            if scan.next_look_in is None or self._clock.monotonic() > patience:
                return
            if self._ending.wait(scan.next_look_in):
                return

    def _status(self) -> DaemonStatus:
        problems = [problem for problem in (self.worker.problem, self._board.problem) if problem]
        counts: dict[str, int] = {}
        try:
            counts = self._store.counts()
        except StoreError as problem:
            problems.append(str(problem))
        machine = memory()
        return DaemonStatus(
            state="degraded" if problems and self._phase == "running" else self._phase,
            message=problems[0] if problems else self._message(),
            pid=os.getpid(),
            version=__version__,
            started_at=self._started_at,
            heartbeat_at=self._clock.now(),
            workspace=str(self._settings.workspace),
            current=self.worker.current,
            queued=counts.get(JobState.QUEUED, 0),
            deferred=counts.get(JobState.DEFERRED, 0),
            counts=counts,
            watch=self._watcher.how,
            short_names=dict(self._board.short_names),
            memory={
                "rss_bytes": resident_bytes(),
                "available_bytes": machine.available,
                "total_bytes": machine.total,
            },
            warnings=(*problems[1:], *self._scan.warnings),
        )

    def _message(self) -> str:
        if self._phase != "running":
            return self._phase
        return f"working on {self.worker.current}" if self.worker.current else "waiting for requests"
