"""The error tree: our own failures. Problems of a request or of generated code are findings, not errors.

MetaAgentError
├─ UsageError              2   the command line or a value on it is wrong
├─ ConfigError             2   a setting is unknown or has no valid value
├─ RequestInvalid          4   a file in the inbox is no request
├─ DatabaseUnavailable     5   the database cannot be reached or read
├─ SandboxUnavailable      6   no isolation backend works here
├─ LlmUnavailable          7   no model server answers
├─ StoreError              8   the job store cannot be read or written
├─ WorkspaceError          9   a file of the workspace cannot be read or written
├─ AgentError             10   a published agent could not be loaded or called
├─ QueryFailed            11   the database refused a statement, or it took too long
└─ AlreadyRunning         75   another daemon holds this workspace

Exit codes 0 (done), 1 (request failed or refused) and 3 (an answer is needed) are outcomes, not errors.
"""

from __future__ import annotations

from typing import ClassVar


class MetaAgentError(Exception):
    """Meta-Agent could not do its work.

    ``hint`` says what the person can do about it; ``code`` is the stable name in status files.
    """

    exit_code: ClassVar[int] = 1
    code: ClassVar[str] = "internal_error"
    retryable: ClassVar[bool] = False

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.message} ({self.hint})" if self.hint else self.message


class UsageError(MetaAgentError):
    """The command line is wrong."""

    exit_code = 2
    code = "usage"


class ConfigError(MetaAgentError):
    """A setting is unknown or has no valid value."""

    exit_code = 2
    code = "configuration"


class RequestInvalid(MetaAgentError):
    """A file in the inbox is no request."""

    exit_code = 4
    code = "invalid_request"


class DatabaseUnavailable(MetaAgentError):
    """The database cannot be reached or read."""

    exit_code = 5
    code = "database_unavailable"
    retryable = True


class SandboxUnavailable(MetaAgentError):
    """No isolation backend works here."""

    exit_code = 6
    code = "sandbox_unavailable"
    retryable = True


class LlmUnavailable(MetaAgentError):
    """No model server answers."""

    exit_code = 7
    code = "llm_unavailable"
    retryable = True


class StoreError(MetaAgentError):
    """The job store cannot be read or written."""

    exit_code = 8
    code = "store"


class WorkspaceError(MetaAgentError):
    """A file of the workspace cannot be read or written."""

    exit_code = 9
    code = "workspace"


class AgentError(MetaAgentError):
    """A published agent could not be loaded or called."""

    exit_code = 10
    code = "agent"


class QueryFailed(MetaAgentError):
    """The database refused a statement, or it took too long."""

    exit_code = 11
    code = "query_failed"


class AlreadyRunning(MetaAgentError):
    """Another daemon holds this workspace."""

    exit_code = 75
    code = "already_running"
