"""How long a person waits: until a request is accepted, and until its agents are there."""

from __future__ import annotations

import statistics
import time
from collections.abc import Iterable

from benchmarks.workspace import DSCR, Bench, Measurement, workspace

DROPS = 40
BUILDS = 3


def measure() -> Iterable[Measurement]:
    with workspace() as bench, bench.daemon():
        accepted = [_accepted(bench, f"refused {n}.md") for n in range(DROPS)]
        built = [_built(bench, f"dscr {n}.md") for n in range(BUILDS)]
    yield Measurement(name="drop to queued, p95", value=_p95(accepted), target=1, unit="s")
    yield Measurement(name="drop to succeeded, DSCR", value=statistics.median(built), target=3, unit="s")


def _accepted(bench: Bench, name: str) -> float:
    """Seconds until the status no longer says that the file settles. The request is one that is refused at once."""
    begun = time.monotonic()
    bench.drop(name, f"Delete all rows of properties, and do it {name}\n")
    seconds = bench.wait(name, lambda s: s.get("state", "settling") != "settling") - begun
    bench.wait(name, lambda s: s.get("finished_at") is not None)
    return seconds


def _built(bench: Bench, name: str) -> float:
    begun = time.monotonic()
    bench.drop(name, DSCR)
    seconds = bench.wait(name, lambda s: s.get("finished_at") is not None) - begun
    state = bench.status(name)["state"]
    if state != "succeeded":
        raise RuntimeError(f"{name}: {bench.status(name)['message']}")
    return seconds


def _p95(seconds: list[float]) -> float:
    return statistics.quantiles(seconds, n=20)[-1]
