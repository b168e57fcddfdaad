"""Errors of real drivers, and whether waiting would mend them."""

import sqlite3
from contextlib import closing
from pathlib import Path
from types import SimpleNamespace

import pytest

from daemon.core.database_faults import is_statement_fault


def _error(file: Path, statement: str) -> sqlite3.Error:
    with closing(sqlite3.connect(f"{file.as_uri()}?mode=ro", uri=True, timeout=0)) as reader:
        with pytest.raises(sqlite3.Error) as caught:
            reader.execute(statement)
        return caught.value


def test_a_wrong_statement_stays_wrong_and_a_busy_file_does_not(tmp_path: Path) -> None:
    file = tmp_path / "x.db"
    with closing(sqlite3.connect(file, isolation_level=None)) as writer:
        writer.execute("CREATE TABLE t (a)")
        assert is_statement_fault(_error(file, "SELECT b FROM t"), connection_lost=False)
        writer.execute("BEGIN EXCLUSIVE")
        assert not is_statement_fault(_error(file, "SELECT a FROM t"), connection_lost=False)
    file.write_bytes(b"no database at all")
    assert not is_statement_fault(_error(file, "SELECT a FROM t"), connection_lost=False)


@pytest.mark.parametrize(
    ("state", "lost", "fault"),
    [
        ("42P01", False, True),  # no such table
        ("57014", False, True),  # took too long
        ("42P01", True, False),
        ("57P01", False, False),  # the server shuts down
        ("53300", False, False),  # too many connections
        ("08006", False, False),
        (None, False, False),  # never connected
    ],
)
def test_of_postgresql_the_state_says_it(state: str | None, lost: bool, fault: bool) -> None:
    assert is_statement_fault(SimpleNamespace(pgcode=state), connection_lost=lost) is fault
