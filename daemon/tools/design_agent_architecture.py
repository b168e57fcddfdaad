"""Decide which agents are built and what they are called."""

from __future__ import annotations

from dataclasses import dataclass

from daemon.core.build import Analysis, Architecture
from daemon.core.ports import Ports
from daemon.core.request import Request
from daemon.core.spec import AgentSpec
from daemon.planning.naming import architecture

NAME = "design_agent_architecture"
DESCRIPTION = "Decide which agents and components are built and what they are called."


@dataclass(frozen=True, slots=True, kw_only=True)
class DesignInput:
    """A request, what was understood of it, and the specs already in the workspace."""

    request: Request
    analysis: Analysis
    existing: tuple[AgentSpec, ...]


def run(given: DesignInput, ports: Ports) -> Architecture:
    """The agents' names. Raises ``RequestInvalid`` when the request wishes for a name that is not free."""
    return architecture(given.request, given.existing)
