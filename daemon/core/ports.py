"""Ports: what the inner rooms may ask of the outside world. Adapters implement them; ``service`` wires them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from daemon.core.build import GeneratedFile
from daemon.core.findings import Finding
from daemon.core.job import Job, JobState
from daemon.core.schema import ColumnProfile, ColumnRef, Schema, TableRef
from daemon.core.status import Backend, OutputFile


class Clock(Protocol):
    """Time. UTC for people, monotonic seconds for measuring."""

    def now(self) -> datetime:
        """The current time, UTC, timezone-aware."""
        ...

    def monotonic(self) -> float:
        """Seconds that never jump; only differences mean something."""
        ...


class Database(Protocol):
    """The user's database, read-only. Every method raises ``DatabaseUnavailable`` when it cannot be read."""

    @property
    def dialect(self) -> str:
        """``sqlite`` or ``postgresql``."""
        ...

    def schema(self) -> Schema:
        """All tables and views outside the engine's own schemas."""
        ...

    def profile(self, column: ColumnRef) -> ColumnProfile:
        """Measure one column."""
        ...

    def row_count(self, table: TableRef) -> int:
        """Number of rows."""
        ...

    def is_unique(self, table: TableRef, columns: Sequence[str]) -> bool:
        """Whether no two rows share their values of ``columns`` and none of these is NULL."""
        ...

    def values(self, column: ColumnRef, limit: int) -> tuple[str, ...]:
        """Up to ``limit`` distinct values as text, most frequent first; a longer list is cut."""
        ...

    def query(self, sql: str, parameters: Mapping[str, Any] | None = None) -> list[tuple[Any, ...]]:
        """Rows of one SELECT in the dialect's SQL; anything but reading is refused by the connection."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class SandboxCommand:
    """A Python command line (without the interpreter) over files laid out as in the workspace.

    ``files`` are read-only for the command, its working directory holds them. ``environment`` is all it gets.
    """

    arguments: tuple[str, ...]
    files: Mapping[str, bytes]
    environment: Mapping[str, str]
    timeout_seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class SandboxResult:
    """How a command ended. Output is cut at a limit; ``exit_code`` is None when it was killed."""

    exit_code: int | None
    stdout: str
    stderr: str
    seconds: float
    timed_out: bool
    backend: Backend


class Sandbox(Protocol):
    """Isolation for code that was not written by a person here."""

    @property
    def backend(self) -> Backend:
        """Which isolation runs commands now."""
        ...

    def run(self, command: SandboxCommand) -> SandboxResult:
        """Run to the end or the time limit. Raises ``SandboxUnavailable`` when nothing can isolate."""
        ...


class Formatter(Protocol):
    """The Python formatter and linter."""

    def format(self, source: str) -> str:
        """``source`` as the formatter writes it."""
        ...

    def lint(self, source: str, path: str) -> tuple[Finding, ...]:
        """Security findings of the linter's rules, suppression comments ignored."""
        ...


class Workspace(Protocol):
    """The user's folder. Paths are relative to it, with forward slashes, and never leave it."""

    def read(self, path: str) -> bytes | None:
        """Content of a file, None where there is none."""
        ...

    def write(self, path: str, content: bytes) -> None:
        """Replace one file atomically."""
        ...

    def make_directory(self, path: str) -> None:
        """Create a folder and its parents; one that exists is fine."""
        ...

    def list_files(self, folder: str, suffix: str) -> tuple[str, ...]:
        """Names of the files of a folder with that ending, sorted; empty where there is no folder."""
        ...

    def publish(self, files: Sequence[GeneratedFile], *, owner: str) -> tuple[OutputFile, ...]:
        """All files or none, by rename; what they replace is kept as the previous version of ``owner``.

        Raises ``WorkspaceError`` when a path belongs to somebody else: another request, or a person.
        """
        ...

    def rollback(self, agent: str) -> tuple[str, ...]:
        """Bring back the previous version of the agent's files; returns their paths.

        Raises ``WorkspaceError`` when there is none.
        """
        ...

    def withdraw(self, owner: str) -> tuple[str, ...]:
        """Take the last publication of ``owner`` back; nothing is left of a first one. Returns the paths."""
        ...


