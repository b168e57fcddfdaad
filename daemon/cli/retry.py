"""``meta-agent retry``: work on a finished or deferred request again."""

from __future__ import annotations

import argparse

from daemon.cli.follow import exit_code
from daemon.cli.inbox import read
from daemon.cli.render.symbols import command
from daemon.cli.submit import show_to_the_end, warn_without_daemon
from daemon.cli.terminal import Terminal
from daemon.core.errors import UsageError


def configure(parser: argparse.ArgumentParser) -> None:
    """Arguments of the command."""
    parser.usage = "meta-agent retry NAME [--follow] [-C DIR]"
    parser.description = (
        "Queues a request again that failed, was refused or cancelled, is deferred, or has ended otherwise."
    )
    parser.add_argument("name", metavar="NAME", help="the request")
    parser.add_argument("--follow", action="store_true", help="show the progress until the request ends")


def run(given: argparse.Namespace, terminal: Terminal) -> int:
    """0 when it is queued; with ``--follow`` the code says how it ended. Raises ``UsageError`` when it cannot be."""
    from daemon import service

    name = read(terminal.root).resolve(given.name)
    with service.job_control(service.open_workspace(terminal.root)) as jobs:
        job = jobs.retry(name)
    if job is None:
        raise UsageError(
            f"{name} waits for its turn already, or is being worked on", hint=f"see {command('status', name)}"
        )
    terminal.note(f"{name} is in the queue again")
    if given.follow:
        return exit_code(show_to_the_end(terminal, name))
    warn_without_daemon(terminal)
    return 0
