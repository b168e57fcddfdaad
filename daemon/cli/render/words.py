"""Small pieces every view uses: safe text, durations, states, bars."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from daemon.cli.render.symbols import Symbols, printable

_STATES = {
    "settling": ("waiting", "cyan"),
    "queued": ("waiting", "cyan"),
    "deferred": ("waiting", "yellow"),
    "running": ("running", "bold cyan"),
    "needs_answer": ("question", "bold yellow"),
    "succeeded": ("done", "green"),
    "failed": ("failed", "bold red"),
    "refused": ("failed", "red"),
    "cancelled": ("dropped", "dim"),
    "superseded": ("dropped", "dim"),
    "invalid": ("failed", "red"),
}


def safe(value: object, style: str = "") -> Text:
    """Text that comes from outside, shown as it is: no markup, no control characters."""
    return Text(printable(str(value)), style=style, overflow="fold")


def state_text(state: str, symbols: Symbols) -> Text:
    """A job state with its sign and colour: ``✓ succeeded``."""
    sign, style = _STATES.get(state, ("dot", ""))
    return safe(f"{getattr(symbols, sign)} {state.replace('_', ' ')}", style)


def bar(progress: float, cells: int, symbols: Symbols) -> Text:
    """A progress bar of ``cells`` characters and the percentage; readable without colour."""
    part = min(max(progress, 0.0), 1.0)
    full = int(part * cells)
    text = Text(symbols.full * full, style="cyan" if part < 1 else "green", no_wrap=True)
    return text.append(symbols.empty * (cells - full), style="dim").append(f" {part:4.0%}", style="default")


def duration(seconds: float) -> str:
    """Seconds as people say them: ``0.4 s``, ``12 s``, ``3 min``, ``2 h``, ``5 d``."""
    if seconds < 10:
        return f"{max(seconds, 0.0):.1f} s"
    for limit, size, unit in ((100, 1, "s"), (6000, 60, "min"), (48 * 3600, 3600, "h")):
        if seconds < limit:
            return f"{seconds / size:.0f} {unit}"
    return f"{seconds / 86400:.0f} d"


def age(moment: datetime | None, now: datetime) -> str:
    """How long ago; empty when nobody knows."""
    if moment is None:
        return ""
    seconds = (now - moment).total_seconds()
    if seconds < 1:
        return "now"
    return f"{seconds:.0f} s" if seconds < 10 else duration(seconds)


def section(title: str, content: RenderableType) -> RenderableType:
    """A heading with indented content."""
    return Group(Text(title, style="bold"), Padding(content, (0, 0, 0, 2)))


def points(items: Iterable[object], sign: str, style: str = "") -> Table:
    """A list whose long items wrap under their own first word."""
    grid = Table.grid(padding=(0, 1))
    grid.add_column(no_wrap=True)
    grid.add_column(overflow="fold")
    for item in items:
        grid.add_row(Text(sign, style=style or "dim"), safe(item, style))
    return grid


def facts(rows: Iterable[tuple[str, RenderableType]]) -> Table:
    """Names and values side by side."""
    grid = Table.grid(padding=(0, 2))
    grid.add_column(style="dim", no_wrap=True)
    grid.add_column(overflow="fold")
    for name, value in rows:
        grid.add_row(name, value)
    return grid
