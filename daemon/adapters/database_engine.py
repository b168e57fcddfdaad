"""Engines that can only read: SQLite files and PostgreSQL servers, from the URL a person writes."""

from __future__ import annotations

import sqlite3
import time
from pathlib import Path

from sqlalchemy import URL, Engine, create_engine, make_url
from sqlalchemy.exc import ArgumentError, DataError, DBAPIError, NotSupportedError, ProgrammingError
from sqlalchemy.pool import NullPool

from daemon.core.database_faults import is_statement_fault
from daemon.core.errors import ConfigError, DatabaseUnavailable

CONNECT_SECONDS = 10
_URL_HINT = "write sqlite:///path/to/file.db or postgresql://user@host/name"
_ESCAPES = "in a password write % as %25, @ as %40, / as %2F, # as %23, a space as %20"
_CATALOG_PRAGMAS = frozenset({"table_xinfo", "foreign_key_list", "index_list", "index_info"})


def read_url(url: str) -> URL:
    """The URL with the driver this project uses. Raises ``ConfigError``, which never repeats the URL."""
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError):
        raise ConfigError("the database URL cannot be read", hint=f"{_URL_HINT}; {_ESCAPES}") from None
    engine = parsed.drivername.partition("+")[0]
    if engine in {"postgresql", "postgres"}:
        if "@" in (parsed.host or ""):
            raise ConfigError("the database URL has an '@' too many", hint="write an @ of the password as %40")
        return parsed.set(drivername="postgresql+psycopg2")
    if engine != "sqlite":
        raise ConfigError(f"databases of type '{engine}' are not supported", hint=_URL_HINT)
    if not parsed.database or parsed.database == ":memory:" or parsed.database.startswith("file:"):
        raise ConfigError("the SQLite URL names no file", hint=_URL_HINT)
    return parsed.set(drivername="sqlite+pysqlite")


def place(url: URL) -> str:
    """The database in words for messages: never with user, password or options."""
    if url.get_backend_name() == "sqlite":
        return f"the SQLite database {url.database}"
    host = url.host or url.query.get("host") or "localhost"
    port = f":{url.port}" if url.port else ""
    return f"the PostgreSQL database '{url.database}' at {host}{port}"


def read_only_engine(url: URL, statement_seconds: float) -> Engine:
    """An engine whose connections refuse everything but reading and give up a statement after that time."""
    if url.get_backend_name() == "sqlite":
        return _sqlite_engine(Path(url.database or ""), statement_seconds)
    return _postgres_engine(url, statement_seconds)


def reason(problem: DBAPIError, secret: object) -> str:
    """What the engine said, in one line, without statement, parameters and password."""
    words = " ".join(str(problem.orig).split())
    return words.replace(str(secret), "***") if secret else words


def is_statement_error(problem: DBAPIError) -> bool:
    """Whether the statement was at fault (or too slow) rather than the connection, the file or the server."""
    if isinstance(problem, ProgrammingError | DataError | NotSupportedError):
        return True
    return is_statement_fault(problem.orig, connection_lost=problem.connection_invalidated)


def _sqlite_engine(file: Path, statement_seconds: float) -> Engine:
    def connect() -> sqlite3.Connection:
        if not file.is_file():
            raise DatabaseUnavailable(
                f"the SQLite database {file} does not exist", hint="check the path in the database URL"
            )
        location = f"{file.absolute().as_uri()}?mode=ro"
        connection = sqlite3.connect(location, uri=True, timeout=CONNECT_SECONDS, check_same_thread=False)
        connection.execute("PRAGMA query_only = ON")
        connection.execute("PRAGMA trusted_schema = OFF")
        connection.text_factory = lambda raw: raw.decode("utf-8", "replace")
        connection.set_authorizer(_authorize)
        deadline = time.monotonic() + statement_seconds
        connection.set_progress_handler(lambda: time.monotonic() > deadline, 100_000)
        return connection

    # No pool: a file that is replaced by a newer one must be read from the new one.
    return create_engine("sqlite+pysqlite://", creator=connect, poolclass=NullPool)


def _authorize(action: int, name: str | None, value: str | None, *_: str | None) -> int:
    """SQLite asks this while it prepares a statement.

    Writing is refused already by ``mode=ro`` and ``query_only``; left are ATTACH (and VACUUM INTO, which attaches),
    because they create files even so, and changes of settings.
    """
    attaches = action in {sqlite3.SQLITE_ATTACH, sqlite3.SQLITE_DETACH}
    sets = action == sqlite3.SQLITE_PRAGMA and value is not None and name not in _CATALOG_PRAGMAS
    return sqlite3.SQLITE_DENY if attaches or sets else sqlite3.SQLITE_OK


def _postgres_engine(url: URL, statement_seconds: float) -> Engine:
    given = url.query.get("options", "")
    milliseconds = round(statement_seconds * 1000)
    options = f"{given} -c default_transaction_read_only=on -c statement_timeout={milliseconds}"
    return create_engine(
        url,
        pool_size=1,
        pool_pre_ping=True,
        connect_args={"application_name": "meta-agent", "connect_timeout": CONNECT_SECONDS, "options": options},
    )
