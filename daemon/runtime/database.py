"""The read-only way to the database.

The URL comes from the environment, else from ``.env`` in the workspace; a relative SQLite path is relative to the
workspace. SQLite files are opened ``mode=ro``, PostgreSQL sessions are read-only with a statement time limit, so that
an agent cannot change a row whatever its SQL says.
"""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path

from sqlalchemy import URL, Engine, create_engine, event, make_url
from sqlalchemy.engine import ExceptionContext
from sqlalchemy.exc import ArgumentError, DataError, NotSupportedError, ProgrammingError
from sqlalchemy.pool import NullPool

from daemon.core.database_faults import is_statement_fault
from daemon.core.env_file import parse_env
from daemon.runtime.errors import DatabaseError, DatabaseUnreachable, RuntimeAgentError

STATEMENT_TIMEOUT_MS = 300_000


def read_only_engine(workspace: Path, variable: str = "DATABASE_URL", url: str | None = None) -> Engine:
    """An engine that can only read, and whose failures are ``DatabaseError``.

    ``url`` wins over the environment ``variable``, which wins over ``workspace/.env``. Raises ``DatabaseError`` when
    none is set or it is no URL of SQLite or PostgreSQL.
    """
    text = url or os.environ.get(variable) or _from_env_file(workspace / ".env", variable)
    if not text:
        raise DatabaseError(
            f"{variable} is not set: put {variable}=… into the environment or into {workspace / '.env'}"
        )
    engine = _engine(_parsed(text, variable), workspace, variable)
    event.listen(engine, "handle_error", _raise_in_words)
    return engine


def _parsed(text: str, variable: str) -> URL:
    try:
        return make_url(text)
    except (ArgumentError, ValueError):
        raise DatabaseError(
            f"{variable} is no database URL: it looks like sqlite:///file.db or postgresql://…"
        ) from None


def _engine(url: URL, workspace: Path, variable: str) -> Engine:
    match url.drivername.partition("+")[0]:
        case "sqlite":
            return _sqlite(_file(url, workspace, variable))
        case "postgresql" | "postgres":
            options = f"-c default_transaction_read_only=on -c statement_timeout={STATEMENT_TIMEOUT_MS}"
            given = url.query.get("options", "")
            arguments = {"options": f"{given} {options}".strip()}
            return create_engine(url.set(drivername="postgresql+psycopg2"), connect_args=arguments)
        case other:
            raise DatabaseError(f"{variable}: {other} is not supported, only SQLite and PostgreSQL")


def _file(url: URL, workspace: Path, variable: str) -> Path:
    if not url.database or url.database == ":memory:" or url.database.startswith("file:"):
        raise DatabaseError(f"{variable} names no SQLite file: it looks like sqlite:///file.db")
    return (workspace / url.database).resolve()


def _sqlite(file: Path) -> Engine:
    def connect() -> sqlite3.Connection:
        if not file.is_file():
            raise DatabaseUnreachable(f"there is no SQLite database {file}: check the path in the database URL")
        connection = sqlite3.connect(f"{file.as_uri()}?mode=ro", uri=True, check_same_thread=False)
        connection.execute("PRAGMA query_only = ON")
        connection.set_authorizer(_authorize)
        connection.text_factory = lambda raw: raw.decode("utf-8", "replace")
        return connection

    # No pool: no handle stays open, and a file that is replaced by a newer one is read from the new one.
    return create_engine("sqlite+pysqlite://", creator=connect, poolclass=NullPool)


def _authorize(action: int, _name: str | None, value: str | None, *_: str | None) -> int:
    """ATTACH would create a file even here, and a setting could be changed back."""
    attaches = action in {sqlite3.SQLITE_ATTACH, sqlite3.SQLITE_DETACH}
    sets = action == sqlite3.SQLITE_PRAGMA and value is not None
    return sqlite3.SQLITE_DENY if attaches or sets else sqlite3.SQLITE_OK


def _raise_in_words(context: ExceptionContext) -> None:
    """One line instead of the library's, which repeats the statement and its parameters."""
    if isinstance(context.original_exception, RuntimeAgentError):
        raise context.original_exception
    # PostgreSQL repeats the statement below its message.
    said = getattr(getattr(context.original_exception, "diag", None), "message_primary", None)
    reason = " ".join((said or str(context.original_exception)).split())
    password = context.engine.url.password if context.engine else None
    shown = reason.replace(str(password), "***") if password else reason
    error = DatabaseError if _is_statement_fault(context) else DatabaseUnreachable
    raise error(f"the database cannot be read: {shown}") from context.original_exception


def _is_statement_fault(context: ExceptionContext) -> bool:
    wrapped = context.sqlalchemy_exception
    # None: the driver could not even hand the parameters over
    if wrapped is None or isinstance(wrapped, ProgrammingError | DataError | NotSupportedError):
        return True
    return is_statement_fault(context.original_exception, connection_lost=context.is_disconnect)


def _from_env_file(path: Path, variable: str) -> str | None:
    try:
        return parse_env(path.read_text(encoding="utf-8-sig")).get(variable) if path.is_file() else None
    except (OSError, ValueError) as problem:
        raise DatabaseError(f"{path} cannot be read: {problem}") from problem
