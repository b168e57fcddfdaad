"""The job store on SQLAlchemy Core: implements ``core.ports.Store``, the truth about every accepted request.

Every method is one transaction and safe beside another process that does the same. One host only: one running job at
a time is a unique index, and who may run is decided by the daemon's lock file.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Select, and_, delete, exists, func, insert, or_, select, update

from daemon.adapters import store_rows as rows
from daemon.adapters.store_engine import StoreEngine
from daemon.adapters.store_rows import TURN, WAITING
from daemon.adapters.store_tables import copies, job_of, jobs
from daemon.core.errors import StoreError
from daemon.core.job import ALLOWED, Job, JobState
from daemon.core.projection import error_report

_DEFAULT_PRIORITY = 5


def open_store(url: str, *, owner: str) -> SqlStore:
    """The store of a URL, with its tables. ``owner`` names host and workspace.

    Raises ``StoreError`` when it cannot be opened, or when it is another workspace's.
    """
    return SqlStore(StoreEngine(url, owner=owner))


class SqlStore:
    """Jobs in SQLite or PostgreSQL. Every method raises ``StoreError`` when the database fails."""

    def __init__(self, engine: StoreEngine) -> None:
        self._engine = engine

    def close(self) -> None:
        """Give back all connections."""
        self._engine.close()

    def accept(self, name: str, sha256: str, priority: int, content: bytes, now: datetime) -> Job:
        """The job of this content under this name; see ``core.ports.Store.accept``."""
        with self._engine.writing() as connection:
            previous = rows.newest(connection, name)
            if previous is not None and rows.is_same(previous, sha256):
                return job_of(previous)
            row = {"request": name, "sha256": sha256, "state": JobState.QUEUED, "priority": priority}
            job = rows.new_revision(connection, previous, row, now)
            connection.execute(insert(copies).values(job=job.number, content=content))
            return job_of(job)

    def reject(self, name: str, sha256: str, reason: Mapping[str, str], now: datetime) -> Job:
        """Record a file that is no request, once per content. ``reason`` has the fields of ``ErrorReport``."""
        with self._engine.writing() as connection:
            previous = rows.newest(connection, name)
            if previous is not None and rows.is_same(previous, sha256):
                return job_of(previous)
            row = {"request": name, "sha256": sha256, "state": JobState.INVALID, "priority": _DEFAULT_PRIORITY}
            job = rows.new_revision(connection, previous, row, now)
            return rows.change(connection, job, now, report=error_report(reason), finished_at=now)

    def content(self, job_id: str) -> bytes:
        """The private copy of the accepted file."""
        query = select(copies.c.content).join(jobs).where(jobs.c.id == job_id)
        with self._engine.reading() as connection:
            found = connection.execute(query).scalar_one_or_none()
        if found is None:
            raise StoreError(f"job {job_id} has no copy of its request", hint="drop the request again")
        return bytes(found)

    def claim(self, now: datetime) -> Job | None:
        """Take the next runnable job; None when there is none, or when one is running."""
        due = and_(jobs.c.state.in_(WAITING), or_(jobs.c.retry_at.is_(None), jobs.c.retry_at <= now))
        with self._engine.writing() as connection:
            if connection.execute(select(exists().where(jobs.c.state == JobState.RUNNING))).scalar():
                return None
            row = rows.first(connection, due)
            if row is None:
                return None
            return rows.change(
                connection,
                row,
                now,
                state=JobState.RUNNING,
                attempts=row.attempts + 1,
                started_at=row.started_at or now,
                retry_at=None,
            )

    def finish(
        self, job_id: str, state: JobState, report: Mapping[str, Any], now: datetime, retry_at: datetime | None = None
    ) -> Job:
        """Record how an attempt ended. What should wait again, but was cancelled meanwhile, is cancelled."""
        with self._engine.writing() as connection:
            row = rows.first(connection, jobs.c.id == job_id)
            if row is None or row.state != JobState.RUNNING or state not in ALLOWED[JobState.RUNNING]:
                raise StoreError(f"job {job_id} cannot become {state}: it is not running")
            if state in WAITING and row.cancel_requested:
                return rows.stopped(connection, row, now)
            return rows.change(
                connection,
                row,
                now,
                state=state,
                report=dict(report),
                attempts=0,
                retry_at=retry_at,
                finished_at=now if state.is_final else None,
            )

    def report(self, job_id: str, report: Mapping[str, Any], now: datetime) -> None:
        """Keep the current status document of a running job; of any other job it is ignored."""
        running = and_(jobs.c.id == job_id, jobs.c.state == JobState.RUNNING)
        with self._engine.writing() as connection:
            connection.execute(update(jobs).where(running).values(report=dict(report), updated_at=now))

    def recover(self, now: datetime) -> tuple[Job, ...]:
        """At start: a job left ``running`` by a dead daemon waits again, or fails after too many attempts.

        Deferred jobs are due at once: what they wait for was perhaps mended, and the daemon started for it.
        """
        with self._engine.writing() as connection:
            deferred = jobs.c.state == JobState.DEFERRED
            connection.execute(update(jobs).where(deferred).values(retry_at=None))
            left = connection.execute(select(jobs).where(jobs.c.state == JobState.RUNNING)).all()
            return tuple(rows.recovered(connection, row, now) for row in left)

    def withdraw(self, name: str, now: datetime) -> Job | None:
        """Cancel a waiting request whose file is gone; None when nothing waits under that name."""
        with self._engine.writing() as connection:
            row = rows.newest(connection, name)
            if row is None or row.state not in WAITING:
                return None
            report = {"message": "cancelled: its file was removed from the inbox"}
            return rows.change(
                connection, row, now, state=JobState.CANCELLED, withdrawn=True, finished_at=now, report=report
            )

    def request_cancel(self, name: str, now: datetime) -> Job | None:
        """Cancel a waiting job at once, ask a running one to stop; None when there is nothing to cancel."""
        with self._engine.writing() as connection:
            rows.ask_to_stop(connection, name, now)
            row = rows.newest(connection, name)
            if row is None:
                return None
            if row.state in WAITING:
                return rows.stopped(connection, row, now)
            return job_of(row) if row.state == JobState.RUNNING else None

    def retry(self, name: str, now: datetime) -> Job | None:
        """Queue the latest revision again; None when it is unknown, no request, queued or running."""
        with self._engine.writing() as connection:
            row = rows.newest(connection, name)
            if row is None or row.state in (JobState.INVALID, JobState.QUEUED, JobState.RUNNING):
                return None
            return rows.change(
                connection,
                row,
                now,
                state=JobState.QUEUED,
                withdrawn=False,
                cancel_requested=False,
                attempts=0,
                started_at=None,
                finished_at=None,
                retry_at=None,
                report=None,
            )

    def latest(self, name: str) -> Job | None:
        """The newest revision of a request."""
        with self._engine.reading() as connection:
            row = connection.execute(select(jobs).where(jobs.c.request == name, jobs.c.latest)).one_or_none()
        return job_of(row) if row else None

    def twins(self, name: str, sha256: str, limit: int) -> tuple[str, ...]:
        """The first other request names whose newest revision has the same content, oldest first."""
        query = select(jobs.c.request).where(
            jobs.c.sha256 == sha256, jobs.c.request != name, jobs.c.latest, jobs.c.state != JobState.INVALID
        )
        with self._engine.reading() as connection:
            return tuple(connection.execute(query.order_by(jobs.c.number).limit(limit)).scalars())

    def all_latest(self) -> tuple[Job, ...]:
        """The newest revision of every request, oldest first."""
        return self._jobs(select(jobs).where(jobs.c.latest).order_by(jobs.c.number))

    def waiting(self, limit: int) -> tuple[Job, ...]:
        """The first queued and deferred jobs in the order in which they would be claimed."""
        return self._jobs(select(jobs).where(jobs.c.state.in_(WAITING)).order_by(*TURN).limit(limit))

    def ahead(self, job: Job) -> int:
        """How many jobs come before this waiting one, the running one included."""
        number = select(jobs.c.number).where(jobs.c.id == job.id).scalar_subquery()
        earlier = or_(jobs.c.priority > job.priority, and_(jobs.c.priority == job.priority, jobs.c.number < number))
        before = or_(jobs.c.state == JobState.RUNNING, and_(jobs.c.state.in_(WAITING), earlier))
        with self._engine.reading() as connection:
            return int(connection.execute(select(func.count()).select_from(jobs).where(before)).scalar_one())

    def counts(self) -> dict[str, int]:
        """How many requests are in each state, by their newest revision."""
        query = select(jobs.c.state, func.count().label("number")).where(jobs.c.latest).group_by(jobs.c.state)
        with self._engine.reading() as connection:
            return {row.state: row.number for row in connection.execute(query.order_by(jobs.c.state))}

    def prune(self, before: datetime) -> int:
        """Delete older revisions that ended before that time; returns how many. The newest is always kept."""
        past = and_(~jobs.c.latest, jobs.c.finished_at < before)
        with self._engine.writing() as connection:
            connection.execute(delete(copies).where(copies.c.job.in_(select(jobs.c.number).where(past))))
            return connection.execute(delete(jobs).where(past)).rowcount

    def _jobs(self, query: Select[Any]) -> tuple[Job, ...]:
        with self._engine.reading() as connection:
            return tuple(job_of(row) for row in connection.execute(query))
