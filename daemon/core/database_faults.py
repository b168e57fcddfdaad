"""Whose fault an error of a database is: the statement's, or the file's, the server's or the connection's."""

from __future__ import annotations

_SQLITE_AWAY = tuple(
    f"SQLITE_{name}"
    for name in ("BUSY", "LOCKED", "CANTOPEN", "CORRUPT", "NOTADB", "IOERR", "PERM", "PROTOCOL", "NOMEM")
)
_POSTGRES_AWAY = ("08", "53", "57P", "58")
"""Classes of SQLSTATE: connection, resources, shutting down, the server's own disk."""


def is_statement_fault(error: object, *, connection_lost: bool) -> bool:
    """Whether another statement would have worked: ``error`` is the driver's (sqlite3 or psycopg2).

    What names neither an SQLite error nor an SQLSTATE came before any statement.
    """
    sqlite_name = getattr(error, "sqlite_errorname", None)
    if sqlite_name is not None:
        return not sqlite_name.startswith(_SQLITE_AWAY)
    state = getattr(error, "pgcode", None) or ""
    return not connection_lost and state != "" and not state.startswith(_POSTGRES_AWAY)
