"""``meta-agent cancel``: stop a request."""

from __future__ import annotations

import argparse

from daemon.cli.inbox import read
from daemon.cli.render.symbols import command
from daemon.cli.terminal import Terminal
from daemon.core.errors import UsageError
from daemon.core.job import JobState


def configure(parser: argparse.ArgumentParser) -> None:
    """Arguments of the command."""
    parser.usage = "meta-agent cancel NAME [-C DIR]"
    parser.description = "Takes a waiting request out of the queue; a running one stops before its next step."
    parser.add_argument("name", metavar="NAME", help="the request")


def run(given: argparse.Namespace, terminal: Terminal) -> int:
    """0 when it is cancelled or asked to stop. Raises ``UsageError`` when there is nothing to cancel."""
    from daemon import service

    name = read(terminal.root).resolve(given.name)
    with service.job_control(service.open_workspace(terminal.root)) as jobs:
        job = jobs.cancel(name)
    if job is None:
        raise UsageError(f"{name} is not waiting or running", hint=f"see {command('status', name)}")
    terminal.note(f"{name} stops before its next step" if job.state is JobState.RUNNING else f"{name} is cancelled")
    return 0
