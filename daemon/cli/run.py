"""``meta-agent run``: the daemon in the foreground."""

from __future__ import annotations

import argparse

from daemon.cli.inbox import folder, read
from daemon.cli.terminal import Terminal
from daemon.core.errors import UsageError


def configure(parser: argparse.ArgumentParser) -> None:
    """Arguments of the command."""
    parser.usage = "meta-agent run [--once] [--set NAME=VALUE]… [-C DIR]"
    parser.description = (
        "Watches inbox/ and works its requests off, one at a time. Ctrl-C or SIGTERM ends it within seconds;\n"
        "what was begun is taken up again at the next start."
    )
    parser.add_argument("--once", action="store_true", help="work off what is in the inbox, then end")
    parser.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help="a setting for this run, such as META_AGENT_PLANNER=rules; wins over environment and files",
    )


def run(given: argparse.Namespace, terminal: Terminal) -> int:
    """Blocks until the daemon ends; the exit code is the daemon's."""
    from daemon import service

    inbox = folder(terminal.root)
    settings = service.open_workspace(terminal.root, pairs(given.set, "--set"))
    if not given.once:
        terminal.note(f"watching {inbox} - Ctrl-C ends it")
    code = service.Daemon(settings).run(once=given.once)
    if given.once:
        _summary(terminal)
    return code


def pairs(written: list[str], option: str) -> dict[str, str]:
    """``NAME=VALUE`` texts as a mapping. Raises ``UsageError`` for one without ``=`` or given twice."""
    found: dict[str, str] = {}
    for text in written:
        name, equals, value = text.partition("=")
        if not equals or not name.strip():
            raise UsageError(f"{option} {text!r} is not NAME=VALUE")
        if name.strip() in found:
            raise UsageError(f"{option} {name.strip()} is given twice")
        found[name.strip()] = value
    return found


def _summary(terminal: Terminal) -> None:
    from daemon.cli.render.listing import requests_table, troubles

    listing = read(terminal.root)
    if listing.names:
        terminal.console.print(requests_table(listing, terminal.symbols, terminal.now(), terminal.console.width))
    for trouble in troubles(listing, terminal.symbols):
        terminal.console.print(trouble)
