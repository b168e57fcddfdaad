"""Tool write_file: one text file of the workspace, replaced at once."""

from __future__ import annotations

from dataclasses import dataclass

from daemon.core.ports import Ports

NAME = "write_file"
DESCRIPTION = "Write a text file inside the workspace, atomically."


@dataclass(frozen=True, slots=True, kw_only=True)
class WriteInput:
    """``path`` is relative to the workspace; ``text`` is written as UTF-8."""

    path: str
    text: str


def run(given: WriteInput, ports: Ports) -> str:
    """The path written. Raises ``WorkspaceError`` for a path outside, or of a file that belongs to the person."""
    ports.workspace.write(given.path, given.text.encode("utf-8"))
    return given.path
