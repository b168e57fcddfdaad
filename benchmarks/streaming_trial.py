"""Runs inside a workspace: times ``calculate_all`` and the same SQL fetched row by row, prints JSON."""

from __future__ import annotations

import importlib
import json
import resource
import statistics
import sys
import time
from typing import Any

from sqlalchemy import Engine, event

ROUNDS = 3
WARM_UP = 2_000


def main() -> None:
    seen: list[tuple[Engine, Any]] = []

    @event.listens_for(Engine, "before_execute")
    def remember(connection: Any, statement: Any, *_: Any) -> None:
        seen.append((connection.engine, statement))

    agent = importlib.import_module("src.agents.calc_agent").CalcAgent()
    rows = agent.calculate_all()
    for _ in range(WARM_UP):
        next(rows)
    before = _peak_mb()
    count = WARM_UP + sum(1 for _ in rows)
    grown = _peak_mb() - before
    engine, statement = seen[0]
    pairs = [(_seconds_of_agent(agent), _seconds_of_sql(engine, statement)) for _ in range(ROUNDS)]
    ratio = statistics.median(agent / sql for agent, sql in pairs)
    sys.stdout.write(json.dumps({"rows": count, "ratio": ratio, "grown_mb": grown, "pairs": pairs}))


def _seconds_of_agent(agent: Any) -> float:
    begun = time.perf_counter()
    for _ in agent.calculate_all():
        pass
    return time.perf_counter() - begun


def _seconds_of_sql(engine: Engine, statement: Any) -> float:
    begun = time.perf_counter()
    with engine.connect().execution_options(yield_per=1000) as connection:
        for row in connection.execute(statement):
            tuple(row)
    return time.perf_counter() - begun


def _peak_mb() -> float:
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / 1e6 if sys.platform == "darwin" else peak / 1e3


if __name__ == "__main__":
    main()
