"""Status files beside the requests: read the store, write JSON, replace atomically.

Reading and replacing happen under one lock that other processes take too (``meta-agent cancel``), so a file never goes
back to an older state. A write that fails is reported through ``problem`` and does not stop the work.
"""

from __future__ import annotations

import contextlib
import json
import logging
import os
import threading
from datetime import datetime
from pathlib import Path

from pydantic import BaseModel

from daemon.adapters.lock import short_lock
from daemon.adapters.logs import fields
from daemon.core.errors import MetaAgentError
from daemon.core.inbox_names import DAEMON_STATUS, STATUS_SUFFIX, status_name
from daemon.core.job import Job, JobState
from daemon.core.ports import Clock, Store
from daemon.core.projection import TWINS_NAMED, project, settling
from daemon.core.status import DaemonStatus, RequestStatus

log = logging.getLogger(__name__)

_TEMPORARY = ".status-"
POSITIONS_KEPT = 100
"""How many waiting requests are told each change of their place; those behind learn it when they come nearer."""
SHORT_QUEUE = 20
PAUSE_SECONDS = 1.0


class StatusFiles:
    """Implements ``core.ports.StatusBoard`` in ``inbox``."""

    def __init__(self, inbox: Path, lock: Path, store: Store, clock: Clock) -> None:
        self._inbox = inbox
        self._lock = lock
        self._store = store
        self._clock = clock
        self._shown: dict[str, int] = {}
        self._told_at = 0.0
        self._unwritten: set[str] = set()
        self.problem = ""
        """Why the last write failed; empty when it did not."""
        self.short_names: dict[str, str] = {}
        """Status file by request, where the full name would be too long."""

    def settling(self, name: str) -> None:
        """Say that a new file is still being written."""
        self._write(name, settling(name, self._clock.now()))

    def restate(self, name: str) -> None:
        """Write what the store says of the newest revision."""
        try:
            with short_lock(self._lock):
                job = self._store.latest(name)
                if job is not None:
                    self._project(job, self._store.ahead(job) if job.is_waiting else None)
        except MetaAgentError as problem:
            self._failed(name, problem)

    def restate_waiting(self) -> None:
        """Write anew the waiting requests whose place in the queue changed, and what could not be written before.

        A long queue is written once a second at most: every job that ends moves all the others.
        """
        now = self._clock.monotonic()
        if len(self._shown) > SHORT_QUEUE and now - self._told_at < PAUSE_SECONDS:
            return
        try:
            running = self._store.counts().get(JobState.RUNNING, 0)
            waiting = self._store.waiting(POSITIONS_KEPT)
        except MetaAgentError as problem:
            self._failed("", problem)
            return
        moved = [job for ahead, job in enumerate(waiting, start=running) if self._shown.get(job.id) != ahead]
        for name in dict.fromkeys((*(job.request for job in moved), *self._unwritten)):
            self.restate(name)
        self._shown = {job.id: self._shown[job.id] for job in waiting if job.id in self._shown}
        self._told_at = now

    def restate_all(self) -> None:
        """At start: every file that is not what the store says. What the person removed with its request stays away."""
        for path in self._inbox.glob(f"{_TEMPORARY}*"):
            path.unlink(missing_ok=True)
        jobs = self._store.all_latest()
        for job in jobs:
            if not self._is_current(job):
                self.restate(job.request)
        self._forget_unfinished({self._path(job.request) for job in jobs})

    def forget(self, name: str) -> None:
        """Remove the status of a file that went away before it was accepted."""
        with contextlib.suppress(OSError):
            self._path(name).unlink(missing_ok=True)

    def _forget_unfinished(self, known: set[Path]) -> None:
        """Remove the status of files that were not complete when the last daemon ended, and are gone."""
        for path in self._inbox.glob(f"*{STATUS_SUFFIX}"):
            shown = None if path in known else _document(path)
            if shown is not None and shown.get("state") == JobState.SETTLING:
                name = str(shown.get("request"))
                if self._path(name) == path and not os.path.lexists(self._inbox / name):
                    self.forget(name)

    def write_daemon(self, status: DaemonStatus) -> None:
        """Replace the daemon's own status file."""
        self._replace(self._inbox / DAEMON_STATUS, status)

    def _project(self, job: Job, ahead: int | None) -> None:
        if ahead is not None:
            self._shown[job.id] = ahead
        twins = self._store.twins(job.request, job.sha256, TWINS_NAMED + 1)
        self._write(job.request, project(job, ahead=ahead, twins=twins))

    def _is_current(self, job: Job) -> bool:
        try:
            shown = json.loads(self._path(job.request).read_bytes())
            written = datetime.fromisoformat(shown["updated_at"])
            return bool(shown["job_id"] == job.id and written == job.updated_at and not job.is_waiting)
        except FileNotFoundError:
            return job.state.is_final and not os.path.lexists(self._inbox / job.request)
        except (OSError, ValueError, TypeError, KeyError, RecursionError):
            return False

    def _path(self, name: str) -> Path:
        short = status_name(name)
        if short != name + STATUS_SUFFIX:
            self.short_names[name] = short
        return self._inbox / short

    def _write(self, name: str, status: RequestStatus) -> None:
        self._replace(self._path(name), status, name)

    def _replace(self, path: Path, status: BaseModel, name: str = "") -> None:
        text = json.dumps(status.model_dump(mode="json"), indent=1) + "\n"
        temporary = self._inbox / f"{_TEMPORARY}{os.getpid()}-{threading.get_ident()}.tmp"
        try:
            temporary.write_text(text, encoding="ascii")
            temporary.replace(path)
        except OSError as problem:
            with contextlib.suppress(OSError):
                temporary.unlink(missing_ok=True)
            self._failed(name, problem)
        else:
            self._unwritten.discard(name)
            self.problem = "" if not self._unwritten else self.problem

    def _failed(self, name: str, problem: Exception) -> None:
        if name:
            self._unwritten.add(name)
        self.problem = f"the status of {name or 'the daemon'} could not be written: {problem}"
        log.warning("status not written %s", fields(name=name, reason=problem))


def _document(path: Path) -> dict[str, object] | None:
    """The JSON object in a file; None when there is none."""
    try:
        value = json.loads(path.read_bytes())
    except (OSError, ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None
