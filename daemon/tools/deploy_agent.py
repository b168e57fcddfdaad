"""Tool deploy_agent: all files of a request go live together, or none does."""

from __future__ import annotations

from dataclasses import dataclass

from daemon.core.build import GeneratedFile, Published
from daemon.core.ports import Ports

NAME = "deploy_agent"
DESCRIPTION = "Publish all files of a request at once; the previous version is kept."


@dataclass(frozen=True, slots=True, kw_only=True)
class DeployInput:
    """The exact files that were tested, and the request (``owner``) they belong to."""

    files: tuple[GeneratedFile, ...]
    owner: str


def run(given: DeployInput, ports: Ports) -> Published:
    """What went live. Raises ``WorkspaceError`` when a file belongs to somebody else or cannot be written."""
    return Published(outputs=ports.workspace.publish(given.files, owner=given.owner))
