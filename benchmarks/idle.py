"""What the daemon costs while nothing happens, and how soon it watches after a start."""

from __future__ import annotations

import statistics
import time
from collections.abc import Iterable

import psutil

from benchmarks.workspace import DSCR, Bench, Measurement, workspace

IDLE_SECONDS = 30.0
STARTS = 5


def measure() -> Iterable[Measurement]:
    with workspace() as bench:
        starts = [_start(bench) for _ in range(STARTS)]
        with bench.daemon() as process:
            bench.drop("dscr.md", DSCR)
            bench.wait("dscr.md", lambda s: s.get("finished_at") is not None)
            cpu, memory = _cost(psutil.Process(process.pid))
    yield Measurement(name="start to watching", value=statistics.median(starts), target=1.5, unit="s")
    yield Measurement(name="idle daemon, of one core", value=cpu, target=0.5, unit="%")
    yield Measurement(name="idle daemon, memory (RSS)", value=memory, target=90, unit="MB", decimals=1)


def _start(bench: Bench) -> float:
    begun = time.monotonic()
    with bench.daemon():
        return time.monotonic() - begun


def _cost(process: psutil.Process) -> tuple[float, float]:
    """Percent of one core over ``IDLE_SECONDS``, and megabytes at their end; children included."""
    family = [process, *process.children(recursive=True)]
    before = sum(sum(p.cpu_times()[:2]) for p in family)
    time.sleep(IDLE_SECONDS)
    used = sum(sum(p.cpu_times()[:2]) for p in family) - before
    return 100 * used / IDLE_SECONDS, sum(p.memory_info().rss for p in family) / 1e6
