"""Fakes of the ports, one class each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, NoReturn

from daemon.core.build import GeneratedFile
from daemon.core.errors import AgentError, DatabaseUnavailable, MetaAgentError, SandboxUnavailable, WorkspaceError
from daemon.core.ports import AgentRunner, SandboxCommand, SandboxResult
from daemon.core.schema import ColumnProfile, ColumnRef, Schema, TableRef
from daemon.core.status import Backend, OutputFile, StageReport


class FakeClock:
    """Implements ``Clock``; time passes only by ``advance``."""

    def __init__(self) -> None:
        self._now = datetime(2026, 1, 31, 8, 0, tzinfo=UTC)
        self._monotonic = 100.0

    def now(self) -> datetime:
        return self._now

    def monotonic(self) -> float:
        return self._monotonic

    def advance(self, seconds: float) -> None:
        self._now += timedelta(seconds=seconds)
        self._monotonic += seconds


class RecordingBoard:
    """Implements ``StatusBoard``; keeps the names it was asked to write."""

    def __init__(self) -> None:
        self.restated: list[str] = []

    def settling(self, name: str) -> None:
        self.restated.append(name)

    def restate(self, name: str) -> None:
        self.restated.append(name)

    def restate_waiting(self) -> None:
        """Nothing to keep."""

    def forget(self, name: str) -> None:
        self.restated.remove(name)


class RecordingProgress:
    """Implements ``Progress``; keeps every report, and asks to stop once ``cancel_after`` stages are done."""

    def __init__(self, cancel_after: int | None = None) -> None:
        self.reports: list[tuple[tuple[StageReport, ...], str]] = []
        self._cancel_after = cancel_after

    def report(self, stages: tuple[StageReport, ...], message: str) -> None:
        self.reports.append((stages, message))

    def is_cancelled(self) -> bool:
        done = sum(stage.state == "done" for stage in self.reports[-1][0]) if self.reports else 0
        return self._cancel_after is not None and done >= self._cancel_after


class MemoryWorkspace:
    """Implements ``Workspace`` without a disk; publications can be made to fail."""

    def __init__(self, files: Mapping[str, bytes] | None = None) -> None:
        self.files = dict(files or {})
        self.withdrawn: list[str] = []
        self.refusal: WorkspaceError | None = None

    def read(self, path: str) -> bytes | None:
        return self.files.get(path)

    def write(self, path: str, content: bytes) -> None:
        self.files[path] = content

    def make_directory(self, path: str) -> None:
        """Nothing to make."""

    def list_files(self, folder: str, suffix: str) -> tuple[str, ...]:
        inside = (path.removeprefix(f"{folder}/") for path in self.files if path.startswith(f"{folder}/"))
        return tuple(sorted(name for name in inside if "/" not in name and name.endswith(suffix)))

    def publish(self, files: Sequence[GeneratedFile], *, owner: str) -> tuple[OutputFile, ...]:
        if self.refusal:
            raise self.refusal
        self.files |= {file.path: file.content for file in files}
        return tuple(
            OutputFile(kind=file.kind, path=file.path, sha256=file.sha256) for file in files if file.kind != "support"
        )

    def rollback(self, agent: str) -> tuple[str, ...]:
        raise WorkspaceError(f"{agent} has no previous version")

    def withdraw(self, owner: str) -> tuple[str, ...]:
        self.withdrawn.append(owner)
        return ()


class UnreachableDatabase:
    """Implements ``Database``; nobody is there."""

    dialect = "postgresql"

    def _away(self) -> NoReturn:
        raise DatabaseUnavailable("the PostgreSQL database 'x' does not answer", hint="start it")

    def schema(self) -> Schema:
        self._away()

    def profile(self, column: ColumnRef) -> ColumnProfile:
        self._away()

    def row_count(self, table: TableRef) -> int:
        self._away()

    def is_unique(self, table: TableRef, columns: Sequence[str]) -> bool:
        self._away()

    def values(self, column: ColumnRef, limit: int) -> tuple[str, ...]:
        self._away()

    def query(self, sql: str, parameters: Mapping[str, Any] | None = None) -> list[tuple[Any, ...]]:
        self._away()


class UnavailableSandbox:
    """Implements ``Sandbox``; nothing can isolate here."""

    backend: Backend = "docker"

    def run(self, command: SandboxCommand) -> SandboxResult:
        raise SandboxUnavailable("Docker does not answer", hint="start Docker")


class FailingAgents:
    """Implements ``AgentRunner``; what ``wrapped`` answers, except that published agents fail.

    With ``rehearsals`` those before fail too.
    """

    def __init__(self, wrapped: AgentRunner, error: MetaAgentError | None = None, *, rehearsals: bool = False) -> None:
        self._wrapped = wrapped
        self._error = error or AgentError("calc_agent failed: its column is gone")
        self._rehearsals = rehearsals

    def call(self, agent: str, arguments: Sequence[str]) -> str:
        raise self._error

    def rehearse(self, files: Sequence[GeneratedFile], agent: str, arguments: Sequence[str]) -> str:
        if self._rehearsals:
            raise self._error
        return self._wrapped.rehearse(files, agent, arguments)
