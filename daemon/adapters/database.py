"""Opening the user's database. SQLAlchemy is loaded by the first call, not by the import."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from daemon.adapters.sql_database import SqlDatabase

STATEMENT_SECONDS = 60.0


def open_database(url: str, *, statement_seconds: float = STATEMENT_SECONDS) -> SqlDatabase:
    """The database of a URL, read-only; it is reached at the first question, not before.

    Raises ``ConfigError`` when the URL is none, or names another kind of database than SQLite and PostgreSQL.
    """
    from daemon.adapters.sql_database import SqlDatabase

    return SqlDatabase(url, statement_seconds)
