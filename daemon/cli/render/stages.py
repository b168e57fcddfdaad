"""The steps of a request, finished or under way."""

from __future__ import annotations

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from daemon.cli.inbox import Document
from daemon.cli.render.symbols import Symbols, one_line
from daemon.cli.render.words import bar, duration, safe, state_text

SPINS_PER_SECOND = 10
_SIGNS = {
    "done": ("done", "green"),
    "failed": ("failed", "bold red"),
    "running": ("running", "cyan"),
    "skipped": ("dropped", "dim"),
}


def stages_view(stages: list[Document], symbols: Symbols, elapsed: float = 0.0, *, turning: bool = False) -> Table:
    """One line per step with its time; ``elapsed`` are the seconds of the running one, which may turn."""
    grid = Table.grid(padding=(0, 2, 0, 0))
    grid.add_column(no_wrap=True, width=1)
    grid.add_column(no_wrap=True)
    grid.add_column(no_wrap=True, justify="right", min_width=6)
    grid.add_column(overflow="fold")
    for stage in stages:
        state = str(stage.get("state"))
        sign, style = _SIGNS.get(state, ("waiting", "dim"))
        shown = getattr(symbols, sign)
        seconds = float(stage.get("seconds") or 0.0)
        if state == "running":
            seconds = max(seconds, elapsed)
            shown = spin(symbols, elapsed) if turning else shown
        spent = duration(seconds) if state in {"done", "failed", "running"} else ""
        quiet = "" if state == "running" else "dim" if sign == "waiting" else ""
        detail = safe(one_line(str(stage.get("detail") or "")), "dim")
        grid.add_row(Text(shown, style=style), safe(stage.get("name"), quiet), spent, detail)
    return grid


def spin(symbols: Symbols, seconds: float) -> str:
    """The spinner's sign at a moment."""
    return symbols.spinner[int(seconds * SPINS_PER_SECOND) % len(symbols.spinner)]


def progress_view(document: Document | None, name: str, symbols: Symbols, elapsed: float) -> RenderableType:
    """A request under way: where it stands, its bar, its steps."""
    if document is None:
        waiting = Text.assemble((spin(symbols, elapsed), "cyan"), "  ", safe(name, "bold"))
        return Group(waiting, safe("   waiting for the daemon to take it up", "dim"))
    head = Table.grid(padding=(0, 2, 0, 0))
    head.add_row(
        safe(document["request"], "bold"),
        state_text(str(document.get("state")), symbols),
        bar(float(document.get("progress") or 0.0), 16, symbols),
    )
    parts: list[RenderableType] = [head, safe(one_line(str(document.get("message") or "")), "dim")]
    stages = document.get("stages")
    if stages:
        parts.append(stages_view(stages, symbols, elapsed, turning=True))
    return Group(*parts)
