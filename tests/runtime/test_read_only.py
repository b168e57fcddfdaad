"""The way to the database: which URL counts, which file is opened, and that nothing can be written."""

from __future__ import annotations

import gc
import sqlite3
from pathlib import Path

import pytest
from sqlalchemy import URL, text

from daemon.runtime.database import read_only_engine
from daemon.runtime.errors import DatabaseError, DatabaseUnreachable

ODD_NAMES = [
    "my data.db",
    "données.db",
    "🏠.db",
    "a#b.db",
    "a?b.db",
    "100%.db",
    "a%20b.db",
    "semi;colon&and=.db",
    "file.db",
]
WRITES = [
    "DELETE FROM properties",
    "UPDATE properties SET units = 0",
    "CREATE TABLE made (a INTEGER)",
    "CREATE TEMP TABLE made (a INTEGER)",
    "DROP TABLE financial_metrics",
]
SQLITE_TRICKS = [
    "ATTACH 'made.db' AS made",
    "VACUUM INTO 'made.db'",
    "PRAGMA query_only = OFF",
    "PRAGMA journal_mode = DELETE",
    "PRAGMA writable_schema = ON",
]
POSTGRES_TRICKS = [
    "WITH gone AS (DELETE FROM financial_metrics RETURNING 1) SELECT * FROM gone",
    "SELECT nextval('numbers')",
]


def make(file: Path, number: int = 5) -> Path:
    file.parent.mkdir(parents=True, exist_ok=True)
    connection = sqlite3.connect(file)
    connection.execute("CREATE TABLE t (a INTEGER)")
    connection.execute("INSERT INTO t VALUES (?)", (number,))
    connection.commit()
    connection.close()
    return file


def found_in(workspace: Path, **given: str) -> object:
    with read_only_engine(workspace, **given).connect() as connection:
        return connection.execute(text("SELECT a FROM t")).scalar_one()


@pytest.mark.parametrize("name", ODD_NAMES)
def test_a_file_of_any_name_is_found(tmp_path: Path, name: str) -> None:
    file = make(tmp_path / "mes données 🏠" / name)
    url = URL.create("sqlite", database=str(file)).render_as_string(hide_password=False)

    assert found_in(tmp_path, url=url) == 5


@pytest.mark.parametrize("name", ODD_NAMES)
def test_the_workspace_may_have_any_name(tmp_path: Path, name: str) -> None:
    make(tmp_path / name / "data" / "figures.db")

    assert found_in(tmp_path / name, url="sqlite:///data/figures.db") == 5


def test_a_relative_path_is_relative_to_the_workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make(tmp_path / "figures.db")
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")

    assert found_in(tmp_path / "elsewhere", url="sqlite:///../figures.db") == 5
    assert found_in(tmp_path, url="sqlite:///figures.db") == 5


def test_the_url_comes_from_the_argument_then_the_environment_then_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number, name in enumerate(("file", "environment", "argument"), start=1):
        make(tmp_path / f"{name}.db", number)
    (tmp_path / ".env").write_text("# figures\nexport DATABASE_URL='sqlite:///file.db'\n", encoding="utf-8-sig")

    assert found_in(tmp_path) == 1
    monkeypatch.setenv("DATABASE_URL", "sqlite:///environment.db")
    assert found_in(tmp_path) == 2
    assert found_in(tmp_path, url="sqlite:///argument.db") == 3


def test_another_variable_may_hold_the_url(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SALES_URL", f"sqlite:///{make(tmp_path / 'sales.db')}")

    assert found_in(tmp_path, variable="SALES_URL") == 5


def test_a_missing_url_is_said_with_its_place(tmp_path: Path) -> None:
    with pytest.raises(DatabaseError, match=r"SALES_URL is not set: put SALES_URL=… into the environment or into"):
        read_only_engine(tmp_path, "SALES_URL")


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("orlando.db", "no database URL"),
        ("postgresql://u:hunter2@host:port/x", "no database URL"),
        ("mysql://u:hunter2@host/x", "mysql is not supported"),
        ("sqlite://", "names no SQLite file"),
        ("sqlite:///:memory:", "names no SQLite file"),
        ("sqlite:///file:orlando.db?mode=rwc&uri=true", "names no SQLite file"),
    ],
)
def test_a_url_of_something_else_is_refused(tmp_path: Path, url: str, words: str) -> None:
    with pytest.raises(DatabaseError, match=words) as caught:
        read_only_engine(tmp_path, url=url)

    assert "hunter2" not in str(caught.value)


def test_a_file_that_is_missing_is_not_made(tmp_path: Path) -> None:
    with pytest.raises(DatabaseUnreachable, match=r"there is no SQLite database .*orlando\.db"):
        read_only_engine(tmp_path, url="sqlite:///orlando.db").connect()

    assert list(tmp_path.iterdir()) == []


def test_a_file_that_is_no_database_is_said(tmp_path: Path) -> None:
    (tmp_path / "notes.db").write_text("no database\n" * 200)

    with pytest.raises(DatabaseUnreachable, match="cannot be read: file is not a database"):
        found_in(tmp_path, url="sqlite:///notes.db")


def test_a_server_that_is_away_is_said_in_one_line_without_the_password(tmp_path: Path) -> None:
    with pytest.raises(DatabaseUnreachable, match="cannot be read") as caught:
        read_only_engine(tmp_path, url=f"postgresql://me:hunter2@/x?host={tmp_path}").connect()

    assert "\n" not in str(caught.value)
    assert "hunter2" not in str(caught.value)


