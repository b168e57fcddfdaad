"""A question to the person, with numbered options."""

from __future__ import annotations

from rich.console import Group, RenderableType
from rich.table import Table

from daemon.cli.inbox import Document
from daemon.cli.render.symbols import Symbols
from daemon.cli.render.words import safe


def question_view(question: Document, symbols: Symbols) -> RenderableType:
    """The question, its options by number, and what Enter means."""
    grid = Table.grid(padding=(0, 1))
    grid.add_column(no_wrap=True, justify="right", min_width=3, style="cyan")
    grid.add_column(overflow="fold")
    for number, option in enumerate(question.get("options") or (), start=1):
        mark = f"  {symbols.dot} Enter takes this" if option == question.get("default") else ""
        grid.add_row(str(number), safe(f"{option}{mark}"))
    return Group(safe(f"{symbols.question} {question.get('text')}", "bold yellow"), grid)
