"""All requests at a glance."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from daemon.cli.inbox import DaemonState, Document, Listing, parse_time
from daemon.cli.render.symbols import Symbols, command, one_line
from daemon.cli.render.words import age, bar, safe, state_text

WIDE = 100
MOST_ROWS = 200
"""A longer table takes seconds to draw and is read by nobody."""
_MOVING = frozenset({"running", "deferred"})


def listing_view(listing: Listing, daemon: DaemonState, symbols: Symbols, now: datetime, width: int) -> RenderableType:
    """The daemon's line, then one row per request; narrow terminals get the message under the name."""
    head = daemon_line(daemon, symbols)
    if not listing.names:
        return Group(head, Text('The inbox is empty: meta-agent submit "…" puts a request into it.', style="dim"))
    shown = _latest(listing)
    hidden = len(listing.names) - len(shown.names)
    rest = [Text(f"… and {hidden} more: status NAME shows one, --json all", style="dim")] if hidden else []
    return Group(head, Text(""), requests_table(shown, symbols, now, width), *rest, *troubles(listing, symbols))


def _latest(listing: Listing) -> Listing:
    """The requests something happened to last, in the order they had."""
    by_change = sorted(listing.requests, key=lambda document: str(document.get("updated_at")), reverse=True)
    kept = {str(document["request"]) for document in by_change[:MOST_ROWS]}
    return replace(
        listing,
        requests=tuple(document for document in listing.requests if document["request"] in kept),
        files={name: file for name, file in listing.files.items() if name in kept},
        unseen=listing.unseen[: MOST_ROWS - len(kept)],
    )


def requests_table(listing: Listing, symbols: Symbols, now: datetime, width: int) -> Table:
    """One row per request."""
    return _wide_table(listing, symbols, now) if width >= WIDE else _narrow_table(listing, symbols, now)


def waiting_view(name: str, daemon: DaemonState, symbols: Symbols) -> RenderableType:
    """A request nobody has looked at yet."""
    return Group(Text.assemble(safe(name, "bold"), "  ", _unseen(symbols)), daemon_line(daemon, symbols))


def troubles(listing: Listing, symbols: Symbols) -> list[Text]:
    """Status files that cannot be read."""
    return [safe(f"{symbols.warning} {one_line(trouble)}", "yellow") for trouble in listing.damaged]


def daemon_line(daemon: DaemonState, symbols: Symbols) -> Text:
    """Whether somebody works on the inbox."""
    if daemon.is_running:
        return safe(f"{symbols.running} {one_line(daemon.message)}", "green")
    return safe(f"{symbols.warning} {one_line(daemon.message)}", "yellow")


def _wide_table(listing: Listing, symbols: Symbols, now: datetime) -> Table:
    """With the columns of stage and progress only while something is under way."""
    moving = any(request.get("state") in _MOVING for request in listing.requests)
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="dim", pad_edge=False, expand=True)
    table.add_column("request", overflow="fold", ratio=3)
    table.add_column("state", no_wrap=True)
    if moving:
        table.add_column("stage", overflow="fold", ratio=3)
        table.add_column("progress", no_wrap=True)
    table.add_column("message", overflow="fold", ratio=6)
    table.add_column("age", no_wrap=True, justify="right")
    for request in listing.requests:
        table.add_row(
            safe(request["request"], "bold"),
            state_text(str(request.get("state")), symbols),
            *((_stage(request), _progress(request, 10, symbols)) if moving else ()),
            safe(message_of(request)),
            age(parse_time(request.get("updated_at")), now),
        )
    for name in listing.unseen:
        table.add_row(safe(name, "bold"), _unseen(symbols), *(("", "") if moving else ()), safe("not taken up yet"), "")
    return table


def _narrow_table(listing: Listing, symbols: Symbols, now: datetime) -> Table:
    table = Table.grid(padding=(0, 2, 0, 0), expand=True)
    table.add_column(overflow="fold", ratio=1)
    table.add_column(no_wrap=True)
    table.add_column(no_wrap=True, justify="right")
    for request in listing.requests:
        state = state_text(str(request.get("state")), symbols)
        progress = _progress(request, 7, symbols)
        about = Group(safe(request["request"], "bold"), Padding(safe(message_of(request), "dim"), (0, 0, 0, 2)))
        moment = age(parse_time(request.get("updated_at")), now)
        table.add_row(about, Group(state, progress) if progress else state, moment)
    for name in listing.unseen:
        table.add_row(safe(name, "bold"), _unseen(symbols), "")
    return table


def message_of(request: Document) -> str:
    """One line about a request; what happens next where the message does not say it."""
    message = one_line(str(request.get("message") or ""))
    if request.get("state") == "needs_answer":
        return f"{message}: {command('answer', str(request['request']))}"
    return message


def _stage(request: Document) -> Text:
    return safe(request.get("stage") or "" if request.get("state") in _MOVING else "")


def _progress(request: Document, cells: int, symbols: Symbols) -> Text:
    state, progress = request.get("state"), request.get("progress")
    if state in _MOVING and isinstance(progress, int | float):
        return bar(float(progress), cells, symbols)
    return Text("")


def _unseen(symbols: Symbols) -> Text:
    return safe(f"{symbols.waiting} dropped", "dim")
