"""Builds everything and runs it: the only room that names concrete adapters."""

from daemon.service.daemon import Daemon
from daemon.service.jobs import JobControl, job_control
from daemon.service.outside import (
    agent_runner,
    diagnose,
    formulas,
    open_sandbox,
    open_workspace,
    ports_for,
    rollback,
    tools,
)

__all__ = [
    "Daemon",
    "JobControl",
    "agent_runner",
    "diagnose",
    "formulas",
    "job_control",
    "open_sandbox",
    "open_workspace",
    "ports_for",
    "rollback",
    "tools",
]
