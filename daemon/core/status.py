"""The status documents people and scripts poll (schema version 1). A projection of the store; never the truth."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from daemon.core.job import JobState

DeferralReason = Literal["memory", "llm_unavailable", "sandbox_unavailable", "database_unavailable", "disk_full"]
Backend = Literal["docker", "bubblewrap", "landlock", "seatbelt", "process"]


class StatusPart(BaseModel):
    """Base of every part: frozen, unknown keys are errors."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Deferral(StatusPart):
    """Why a job waits, with the numbers, and when it is looked at again."""

    reason: DeferralReason
    available_bytes: int | None = None
    required_bytes: int | None = None
    next_check_at: datetime


class Question(StatusPart):
    """Something only the person can decide. ``default`` is the option taken on an empty answer."""

    id: str
    text: str
    options: tuple[str, ...]
    default: str


class StageReport(StatusPart):
    """One step of the pipeline: how it went and what it cost."""

    name: str
    state: Literal["pending", "running", "done", "failed", "skipped"]
    seconds: float = 0.0
    llm_calls: int = 0
    prompt_tokens: int = 0
    completion_tokens: int = 0
    detail: str = ""


class OutputFile(StatusPart):
    """A published file, relative to the workspace."""

    kind: Literal["agent", "test", "doc", "spec"]
    path: str
    sha256: str


class TestCounts(StatusPart):
    """What the compiled tests did, counted from outside."""

    __test__ = False  # not a test class, whatever pytest thinks of the name

    passed: int = 0
    failed: int = 0
    mutants: int = 0
    mutants_killed: int = 0


class SandboxUse(StatusPart):
    """Which isolation ran the tests."""

    backend: Backend


class LlmUse(StatusPart):
    """What the model did for this job; with planner ``rules`` it was not asked."""

    planner: Literal["rules", "llm"] = "rules"
    server: str | None = None
    model: str | None = None
    calls: int = 0
    cached_calls: int = 0
    prompt_tokens: int = 0
    completion_tokens: int = 0
    seconds: float = 0.0


class Provenance(StatusPart):
    """What the agents were compiled from and by what."""

    spec_sha256: str
    schema_fingerprint: str
    compiler_version: str


class ErrorReport(StatusPart):
    """Why a job ended without agents."""

    code: str
    message: str
    hint: str = ""
    stage: str | None = None
    log: str | None = None


class RequestStatus(StatusPart):
    """``inbox/FILE.status.json``."""

    schema_version: Literal[1] = 1
    request: str
    request_sha256: str | None = None
    job_id: str | None = None
    revision: int = 0
    state: JobState
    stage: str | None = None
    progress: float = Field(default=0.0, ge=0.0, le=1.0)
    message: str
    queue_position: int | None = None
    created_at: datetime | None = None
    updated_at: datetime
    started_at: datetime | None = None
    finished_at: datetime | None = None
    eta_seconds: float | None = None
    deferral: Deferral | None = None
    questions: tuple[Question, ...] = ()
    warnings: tuple[str, ...] = ()
    assumptions: tuple[str, ...] = ()
    understanding: str | None = None
    stages: tuple[StageReport, ...] = ()
    outputs: tuple[OutputFile, ...] = ()
    tests: TestCounts | None = None
    sandbox: SandboxUse | None = None
    llm: LlmUse | None = None
    provenance: Provenance | None = None
    error: ErrorReport | None = None


class AgentHealth(StatusPart):
    """How a published agent is doing."""

    agent: str
    state: Literal["healthy", "degraded"]
    checked_at: datetime
    detail: str = ""


class DaemonStatus(StatusPart):
    """``inbox/daemon.status.json``: the heartbeat, every 5 s; stale after 30 s."""

    schema_version: Literal[1] = 1
    state: Literal["starting", "running", "standby", "degraded", "stopping", "stopped"]
    message: str
    pid: int
    version: str
    started_at: datetime
    heartbeat_at: datetime
    workspace: str
    current: str | None = None
    """File name of the request being worked on."""
    queued: int = 0
    deferred: int = 0
    counts: dict[str, int] = Field(default_factory=dict)
    """Requests by state."""
    watch: str = ""
    """How the inbox is watched: ``events and rescan`` or ``rescan only`` with the reason."""
    short_names: dict[str, str] = Field(default_factory=dict)
    """Status file name by request name, where the name was too long."""
    memory: dict[str, int | float | str | None] = Field(default_factory=dict)
    agents: tuple[AgentHealth, ...] = ()
    warnings: tuple[str, ...] = ()
