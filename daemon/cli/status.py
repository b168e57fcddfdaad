"""``meta-agent status``: what the status files say. Reads them and nothing else."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from daemon.cli.follow import is_final
from daemon.cli.inbox import Document, Listing, daemon_state, read
from daemon.cli.render.symbols import one_line
from daemon.cli.terminal import Terminal
from daemon.core.errors import UsageError

if TYPE_CHECKING:
    from rich.console import RenderableType

LOOK_SECONDS = 0.5


def configure(parser: argparse.ArgumentParser) -> None:
    """Arguments of the command."""
    parser.usage = "meta-agent status [NAME] [--watch | --json] [-C DIR]"
    parser.description = "Shows all requests, or everything about one (dscr and dscr.md both do)."
    parser.add_argument("name", nargs="?", metavar="NAME", help="one request")
    form = parser.add_mutually_exclusive_group()
    form.add_argument("--watch", action="store_true", help="keep showing; ends with Ctrl-C, or when NAME has ended")
    form.add_argument("--json", action="store_true", help="the status documents as they are")


def run(given: argparse.Namespace, terminal: Terminal) -> int:
    """Always 0 when the inbox can be read."""
    listing = read(terminal.root)
    name = listing.resolve(given.name) if given.name else None
    if given.json:
        _print_json(terminal, listing, name)
    elif given.watch:
        _watch(terminal, name)
    else:
        terminal.console.print(_view(terminal, listing, name))
    return 0


def _print_json(terminal: Terminal, listing: Listing, name: str | None) -> None:
    for damaged in listing.damaged:
        terminal.note(f"meta-agent: {one_line(damaged)}")
    if name is None:
        terminal.write_json({"daemon": listing.daemon, "requests": list(listing.requests)})
    elif document := listing.document(name):
        terminal.write_json(document)
    else:
        raise UsageError(f"{name} has no status yet", hint=daemon_state(listing.daemon, terminal.now()).message)


def _view(terminal: Terminal, listing: Listing, name: str | None) -> RenderableType:
    from daemon.cli.render.listing import listing_view, waiting_view
    from daemon.cli.render.request import request_view

    now, symbols = terminal.now(), terminal.symbols
    daemon = daemon_state(listing.daemon, now)
    if name is None:
        return listing_view(listing, daemon, symbols, now, terminal.console.width)
    document = listing.document(name)
    if document is None:
        return waiting_view(name, daemon, symbols)
    if not is_final(document) and not daemon.is_running:
        return request_view(document, symbols, now, note=f"{daemon.message}; the request is taken up again then")
    return request_view(document, symbols, now)


def _watch(terminal: Terminal, name: str | None) -> None:
    if not terminal.out.isatty():
        _watch_lines(terminal, name)
        return
    from rich.live import Live

    with Live(console=terminal.console, auto_refresh=False, vertical_overflow="visible") as live:
        while True:
            listing = read(terminal.root)
            live.update(_view(terminal, listing, name), refresh=True)
            if _has_ended(listing, name):
                return
            terminal.pause(LOOK_SECONDS)


def _watch_lines(terminal: Terminal, name: str | None) -> None:
    told: dict[str, str] = {}
    while True:
        listing = read(terminal.root)
        for request in listing.requests:
            line = _line(request)
            if name in (None, request["request"]) and told.get(request["request"]) != line:
                told[request["request"]] = line
                terminal.write(line)
        if _has_ended(listing, name):
            return
        terminal.pause(LOOK_SECONDS)


def _line(request: Document) -> str:
    progress = f"{float(request.get('progress') or 0):.0%}"
    return one_line(f"{request['request']} {request.get('state')} {progress} {request.get('message')}")


def _has_ended(listing: Listing, name: str | None) -> bool:
    document = listing.document(name) if name else None
    return document is not None and is_final(document)
