"""``python -m benchmarks [NAME…]``: run all measurements, or those named, and print them with their targets."""

from __future__ import annotations

import sys

from rich.console import Console
from rich.table import Table

from benchmarks import commands, idle, latency, streaming
from benchmarks.workspace import Measurement

MODULES = {"latency": latency, "idle": idle, "commands": commands, "streaming": streaming}


def main(names: list[str]) -> int:
    """0 when every target is met, 1 when one is missed."""
    console = Console()
    measured: list[Measurement] = []
    for name in names or MODULES:
        with console.status(f"measuring {name}"):
            measured += MODULES[name].measure()
    table = Table("measurement", "measured", "target", "")
    for m in measured:
        table.add_row(m.name, m.text(m.value), f"≤ {m.text(m.target)}", "ok" if m.is_met else "MISSED")
    console.print(table)
    return 0 if all(m.is_met for m in measured) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
