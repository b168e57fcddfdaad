"""Opening the job store: connections that lose nothing, and transactions whose failures are ``StoreError``."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, insert, select, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import SQLAlchemyError

from daemon.adapters.store_tables import SCHEMA_VERSION, facts, metadata
from daemon.core.errors import StoreError

SQLITE_PREFIX = "sqlite:///"
BUSY_SECONDS = 10
_SCHEMA_LOCK = 7_305_114_021  # any number that nothing else in the same PostgreSQL database uses


class StoreEngine:
    """Connections of one store. ``owner`` names host and workspace: a server's store belongs to one of them."""

    def __init__(self, url: str, *, owner: str) -> None:
        try:
            self._engine = _sqlite(url) if url.startswith(SQLITE_PREFIX) else _server(url)
        except SQLAlchemyError as problem:
            raise _translated(problem) from problem
        self._reading = self._engine.execution_options(reading=True)
        try:
            with self.writing() as connection:
                _prepare(connection, owner)
        except BaseException:
            self.close()
            raise

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """One transaction that may write; on SQLite it holds the write lock from its first moment."""
        with _errors(), self._engine.begin() as connection:
            yield connection

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """One transaction that sees a single state of the store and waits for no writer."""
        with _errors(), self._reading.begin() as connection:
            yield connection

    def close(self) -> None:
        """Give back all connections."""
        self._engine.dispose()


@contextmanager
def _errors() -> Iterator[None]:
    try:
        yield
    except SQLAlchemyError as problem:
        raise _translated(problem) from problem


def _translated(problem: SQLAlchemyError) -> StoreError:
    """The driver's own words without statement, parameters or URL: those may hold request text or a password."""
    cause = getattr(problem, "orig", None) or problem
    words = str(cause).strip().partition("\n")[0] or type(cause).__name__
    hint = "check free disk space and, for a server, that it runs; accepted requests are safe"
    if getattr(cause, "sqlite_errorname", None) in {"SQLITE_NOTADB", "SQLITE_CORRUPT"}:
        hint = "move store.db out of the state folder: the requests in inbox/ are then taken as new ones"
    return StoreError(f"the job store failed: {words}", hint=hint)


def _sqlite(url: str) -> Engine:
    path = Path(url.removeprefix(SQLITE_PREFIX))
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        path.touch(mode=0o600)
    except OSError as problem:
        raise StoreError(
            f"the job store cannot be made: {problem}", hint="set META_AGENT_STATE_DIR to a folder you may write"
        ) from problem
    engine = create_engine(
        URL.create("sqlite", database=str(path)),
        connect_args={"timeout": BUSY_SECONDS, "isolation_level": None, "check_same_thread": False},
    )
    event.listen(engine, "connect", _configure_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _configure_sqlite(connection: Any, _record: object) -> None:
    # WAL with synchronous=NORMAL loses committed rows at a power cut; on a Mac only fullfsync reaches the disk
    mac = ("fullfsync=1", "checkpoint_fullfsync=1") if sys.platform == "darwin" else ()
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=1", *mac):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    # the driver's own BEGIN comes late and lets a read-then-write transaction fail instead of wait
    reading = connection.get_execution_options().get("reading", False)
    connection.exec_driver_sql("BEGIN" if reading else "BEGIN IMMEDIATE")


def _server(url: str) -> Engine:
    return create_engine(make_url(url), pool_pre_ping=True, pool_size=2, connect_args={"connect_timeout": 10})


def _prepare(connection: Connection, owner: str) -> None:
    """Create the tables where there are none; refuse a store of another version or another workspace."""
    server = connection.dialect.name != "sqlite"
    if server:
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _SCHEMA_LOCK})
    metadata.create_all(connection)
    known = {row.name: row.value for row in connection.execute(select(facts))}
    ours = {"schema_version": SCHEMA_VERSION} | ({"owner": owner} if server else {})
    for name, value in ours.items():
        if name not in known:
            connection.execute(insert(facts).values(name=name, value=value))
        elif known[name] != value:
            raise _refused(name, known[name], value)


def _refused(name: str, found: str, expected: str) -> StoreError:
    if name == "owner":
        return StoreError(
            f"the job store belongs to {found}, not to {expected}",
            hint="give every workspace a database or schema of its own in META_AGENT_STORE_URL",
        )
    return StoreError(
        f"the job store has version {found}, this program knows version {expected}",
        hint="use the program version that wrote it, or move the store away",
    )
