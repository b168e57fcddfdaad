"""The outside world of a workspace, one part at a time. What only some commands need is imported where it is built."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from daemon.adapters.clock import SystemClock
from daemon.adapters.settings import DATABASE_URL, load_settings
from daemon.core.config import Settings
from daemon.core.errors import ConfigError
from daemon.core.health import Check
from daemon.core.nearest import suggestion
from daemon.core.ports import AgentRunner, Database, Ports, Sandbox, Workspace

if TYPE_CHECKING:
    from daemon.adapters.sql_database import SqlDatabase
    from daemon.planning.library import FormulaLibrary
    from daemon.tools.registry import Tool


def open_workspace(root: Path, overrides: Mapping[str, str] | None = None) -> Settings:
    """The settings of a workspace with this process's environment. Raises ``ConfigError``."""
    return load_settings(root, os.environ, overrides)


def ports_for(settings: Settings, database_variable: str = DATABASE_URL) -> Ports:
    """The outside world of one request. Raises ``ConfigError`` when the variable holds no database URL."""
    return _ports(settings, _database(settings, database_variable), open_sandbox(settings))


@contextmanager
def ports_during(settings: Settings, database_variable: str, sandbox: Sandbox) -> Iterator[Ports]:
    """As ``ports_for``, with a sandbox that was chosen before; the database is let go at the end."""
    with closing(_database(settings, database_variable)) as database:
        yield _ports(settings, database, sandbox)


def open_sandbox(settings: Settings) -> Sandbox:
    """The best isolation that works here. Raises ``SandboxUnavailable``."""
    from daemon.adapters.sandbox import choose_sandbox

    scratch = Path(settings.state_dir) / "sandbox"
    scratch.mkdir(mode=0o700, parents=True, exist_ok=True)
    return choose_sandbox(settings.sandbox, scratch)


def agent_runner(settings: Settings) -> AgentRunner:
    """Calls published agents in a process of their own."""
    from daemon.adapters.agents import PythonAgentRunner

    urls = {name: url.get_secret_value() for name, url in settings.database_urls.items()}
    return PythonAgentRunner(Path(settings.workspace), urls, settings.timeout_seconds)


def rollback(settings: Settings, agent: str) -> tuple[str, ...]:
    """Bring back the previous version of an agent's files; returns their paths. Raises ``WorkspaceError``."""
    return _workspace(settings).rollback(agent)


def diagnose(root: Path) -> tuple[Check, ...]:
    """What ``doctor`` finds on this machine."""
    from daemon.adapters.diagnosis import diagnose as checks

    return checks(root, os.environ)


def formulas() -> FormulaLibrary:
    """The formula library."""
    from daemon.planning.library import load_library

    return load_library()


def tools() -> dict[str, Tool]:
    """The tools of the pipeline by name, in their order."""
    from daemon.tools.registry import TOOLS

    return TOOLS


def _database(settings: Settings, variable: str) -> SqlDatabase:
    from daemon.adapters.database import open_database

    url = settings.database_urls.get(variable)
    if url is None:
        known = suggestion(variable, settings.database_urls)
        raise ConfigError(
            f"{variable} holds no database URL",
            hint=known or f"write {variable}=… into .env or the environment and start the daemon again",
        )
    return open_database(url.get_secret_value())


def _ports(settings: Settings, database: Database, sandbox: Sandbox) -> Ports:
    from daemon.adapters.ruff import RuffFormatter

    return Ports(
        database=database,
        sandbox=sandbox,
        formatter=RuffFormatter(),
        workspace=_workspace(settings),
        agents=agent_runner(settings),
        clock=SystemClock(),
    )


def _workspace(settings: Settings) -> Workspace:
    from daemon.adapters.workspace import FolderWorkspace

    return FolderWorkspace(Path(settings.workspace), Path(settings.state_dir))