class AgentRunner(Protocol):
    """Calls a published agent as the person would: a process of its own, on the live database, with a time limit."""

    def call(self, agent: str, arguments: Sequence[str]) -> str:
        """What ``meta-agent call AGENT ARGUMENTS --json`` prints.

        Raises ``AgentError`` with the agent's own words when it cannot be loaded, fails or takes too long, and
        ``DatabaseUnavailable`` when the database is away.
        """
        ...

    def rehearse(self, files: Sequence[GeneratedFile], agent: str, arguments: Sequence[str]) -> str:
        """The same for an agent that is not published yet: ``files`` are laid out in a folder of their own."""
        ...


class Store(Protocol):
    """Jobs: the truth about what was accepted and how far it got. Every call is one transaction."""

    def accept(self, name: str, sha256: str, priority: int, content: bytes, now: datetime) -> Job:
        """The job of this content under this name: an existing one when nothing changed, else a new revision.

        A new revision supersedes a queued older one and asks a running one to stop.
        """
        ...

    def reject(self, name: str, sha256: str, reason: Mapping[str, str], now: datetime) -> Job:
        """Record a file that is no request, once per content."""
        ...

    def content(self, job_id: str) -> bytes:
        """The private copy of the accepted file."""
        ...

    def claim(self, now: datetime) -> Job | None:
        """Take the next runnable job: highest priority, then oldest; it is ``running`` from now on."""
        ...

    def finish(
        self, job_id: str, state: JobState, report: Mapping[str, Any], now: datetime, retry_at: datetime | None = None
    ) -> Job:
        """Record how an attempt ended: a final state, or ``deferred`` / ``queued`` with ``retry_at``."""
        ...

    def report(self, job_id: str, report: Mapping[str, Any], now: datetime) -> None:
        """Keep the current status document of a running job."""
        ...

    def recover(self, now: datetime) -> tuple[Job, ...]:
        """At start: jobs left ``running`` by a dead daemon are queued again, or failed after their attempts.

        Deferred jobs are due at once.
        """
        ...

    def withdraw(self, name: str, now: datetime) -> Job | None:
        """The file of a waiting request is gone: cancel it. The same content dropped again is a new revision.

        None when nothing waits under that name.
        """
        ...

    def request_cancel(self, name: str, now: datetime) -> Job | None:
        """Cancel a waiting job at once, ask a running one to stop; None when there is nothing to cancel."""
        ...

    def retry(self, name: str, now: datetime) -> Job | None:
        """Queue the latest revision again; None when it is unknown, no request, queued or running."""
        ...

    def latest(self, name: str) -> Job | None:
        """The newest revision of a request."""
        ...

    def twins(self, name: str, sha256: str, limit: int) -> tuple[str, ...]:
        """Other request names with the same content, oldest first, at most ``limit``."""
        ...

    def all_latest(self) -> tuple[Job, ...]:
        """The newest revision of every request, oldest first."""
        ...

    def waiting(self, limit: int) -> tuple[Job, ...]:
        """The first queued and deferred jobs in the order in which they would be claimed."""
        ...

    def ahead(self, job: Job) -> int:
        """How many jobs come before this waiting one, the running one included."""
        ...

    def counts(self) -> dict[str, int]:
        """How many requests are in each state, by their newest revision."""
        ...


class StatusBoard(Protocol):
    """The status files beside the requests. Writing one never raises: a full disk must not stop the work."""

    def settling(self, name: str) -> None:
        """Say that a new file is still being written."""
        ...

    def restate(self, name: str) -> None:
        """Write what the store says of the newest revision."""
        ...

    def restate_waiting(self) -> None:
        """Write anew those waiting requests whose place in the queue changed."""
        ...

    def forget(self, name: str) -> None:
        """Remove the status of a file that went away before it was accepted."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Ports:
    """Everything a tool may ask of the outside world."""

    database: Database
    sandbox: Sandbox
    formatter: Formatter
    workspace: Workspace
    agents: AgentRunner
    clock: Clock
