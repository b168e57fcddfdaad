"""The read-only way to the database.

The URL comes from the environment, else from ``.env`` in the workspace; a relative SQLite path is relative to the
workspace. SQLite files are opened ``mode=ro``, PostgreSQL sessions are read-only with a statement time limit, so that
an agent cannot change a row whatever its SQL says.
"""

from __future__ import annotations

import os
from pathlib import Path
from urllib.parse import quote

from sqlalchemy import URL, Engine, create_engine, make_url
from sqlalchemy.exc import ArgumentError

from daemon.core.env_file import parse_env
from daemon.runtime.errors import DatabaseError

STATEMENT_TIMEOUT_MS = 300_000


def read_only_engine(workspace: Path, variable: str = "DATABASE_URL", url: str | None = None) -> Engine:
    """An engine that can only read.

    ``url`` wins over the environment ``variable``, which wins over ``workspace/.env``. Raises ``DatabaseError`` when
    none is set or it is no URL of SQLite or PostgreSQL.
    """
    text = url or os.environ.get(variable) or _from_env_file(workspace / ".env", variable)
    if not text:
        raise DatabaseError(
            f"{variable} is not set: put {variable}=… into the environment or into {workspace / '.env'}"
        )
    try:
        parsed = make_url(text)
    except ArgumentError:
        raise DatabaseError(
            f"{variable} is no database URL: it looks like sqlite:///file.db or postgresql://…"
        ) from None
    match parsed.get_backend_name():
        case "sqlite":
            return create_engine(_sqlite_url(parsed, workspace))
        case "postgresql":
            options = f"-c default_transaction_read_only=on -c statement_timeout={STATEMENT_TIMEOUT_MS}"
            return create_engine(parsed.set(drivername="postgresql+psycopg2"), connect_args={"options": options})
        case other:
            raise DatabaseError(f"{variable}: {other} is not supported, only SQLite and PostgreSQL")


def _sqlite_url(url: URL, workspace: Path) -> URL:
    if not url.database or url.database == ":memory:":
        raise DatabaseError("an SQLite database in memory is always empty: name a file")
    path = (workspace / url.database.removeprefix("file:")).resolve()
    return url.set(database=f"file:{quote(str(path))}", query={"mode": "ro", "uri": "true"})


def _from_env_file(path: Path, variable: str) -> str | None:
    return parse_env(path.read_text(encoding="utf-8")).get(variable) if path.is_file() else None
