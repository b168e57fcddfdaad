"""How long the commands take that only look."""

from __future__ import annotations

import statistics
import time
from collections.abc import Iterable

from benchmarks.workspace import DSCR, Bench, Measurement, workspace

TIMES = 15


def measure() -> Iterable[Measurement]:
    with workspace() as bench:
        bench.drop("dscr.md", DSCR)
        bench.run("run", "--once")
        for command in ("status", "--help"):
            seconds = statistics.median(_seconds(bench, command) for _ in range(TIMES))
            yield Measurement(name=f"meta-agent {command}", value=seconds, target=0.4, unit="s")


def _seconds(bench: Bench, command: str) -> float:
    begun = time.monotonic()
    bench.run(command)
    return time.monotonic() - begun
