"""Tool read_file: one text file of the workspace."""

from __future__ import annotations

from dataclasses import dataclass

from daemon.core.errors import WorkspaceError
from daemon.core.ports import Ports

NAME = "read_file"
DESCRIPTION = "Read a text file inside the workspace."


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadInput:
    """``path`` is relative to the workspace."""

    path: str


def run(given: ReadInput, ports: Ports) -> str | None:
    """The text, None where there is no file. Raises ``WorkspaceError`` for a path outside or a file that is no text."""
    content = ports.workspace.read(given.path)
    try:
        return None if content is None else content.decode("utf-8")
    except UnicodeDecodeError as error:
        raise WorkspaceError(f"{given.path} is not UTF-8 text", hint="only text files can be read") from error
