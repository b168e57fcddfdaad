"""Guards for every test, and the databases tests run on: SQLite files and a private PostgreSQL server."""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path

import hypothesis
import pytest
from postgres_server import PostgresServer, ServerMissing, running_server

DATA = Path(__file__).parents[1] / "examples" / "data"
SETTING_PREFIXES = ("META_AGENT_", "LLM_", "SANDBOX_", "MEMORY_", "PG")
SETTING_NAMES = {"DATABASE_URL", "DOCKER_TIMEOUT"}
REQUIRE_POSTGRES = pytest.StashKey[bool]()

# A busy machine is no failure, so examples have no deadline; `make fuzz` takes the second profile.
hypothesis.settings.register_profile("project", deadline=None)
hypothesis.settings.register_profile("fuzz", deadline=None, max_examples=3000)
hypothesis.settings.load_profile("project")


def pytest_configure(config: pytest.Config) -> None:
    config.stash[REQUIRE_POSTGRES] = os.environ.get("META_AGENT_REQUIRE_POSTGRES") == "1"


@pytest.fixture(autouse=True)
def _no_settings_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    """A test sees the settings it makes, not those of the person or machine that runs it."""
    for name in list(os.environ):
        if name.startswith(SETTING_PREFIXES) or name in SETTING_NAMES:
            monkeypatch.delenv(name)


@pytest.fixture(scope="session")
def postgres_server(request: pytest.FixtureRequest) -> Iterator[PostgresServer]:
    """A running cluster. Where none can be started tests are skipped, or fail with META_AGENT_REQUIRE_POSTGRES=1."""
    try:
        with running_server() as server:
            yield server
    except ServerMissing as problem:
        if request.config.stash[REQUIRE_POSTGRES]:
            pytest.fail(f"META_AGENT_REQUIRE_POSTGRES=1, and {problem}")
        pytest.skip(str(problem))


@pytest.fixture(scope="session")
def _loaded() -> set[str]:
    """Names of the template databases that hold a sample already."""
    return set()


@pytest.fixture
def postgres_copy(postgres_server: PostgresServer, _loaded: set[str]) -> Iterator[Callable[[str], str]]:
    """Make a database of the test's own, from the script of that name or empty (``""``); returns its URL.

    It is called like the sample, because what a database is called tells what its data is about.
    """
    made: list[str] = []

    def copy(script: str) -> str:
        sample = Path(script).stem
        template = f"template_{sample}" if sample else "template0"
        if sample and sample not in _loaded:
            postgres_server.create(template)
            postgres_server.load(template, DATA / script)
            _loaded.add(sample)
        name = (sample or "empty") + (f"_{len(made)}" if made else "")
        postgres_server.create(name, template)
        made.append(name)
        return postgres_server.url(name)

    yield copy
    for name in made:
        postgres_server.drop(name)


@pytest.fixture
def postgres_url(postgres_copy: Callable[[str], str]) -> str:
    """URL of an empty PostgreSQL database."""
    return postgres_copy("")


@pytest.fixture
def orlando_postgres(postgres_copy: Callable[[str], str]) -> str:
    return postgres_copy("orlando.sql")


@pytest.fixture
def chinook_postgres(postgres_copy: Callable[[str], str]) -> str:
    return postgres_copy("pg/chinook.sql")


@pytest.fixture
def northwind_postgres(postgres_copy: Callable[[str], str]) -> str:
    return postgres_copy("pg/northwind.sql")


@pytest.fixture
def orlando_sqlite(tmp_path: Path) -> str:
    file = tmp_path / "orlando.db"
    connection = sqlite3.connect(file)
    connection.executescript((DATA / "orlando.sql").read_text(encoding="utf-8"))
    connection.close()
    return f"sqlite:///{file}"


@pytest.fixture
def chinook_sqlite(tmp_path: Path) -> str:
    return f"sqlite:///{shutil.copy(DATA / 'chinook.sqlite', tmp_path)}"


@pytest.fixture
def northwind_sqlite(tmp_path: Path) -> str:
    return f"sqlite:///{shutil.copy(DATA / 'northwind.sqlite', tmp_path)}"


@pytest.fixture(params=["sqlite", "postgres"])
def orlando(request: pytest.FixtureRequest) -> str:
    """URL of the orlando sample, on both engines in turn."""
    url: str = request.getfixturevalue(f"orlando_{request.param}")
    return url
