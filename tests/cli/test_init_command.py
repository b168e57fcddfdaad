"""``meta-agent init``: a workspace that works, made once and never overwritten."""

from __future__ import annotations

import sqlite3
import stat
from contextlib import closing
from pathlib import Path

import pytest

from daemon.adapters.settings import load_settings
from daemon.cli.init import FOLDERS, example_requests
from daemon.cli.main import main
from daemon.core.request import parse


def _mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_a_workspace_is_made_with_private_parts_private(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    root = tmp_path / "my work 🏠"
    assert main(["init", str(root)]) == 0
    assert all((root / folder).is_dir() for folder in FOLDERS)
    assert _mode(root / ".meta-agent") == 0o700
    assert _mode(root / ".env") == 0o600
    captured = capsys.readouterr()
    assert f"{root} is a workspace" in captured.out
    assert "DATABASE_URL" in captured.err
    assert not load_settings(root, {}).database_urls


def test_the_sample_has_a_database_and_requests_that_parse(tmp_path: Path) -> None:
    assert main(["-C", str(tmp_path), "init", "--sample"]) == 0
    with closing(sqlite3.connect(tmp_path / "orlando.db")) as database:
        row = database.execute(
            "SELECT 1.0 * annual_noi / annual_debt_service FROM financial_metrics WHERE property_id = 5"
        ).fetchone()
    assert row == (1.35,)
    url = load_settings(tmp_path, {}).database_urls["DATABASE_URL"].get_secret_value()
    assert url == f"sqlite:///{tmp_path / 'orlando.db'}"
    assert len(example_requests()) >= 3
    for name in example_requests():
        parse(name, (tmp_path / "requests" / name).read_bytes())
    assert list((tmp_path / "inbox").iterdir()) == []


def test_a_second_time_nothing_changes(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main(["init", str(tmp_path), "--sample"])
    before = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*")}
    assert main(["init", str(tmp_path), "--sample"]) == 0
    assert {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*")} == before
    assert "already, nothing to do" in capsys.readouterr().out


def test_what_is_there_stays_as_it_is(tmp_path: Path) -> None:
    mine = {".env": "DATABASE_URL=sqlite:///mine.db\n", ".gitignore": "*\n", "orlando.db": "no database"}
    for name, text in mine.items():
        (tmp_path / name).write_text(text)
    assert main(["init", str(tmp_path), "--sample"]) == 0
    assert {name: (tmp_path / name).read_text() for name in mine} == mine


def test_the_sample_may_be_added_later(tmp_path: Path) -> None:
    main(["init", str(tmp_path)])
    main(["init", str(tmp_path), "--sample"])
    assert "DATABASE_URL" in load_settings(tmp_path, {}).database_urls


def test_a_place_where_nothing_can_be_made_is_an_error(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "file").write_text("x")
    assert main(["init", str(tmp_path / "file" / "below")]) == 9
    assert "choose another folder" in capsys.readouterr().err


def test_the_sample_is_the_one_of_the_examples() -> None:
    sample = Path(__file__).parents[2] / "daemon" / "cli" / "sample" / "orlando.sql"
    example = Path(__file__).parents[2] / "examples" / "data" / "orlando.sql"
    assert sample.read_bytes() == example.read_bytes()