def test_a_wrong_statement_is_said_in_one_line_without_its_parameters(orlando: str, tmp_path: Path) -> None:
    engine = read_only_engine(tmp_path, url=orlando)
    with pytest.raises(DatabaseError) as caught, engine.connect() as connection:
        connection.execute(text("SELECT nothing FROM properties WHERE id = :id"), {"id": 4711})
    engine.dispose()

    assert not isinstance(caught.value, DatabaseUnreachable), "waiting would not mend it"
    assert "nothing" in str(caught.value)
    assert "4711" not in str(caught.value)


def test_a_server_that_goes_away_within_a_call_is_unreachable(orlando_postgres: str, tmp_path: Path) -> None:
    engine = read_only_engine(tmp_path, url=orlando_postgres)
    with engine.connect() as victim, engine.connect() as other:
        pid = victim.execute(text("SELECT pg_backend_pid()")).scalar_one()
        other.execute(text("SELECT pg_terminate_backend(:pid)"), {"pid": pid})
        with pytest.raises(DatabaseUnreachable):
            victim.execute(text("SELECT 1"))
        victim.invalidate()
    engine.dispose()


@pytest.mark.parametrize("statement", WRITES)
def test_nothing_is_written(orlando: str, tmp_path: Path, statement: str) -> None:
    engine = read_only_engine(tmp_path, url=orlando)

    with engine.connect() as connection, pytest.raises(DatabaseError):
        connection.execute(text(statement))

    with engine.connect() as connection:
        assert connection.execute(text("SELECT count(*), sum(units) FROM properties")).one() == (10, 795)
        assert connection.execute(text("SELECT count(*) FROM financial_metrics")).scalar_one() == 10
    engine.dispose()


@pytest.mark.parametrize("statement", SQLITE_TRICKS)
def test_sqlite_makes_no_files_and_keeps_its_settings(
    orlando_sqlite: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, statement: str
) -> None:
    monkeypatch.chdir(tmp_path)
    engine = read_only_engine(tmp_path, url=orlando_sqlite)

    with engine.connect() as connection:
        with pytest.raises(DatabaseError):
            connection.execute(text(statement))
        with pytest.raises(DatabaseError):
            connection.execute(text("DELETE FROM properties"))

    assert [file.name for file in tmp_path.iterdir()] == ["orlando.db"]


@pytest.mark.parametrize("statement", POSTGRES_TRICKS)
def test_postgresql_refuses_detours(orlando_postgres: str, tmp_path: Path, statement: str) -> None:
    engine = read_only_engine(tmp_path, url=orlando_postgres)

    with engine.connect() as connection, pytest.raises(DatabaseError):
        connection.execute(text(statement))
    engine.dispose()


def test_own_options_of_a_postgresql_url_are_kept(orlando_postgres: str, tmp_path: Path) -> None:
    engine = read_only_engine(tmp_path, url=f"{orlando_postgres}&options=-c%20geqo%3Doff")

    with engine.connect() as connection:
        shown = [connection.execute(text(f"SHOW {name}")).scalar_one() for name in ("geqo", "transaction_read_only")]
    engine.dispose()

    assert shown == ["off", "on"]


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg", "postgresql+psycopg2"])
def test_every_writing_of_a_postgresql_url_uses_the_driver_that_is_there(
    orlando_postgres: str, tmp_path: Path, scheme: str
) -> None:
    engine = read_only_engine(tmp_path, url=orlando_postgres.replace("postgresql", scheme, 1))

    with engine.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM properties")).scalar_one() == 10
    engine.dispose()


def test_no_handle_stays_open(tmp_path: Path) -> None:
    file = make(tmp_path / "figures.db")

    assert found_in(tmp_path, url="sqlite:///figures.db") == 5
    gc.collect()
    open_files = [link.resolve() for link in Path("/proc/self/fd").glob("*")] if Path("/proc/self/fd").is_dir() else []

    assert file not in open_files


def test_a_file_that_was_replaced_is_read_anew(tmp_path: Path) -> None:
    make(tmp_path / "figures.db", 1)
    make(tmp_path / "newer.db", 2)
    engine = read_only_engine(tmp_path, url="sqlite:///figures.db")
    seen = []
    for _ in range(2):
        with engine.connect() as connection:
            seen.append(connection.execute(text("SELECT a FROM t")).scalar_one())
        if len(seen) == 1:
            (tmp_path / "newer.db").replace(tmp_path / "figures.db")

    assert seen == [1, 2]


def test_text_that_is_not_utf8_does_not_stop_a_query(tmp_path: Path) -> None:
    connection = sqlite3.connect(tmp_path / "odd.db")
    connection.execute("CREATE TABLE t (a TEXT)")
    connection.execute("INSERT INTO t VALUES (CAST(x'C3284F' AS TEXT))")
    connection.commit()
    connection.close()

    assert found_in(tmp_path, url="sqlite:///odd.db") == "\ufffd(O"


@pytest.mark.parametrize("content", [b"nonsense", b"DATABASE_URL='sqlite:///hunter2.db", b"\xff\xfe"])
def test_an_env_file_that_cannot_be_read_is_said_without_its_content(tmp_path: Path, content: bytes) -> None:
    (tmp_path / ".env").write_bytes(content)

    with pytest.raises(DatabaseError, match=r"\.env cannot be read") as caught:
        read_only_engine(tmp_path)

    assert "hunter2" not in str(caught.value)
