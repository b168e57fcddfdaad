"""What the doctor found."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from daemon.cli.render.symbols import Symbols
from daemon.cli.render.words import safe
from daemon.core.health import Check, CheckState

_SIGNS = {
    CheckState.OK: ("done", "green"),
    CheckState.WARN: ("warning", "yellow"),
    CheckState.FAIL: ("failed", "bold red"),
}


def checks_view(checks: Sequence[Check], symbols: Symbols) -> RenderableType:
    """One line per check, how to mend it under it, and a closing line."""
    grid = Table.grid(padding=(0, 2, 0, 0))
    grid.add_column(no_wrap=True, width=1)
    grid.add_column(no_wrap=True)
    grid.add_column(overflow="fold")
    for check in checks:
        sign, style = _SIGNS[check.state]
        about = safe(check.detail)
        if check.mend:
            about.append_text(safe(f"\n{symbols.arrow} {check.mend}", style))
        grid.add_row(Text(getattr(symbols, sign), style=style), safe(check.name, "bold"), about)
    return Group(grid, Text(""), _verdict(checks))


def _verdict(checks: Sequence[Check]) -> Text:
    fails = sum(check.state is CheckState.FAIL for check in checks)
    warns = sum(check.state is CheckState.WARN for check in checks)
    if fails:
        return Text(f"{fails} of {len(checks)} checks failed", style="bold red")
    return Text(f"nothing fails, {warns} warnings" if warns else "everything is fine", style="green")
