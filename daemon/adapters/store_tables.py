"""The tables of the job store, the same on SQLite and PostgreSQL, and their rows as core values.

``jobs`` holds one row per revision of a request; ``copies`` the private copy of its file, written in the transaction
that accepts it, so that there is no moment with a row and no content, or content and no row. (Copies in files of
their own would need two more syncs and a clean-up of orphans.) They are a table apart because a job's row is
rewritten at every step and its content never.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    Boolean,
    Column,
    Dialect,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Row,
    String,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
    text,
)

from daemon.core.job import Job, JobState

SCHEMA_VERSION = "1"

metadata = MetaData()


class FileName(TypeDecorator[str]):
    """A file name that need not be Unicode, escaped to ASCII: no database takes the surrogates Python uses."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        """Escape."""
        return None if value is None else json.dumps(value)[1:-1]

    def process_result_value(self, value: Any, dialect: Dialect) -> str | None:
        """Unescape."""
        return None if value is None else json.loads(f'"{value}"')


class Utc(TypeDecorator[datetime]):
    """A time as text of fixed width, which sorts as the times do. SQLite has no type that keeps the zone."""

    impl = String(27)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> str | None:
        """To ``2026-01-31T08:00:00.000000Z``."""
        return None if value is None else value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        """To an aware time."""
        return None if value is None else datetime.fromisoformat(value)


class Document(TypeDecorator[dict[str, Any]]):
    """JSON as ASCII text: request names and model output may hold what a JSON column refuses."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: dict[str, Any] | None, dialect: Dialect) -> str | None:
        """Dump."""
        return None if value is None else json.dumps(value)

    def process_result_value(self, value: Any, dialect: Dialect) -> dict[str, Any] | None:
        """Load."""
        return None if value is None else json.loads(value)


jobs = Table(
    "jobs",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("id", String(32), nullable=False, unique=True),
    Column("request", FileName, nullable=False),
    Column("revision", Integer, nullable=False),
    Column("sha256", String(64), nullable=False, index=True),
    Column("state", String(16), nullable=False),
    Column("latest", Boolean, nullable=False),
    Column("withdrawn", Boolean, nullable=False, default=False),
    Column("priority", Integer, nullable=False),
    Column("attempts", Integer, nullable=False, default=0),
    Column("cancel_requested", Boolean, nullable=False, default=False),
    Column("created_at", Utc, nullable=False),
    Column("updated_at", Utc, nullable=False),
    Column("started_at", Utc),
    Column("finished_at", Utc),
    Column("retry_at", Utc),
    Column("report", Document),
    UniqueConstraint("request", "revision"),
)
_RUNNING = text("state = 'running'")
Index("jobs_one_running", jobs.c.state, unique=True, sqlite_where=_RUNNING, postgresql_where=_RUNNING)
Index("jobs_by_turn", jobs.c.state, jobs.c.priority, jobs.c.number)

copies = Table(
    "copies",
    metadata,
    Column("job", Integer, ForeignKey("jobs.number", ondelete="CASCADE"), primary_key=True),
    Column("content", LargeBinary, nullable=False),
)

facts = Table(
    "store_facts",
    metadata,
    Column("name", String(32), primary_key=True),
    Column("value", FileName, nullable=False),
)
"""What the store says of itself: its ``schema_version`` and, on a server, its ``owner``."""


def job_of(row: Row[Any]) -> Job:
    """A row of ``jobs`` as a core value."""
    return Job(
        id=row.id,
        request=row.request,
        sha256=row.sha256,
        revision=row.revision,
        state=JobState(row.state),
        priority=row.priority,
        created_at=row.created_at,
        updated_at=row.updated_at,
        started_at=row.started_at,
        finished_at=row.finished_at,
        attempts=row.attempts,
        cancel_requested=row.cancel_requested,
        retry_at=row.retry_at,
        report=row.report,
    )
