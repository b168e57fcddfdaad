"""Plain text that compiles, or a finding with its line."""

from __future__ import annotations

import pytest
from agent_samples import agents

from daemon.checks.syntax import MAX_BYTES, check_syntax
from daemon.core.build import GeneratedFile


def found(text: str, path: str = "src/agents/x.py") -> list[tuple[str, str]]:
    findings = check_syntax([GeneratedFile(kind="agent", path=path, text=text)])
    return [(f.code, f.place.rpartition(":")[2]) for f in findings]


def test_agents_are_fine() -> None:
    assert check_syntax(agents()) == ()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("x = 1\ndef f(:\n", ("syntax", "2")),
        ("def f():\n    return 1\nreturn 2\n", ("syntax", "3")),
        ("x = '\ud800'\n", ("not_utf8", "1")),
        ("x = 1\ny = '\u202e'\n", ("misleading_character", "2")),
        ("# -*- coding: utf-7 -*-\n", ("encoding_declared", "1")),
        ("#!/usr/bin/python\n# vim: set fileencoding=latin-1 :\n", ("encoding_declared", "2")),
        (f"x = '{'a' * MAX_BYTES}'\n", ("too_large", "1")),
        ("x = 1 if 1 is 1 else 0\n", ("syntax", "1")),
    ],
)
def test_python_that_is_refused(text: str, expected: tuple[str, str]) -> None:
    assert expected in found(text)


def test_nul_is_refused() -> None:
    assert {code for code, _ in found("x = 1\0\n")} == {"misleading_character", "syntax"}


@pytest.mark.parametrize("bomb", ["(" * 5000 + ")" * 5000, "-" * 50_000 + "1", "x = " + "[" * 300 + "]" * 300])
def test_parser_bombs_are_findings(bomb: str) -> None:
    assert [code for code, _ in found(bomb)] == ["syntax"]


def test_other_languages_are_fine_in_texts() -> None:
    assert found("NAME = 'Prüfung 物件 👨‍👩‍👧 שלום'\n") == []
    assert found("request = 'a \u202e b'\n", "docs/agents/x.md") == []


def test_toml_must_be_toml() -> None:
    assert found("a = 1\n", "agent_specs/x.toml") == []
    assert found("a = \n", "agent_specs/x.toml") == [("syntax", "1")]
