"""Which agents a workspace has published."""

from __future__ import annotations

from pathlib import Path

from daemon.core.errors import AgentError
from daemon.core.nearest import suggestion


def known_agents(root: Path) -> tuple[str, ...]:
    """Names of the published agents, sorted: modules and packages of ``src/agents``."""
    folder = root / "src" / "agents"
    if not folder.is_dir():
        return ()
    modules = {path.stem for path in folder.glob("*.py")}
    packages = {path.parent.name for path in folder.glob("*/__init__.py")}
    return tuple(sorted(name for name in modules | packages if not name.startswith("_")))


def callable_agents(root: Path) -> tuple[str, ...]:
    """Names of the agents that calculate figures, sorted: those that have a spec."""
    return tuple(sorted(path.stem for path in (root / "agent_specs").glob("*.toml")))


def checked_agent(name: str, known: tuple[str, ...]) -> str:
    """``name`` if it is one of ``known``; raises ``AgentError`` that offers the nearest ones."""
    if name in known:
        return name
    if not known:
        raise AgentError(f"no agent '{name}': none is published here yet", hint="submit a request first")
    raise AgentError(f"no agent '{name}'", hint=suggestion(name, known) or f"there are {', '.join(known)}")
