"""Settings, resolved. ``adapters.settings`` reads them; everybody else is handed the part that concerns them."""

from __future__ import annotations

from pathlib import PurePath
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, SecretStr

from daemon.core.request import Planner

HOUR_SECONDS = 3600
DAY_SECONDS = 24 * HOUR_SECONDS


class SettingsPart(BaseModel):
    """Base of every part: frozen, unknown keys are errors."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class LlmSettings(SettingsPart):
    """The model server."""

    base_url: str = "http://localhost:1234/v1"
    model_name: str = ""
    """Empty: the model that is loaded."""
    api_key: SecretStr = SecretStr("lm-studio")
    temperature: float = Field(default=0.1, ge=0, le=2)
    max_tokens: int = Field(default=4096, ge=1, le=10**7)
    context_length: int = Field(default=8192, ge=512, le=10**7)


class SandboxSettings(SettingsPart):
    """Limits of isolated runs."""

    backend: Literal["auto", "docker", "bubblewrap", "landlock", "seatbelt", "process"] = "auto"
    timeout_seconds: float = Field(default=30, gt=0, le=DAY_SECONDS)
    memory_bytes: int = Field(default=512 * 1024**2, ge=64 * 1024**2, le=1024**4)
    cpus: float = Field(default=1.0, gt=0, le=1024)


class InboxSettings(SettingsPart):
    """When a file counts as complete and how often the folder is looked at."""

    settle_seconds: float = Field(default=0.5, ge=0, le=HOUR_SECONDS)
    rescan_seconds: float = Field(default=5.0, gt=0, le=HOUR_SECONDS)


class Settings(SettingsPart):
    """All settings of one workspace."""

    workspace: PurePath
    state_dir: PurePath
    """Store, private copies, lock, previous versions."""
    store_url: SecretStr
    """Where jobs are kept; SQLite in ``state_dir`` by default."""
    database_urls: dict[str, SecretStr]
    """Database URLs by the name of their environment variable; ``DATABASE_URL`` first of all."""
    planner: Planner = "auto"
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    max_retries: int = Field(default=3, ge=0, le=100)
    timeout_seconds: float = Field(default=300, gt=0, le=DAY_SECONDS)
    """Budget of one request."""
    llm: LlmSettings = LlmSettings()
    sandbox: SandboxSettings = SandboxSettings()
    inbox: InboxSettings = InboxSettings()
