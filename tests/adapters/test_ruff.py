"""The formatter and linter, with the real ruff."""

from __future__ import annotations

from pathlib import Path

import pytest

from daemon.adapters.ruff import RuffFormatter
from daemon.core.errors import ConfigError

FORMATTER = RuffFormatter()


def test_it_formats_sorts_imports_and_drops_unused_ones() -> None:
    source = (
        "import re\nfrom src.agents.data_agent import DataAgent\nimport sys\n"
        "from decimal import Decimal\nx=(DataAgent,Decimal ,sys)\n"
    )
    assert FORMATTER.format(source) == (
        "import sys\nfrom decimal import Decimal\n\nfrom src.agents.data_agent import DataAgent\n\n"
        "x = (DataAgent, Decimal, sys)\n"
    )


def test_formatting_does_not_depend_on_the_folder_or_a_configuration(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = "from pydantic import BaseModel\nfrom daemon.runtime.rows import read\nx = [BaseModel, read]\n"
    here = FORMATTER.format(source)
    (tmp_path / "daemon").mkdir()
    (tmp_path / "ruff.toml").write_text("line-length = 20\n[format]\nquote-style = 'single'\n")
    monkeypatch.chdir(tmp_path)
    assert FORMATTER.format(source) == here


def test_formatting_twice_changes_nothing() -> None:
    once = FORMATTER.format("def f( a,b ):\n  return {'ä':a , 'b':b}")
    assert FORMATTER.format(once) == once == 'def f(a, b):\n    return {"ä": a, "b": b}\n'


def test_what_is_no_python_comes_back_unchanged() -> None:
    assert FORMATTER.format("def (") == "def ("


def test_security_findings_have_place_and_reason_and_cannot_be_silenced() -> None:
    (finding,) = FORMATTER.lint("x = 1\ny = eval('1')  # noqa: S307\n", "src/agents/x.py")
    assert finding.place == "src/agents/x.py:2"
    assert finding.code == "ruff_S307"
    assert finding.message
    assert finding.suggestion


def test_asserts_are_for_tests() -> None:
    assert FORMATTER.lint("assert 1\n", "tests/agents/test_x.py") == ()
    assert [f.code for f in FORMATTER.lint("assert 1\n", "src/agents/x.py")] == ["ruff_S101"]


def test_a_ruff_that_does_not_run_is_a_configuration_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("daemon.adapters.ruff.find_ruff_bin", lambda: "/nowhere/ruff")
    with pytest.raises(ConfigError, match="ruff"):
        RuffFormatter().format("x = 1\n")
