"""What a published agent raises. Every message says what was asked, and what would do."""

from __future__ import annotations

from collections.abc import Iterable


class RuntimeAgentError(Exception):
    """Base of all errors of published agents."""


class UnknownKey(RuntimeAgentError, LookupError):
    """No row has that key."""

    def __init__(self, entity: str, **key: object) -> None:
        wanted = ", ".join(f"{name}={value!r}" for name, value in key.items())
        super().__init__(f"no {entity} with {wanted}")


class UnknownMode(RuntimeAgentError, ValueError):
    """The agent has no such mode."""

    def __init__(self, mode: str, known: Iterable[str]) -> None:
        super().__init__(f"unknown mode {mode!r}: this agent knows {', '.join(known)}")


class DataError(RuntimeAgentError, ValueError):
    """A row of the database holds something its column should not, such as text where a number belongs."""


class DatabaseError(RuntimeAgentError):
    """The database cannot be read, or its URL is not set. The message never holds a password."""


class DatabaseUnreachable(DatabaseError):
    """The file or the server is away or busy: the same call may work later."""
