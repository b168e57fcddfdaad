"""Planners over the sample databases; planning only reads, so each is made once."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from planning_scene import Planner, planner

from daemon.adapters.database import open_database

DATA = Path(__file__).parents[2] / "examples" / "data"


@pytest.fixture(scope="session")
def orlando_planner(tmp_path_factory: pytest.TempPathFactory) -> Planner:
    script = (DATA / "orlando.sql").read_text(encoding="utf-8")
    return planner(tmp_path_factory.mktemp("planning") / "orlando.db", script)


@pytest.fixture(scope="session")
def northwind_planner(tmp_path_factory: pytest.TempPathFactory) -> Planner:
    file = shutil.copy(DATA / "northwind.sqlite", tmp_path_factory.mktemp("planning") / "northwind.sqlite")
    return Planner(open_database(f"sqlite:///{file}"))


@pytest.fixture(scope="session")
def chinook_planner(tmp_path_factory: pytest.TempPathFactory) -> Planner:
    file = shutil.copy(DATA / "chinook.sqlite", tmp_path_factory.mktemp("planning") / "chinook.sqlite")
    return Planner(open_database(f"sqlite:///{file}"))


@pytest.fixture
def planner_over(tmp_path: Path) -> Callable[..., Planner]:
    """Make a planner over a database of the test's own."""

    def over(script: str, glossary: str = "") -> Planner:
        return planner(tmp_path / "own.db", script, glossary)

    return over
