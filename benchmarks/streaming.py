"""An agent over many rows, against its own SQL fetched row by row without the agent."""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path

from benchmarks.workspace import DSCR, Measurement, workspace

ROWS = 100_000
TRIAL = Path(__file__).with_name("streaming_trial.py")


def measure() -> Iterable[Measurement]:
    with workspace() as bench:
        _fill(bench.root / "orlando.db")
        bench.drop("dscr.md", DSCR)
        bench.run("run", "--once")
        printed = subprocess.run(
            [sys.executable, str(TRIAL)],
            cwd=bench.root,
            env={"PYTHONPATH": str(bench.root)},
            check=True,
            capture_output=True,
        ).stdout
    found = json.loads(printed)
    name = f"calculate_all, {found['rows']:,} rows, SQLite"
    yield Measurement(name=f"{name}: against its SQL alone", value=found["ratio"], target=4, unit="times")
    yield Measurement(
        name=f"{name}: growth of the peak memory", value=found["grown_mb"], target=5, unit="MB", decimals=1
    )


def _fill(database: Path) -> None:
    """Rows beside the sample's own, with cents, so that numbers are not whole."""
    with closing(sqlite3.connect(database)) as connection, connection:
        keys = range(1001, 1001 + ROWS - 10)
        connection.executemany(
            "INSERT INTO properties (id, property_name, location, property_type, units, year_built, purchase_price)"
            " VALUES (?, 'Property ' || ?1, 'Orlando', 'Retail', 10, 2000, 1000000)",
            ((key,) for key in keys),
        )
        connection.executemany(
            "INSERT INTO financial_metrics (property_id, fiscal_year, annual_noi, annual_debt_service)"
            " VALUES (?, 2024, ?, ?)",
            ((key, 100_000 + key * 1.37, 80_000 + key * 0.91) for key in keys),
        )
