"""Tool create_directory: a folder of the workspace."""

from __future__ import annotations

from dataclasses import dataclass

from daemon.core.ports import Ports

NAME = "create_directory"
DESCRIPTION = "Create a folder inside the workspace, with its parents."


@dataclass(frozen=True, slots=True, kw_only=True)
class DirectoryInput:
    """``path`` is relative to the workspace."""

    path: str


def run(given: DirectoryInput, ports: Ports) -> str:
    """The path; a folder that exists is fine. Raises ``WorkspaceError`` for a path outside."""
    ports.workspace.make_directory(given.path)
    return given.path
