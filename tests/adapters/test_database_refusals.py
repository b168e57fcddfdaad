"""What the database adapter does not do: write, wait for ever, tell passwords, make files."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from daemon.adapters.database import open_database
from daemon.core.errors import ConfigError, DatabaseUnavailable, QueryFailed

WRITES = [
    "DELETE FROM properties",
    "UPDATE properties SET units = 0",
    "INSERT INTO properties (id) VALUES (99)",
    "DROP TABLE financial_metrics",
    "CREATE TABLE t (a INT)",
    "CREATE TEMP TABLE t (a INT)",
    "SELECT 1; DELETE FROM financial_metrics",
    "COMMIT; DELETE FROM financial_metrics",
]
SQLITE_TRICKS = [
    "ATTACH 'made.db' AS x",
    "VACUUM INTO 'made.db'",
    "PRAGMA query_only = OFF",
    "PRAGMA journal_mode = WAL",
]
POSTGRES_TRICKS = [
    "SET default_transaction_read_only = off",
    "COPY properties TO PROGRAM 'touch made.db'",
    "WITH gone AS (DELETE FROM financial_metrics RETURNING 1) SELECT * FROM gone",
]


@pytest.mark.parametrize("statement", WRITES)
def test_nothing_is_written(orlando: str, statement: str) -> None:
    database = open_database(orlando)

    with pytest.raises(QueryFailed):
        database.query(statement)

    assert database.query("SELECT count(*), sum(units) FROM properties") == [(10, 795)]
    assert database.query("SELECT count(*) FROM financial_metrics") == [(10,)]


@pytest.mark.parametrize("statement", SQLITE_TRICKS)
def test_sqlite_makes_no_files_and_keeps_its_settings(
    orlando_sqlite: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, statement: str
) -> None:
    monkeypatch.chdir(tmp_path)

    with pytest.raises(QueryFailed):
        open_database(orlando_sqlite).query(statement)

    assert [f.name for f in tmp_path.iterdir()] == ["orlando.db"]


@pytest.mark.parametrize("statement", POSTGRES_TRICKS)
def test_postgres_runs_nothing_but_selects(orlando_postgres: str, statement: str) -> None:
    with pytest.raises(QueryFailed):
        open_database(orlando_postgres).query(statement)


def test_postgres_session_is_read_only_by_itself(orlando_postgres: str) -> None:
    (names,) = open_database(orlando_postgres, statement_seconds=7).query(
        "SELECT current_setting('default_transaction_read_only'), current_setting('transaction_read_only'),"
        " current_setting('statement_timeout'), current_setting('application_name')"
    )
    assert names == ("on", "on", "7s", "meta-agent")


def test_url_options_are_kept(orlando_postgres: str) -> None:
    url = f"{orlando_postgres}&options=-c%20geqo%3Doff"
    assert open_database(url).query("SELECT current_setting('geqo')") == [("off",)]


def test_an_endless_statement_ends(orlando: str) -> None:
    endless = "WITH RECURSIVE r(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM r) SELECT count(*) FROM r"

    with pytest.raises(QueryFailed, match=r"interrupted|statement timeout"):
        open_database(orlando, statement_seconds=0.2).query(endless)


def test_wrong_sql_is_no_reason_to_wait_for_the_database(orlando: str) -> None:
    database = open_database(orlando)
    for statement in ("SELECT nope FROM properties", "SELEC 1", "SELECT 1 FROM nowhere"):
        with pytest.raises(QueryFailed):
            database.query(statement)
    with pytest.raises(QueryFailed):
        database.query("SELECT :a, :b", {"a": 1})


def test_missing_sqlite_file_is_told_and_not_made(tmp_path: Path) -> None:
    database = open_database(f"sqlite:///{tmp_path}/none.db")

    with pytest.raises(DatabaseUnavailable, match=r"none\.db does not exist"):
        database.schema()

    assert not list(tmp_path.iterdir())


def test_a_file_that_is_no_database(tmp_path: Path) -> None:
    (tmp_path / "notes.db").write_text("these are notes, more than a header long\n" * 50)

    with pytest.raises(DatabaseUnavailable, match="not a database"):
        open_database(f"sqlite:///{tmp_path}/notes.db").schema()


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://user:s3cr3t@localhost:1/shop",
        "postgresql://user:s3cr3t@/shop?host=/nowhere",
        "postgresql://user@localhost:1/shop?password=s3cr3t",
        "postgres://user:s3cr3t@localhost:1/shop?sslmode=s3cr3t",
    ],
)
def test_an_unreachable_server_is_named_without_its_password(url: str) -> None:
    with pytest.raises(DatabaseUnavailable, match="PostgreSQL database 'shop' at") as caught:
        open_database(url).schema()

    assert "s3cr3t" not in f"{caught.value} {caught.value!r} {caught.value.__cause__}"


def test_a_missing_database_of_a_running_server(postgres_url: str) -> None:
    missing = postgres_url.replace("/empty?", "/nowhere?")

    with pytest.raises(DatabaseUnavailable, match='database "nowhere" does not exist'):
        open_database(missing).schema()


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("s3cr3t", "cannot be read"),
        ("mysql://user:s3cr3t@host/shop", "type 'mysql'"),
        ("postgresql://user:s3cr3t@x@host/shop", "'@' too many"),
        ("postgresql://user:s3cr3t@host:port/shop", "cannot be read"),
        ("sqlite://", "names no file"),
        ("sqlite:///:memory:", "names no file"),
        ("sqlite:///file:shop.db?mode=rwc&uri=true", "names no file"),
    ],
)
def test_urls_that_are_none(url: str, words: str) -> None:
    with pytest.raises(ConfigError, match=words) as caught:
        open_database(url)

    assert "s3cr3t" not in str(caught.value)
    assert caught.value.__cause__ is None


def test_the_module_is_light() -> None:
    heavy = "import sys, daemon.adapters.database; sys.exit('sqlalchemy' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", heavy], check=False).returncode == 0
