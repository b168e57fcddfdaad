"""Opening the store: durable, private, and refused where it is not ours."""

from __future__ import annotations

import sqlite3
import stat
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from daemon.adapters.store import open_store
from daemon.adapters.store_engine import StoreEngine
from daemon.core.errors import StoreError

OWNER = "host:/workspace"


def test_sqlite_keeps_what_was_committed_through_a_power_cut(tmp_path: Path) -> None:
    engine = StoreEngine(f"sqlite:///{tmp_path / 'store.db'}", owner=OWNER)
    with engine.reading() as connection:
        settings = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
        }
    engine.close()
    assert settings == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "busy_timeout": 10_000}


def test_the_store_is_for_its_owner_alone(tmp_path: Path) -> None:
    path = tmp_path / "state ? dir" / "store.db"
    open_store(f"sqlite:///{path}", owner=OWNER).close()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_a_file_that_is_no_database_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    path.write_bytes(b"something else entirely, and long enough to be read" * 10)
    before = path.read_bytes()
    with pytest.raises(StoreError, match="not a database") as caught:
        open_store(f"sqlite:///{path}", owner=OWNER)
    assert "move store.db" in caught.value.hint
    assert path.read_bytes() == before


def test_a_folder_that_cannot_be_made_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(StoreError, match="cannot be made") as caught:
        open_store(f"sqlite:///{tmp_path / 'file' / 'store.db'}", owner=OWNER)
    assert "META_AGENT_STATE_DIR" in caught.value.hint


def test_a_store_of_another_version_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    open_store(f"sqlite:///{path}", owner=OWNER).close()
    with sqlite3.connect(path) as connection:
        connection.execute("UPDATE store_facts SET value = '99' WHERE name = 'schema_version'")
    connection.close()
    with pytest.raises(StoreError, match="version 99"):
        open_store(f"sqlite:///{path}", owner=OWNER)


def test_a_server_keeps_the_jobs_of_one_workspace(postgres_url: str) -> None:
    url = postgres_url.replace("postgresql://", "postgresql+psycopg2://", 1)
    open_store(url, owner=OWNER).close()
    open_store(url, owner=OWNER).close()
    with pytest.raises(StoreError, match="belongs to host:/workspace, not to other:/workspace"):
        open_store(url, owner="other:/workspace")


def test_a_failing_server_is_a_store_error_without_the_password() -> None:
    with pytest.raises(StoreError, match="the job store failed") as caught:
        open_store("postgresql+psycopg2://u:hunter2@127.0.0.1:1/d", owner=OWNER)
    assert "hunter2" not in str(caught.value)


def test_a_failing_statement_does_not_show_its_values(tmp_path: Path) -> None:
    engine = StoreEngine(f"sqlite:///{tmp_path / 'store.db'}", owner=OWNER)
    with pytest.raises(StoreError) as caught, engine.writing() as connection:
        connection.execute(text("INSERT INTO nowhere VALUES (:secret)"), {"secret": "hunter2"})
    engine.close()
    assert "no such table: nowhere" in str(caught.value)
    assert "hunter2" not in str(caught.value)


def test_both_engines_have_the_same_tables(tmp_path: Path, postgres_url: str) -> None:
    from sqlalchemy import inspect

    tables = []
    for url in (f"sqlite:///{tmp_path / 'store.db'}", postgres_url.replace("postgresql:", "postgresql+psycopg2:", 1)):
        open_store(url, owner=OWNER).close()
        engine = create_engine(url)
        inspector = inspect(engine)
        tables.append({name: {c["name"] for c in inspector.get_columns(name)} for name in inspector.get_table_names()})
        engine.dispose()
    assert tables[0] == tables[1]
    assert set(tables[0]) == {"jobs", "copies", "store_facts"}
