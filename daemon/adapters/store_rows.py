"""Steps inside a transaction of the job store: which row, and what becomes of it."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, and_, insert, select, update

from daemon.adapters.store_tables import job_of, jobs
from daemon.core.job import MAX_RESUMES, Job, JobState
from daemon.core.projection import error_report

WAITING = (JobState.QUEUED, JobState.DEFERRED)
TURN = (jobs.c.priority.desc(), jobs.c.number)
"""The order in which jobs are worked on."""
_REPLACEABLE = (*WAITING, JobState.NEEDS_ANSWER)


def first(connection: Connection, condition: ColumnElement[bool]) -> Row[Any] | None:
    """The row whose turn it is among those of a condition, locked until the transaction ends."""
    query = select(jobs).where(condition).order_by(*TURN).limit(1).with_for_update()
    return connection.execute(query).one_or_none()


def newest(connection: Connection, name: str) -> Row[Any] | None:
    """The newest revision of a request, locked until the transaction ends."""
    return first(connection, and_(jobs.c.request == name, jobs.c.latest))


def is_same(row: Row[Any], sha256: str) -> bool:
    """Whether a file of that content changes nothing. One that was taken away and comes back is new."""
    return bool(row.sha256 == sha256 and not row.withdrawn)


def new_revision(
    connection: Connection, previous: Row[Any] | None, values: Mapping[str, Any], now: datetime
) -> Row[Any]:
    """Insert the revision after ``previous``, which steps aside if it waits and is asked to stop if it runs."""
    ask_to_stop(connection, values["request"], now)
    if previous is not None:
        replaced = {"state": JobState.SUPERSEDED, "finished_at": now} if previous.state in _REPLACEABLE else {}
        change(connection, previous, now, latest=False, **replaced)
    row = insert(jobs).values(
        id=uuid.uuid4().hex,
        revision=previous.revision + 1 if previous is not None else 1,
        latest=True,
        created_at=now,
        updated_at=now,
        **values,
    )
    return connection.execute(row.returning(*jobs.c)).one()


def ask_to_stop(connection: Connection, name: str, now: datetime) -> None:
    """Mark the running revision of a request, if there is one."""
    running = and_(jobs.c.request == name, jobs.c.state == JobState.RUNNING)
    connection.execute(update(jobs).where(running).values(cancel_requested=True, updated_at=now))


def stopped(connection: Connection, row: Row[Any], now: datetime) -> Job:
    """End a job that somebody, or a newer revision, asked to stop."""
    state = JobState.CANCELLED if row.latest else JobState.SUPERSEDED
    return change(connection, row, now, state=state, retry_at=None, finished_at=now, report=None)


def recovered(connection: Connection, row: Row[Any], now: datetime) -> Job:
    """What becomes of a job under which the daemon died."""
    if row.cancel_requested:
        return stopped(connection, row, now)
    if row.attempts <= MAX_RESUMES:
        return change(connection, row, now, state=JobState.QUEUED, report=None)
    error = {
        "code": "crashed_repeatedly",
        "message": f"the daemon died {row.attempts} times while it worked on this request",
        "hint": "look into the log, then run 'meta-agent retry'",
    }
    return change(connection, row, now, state=JobState.FAILED, finished_at=now, report=error_report(error))


def change(connection: Connection, row: Row[Any], now: datetime, **values: Any) -> Job:
    """Update one row; returns it as it is then."""
    query = update(jobs).where(jobs.c.number == row.number).values(updated_at=now, **values)
    return job_of(connection.execute(query.returning(*jobs.c)).one())
