"""The allow-list: what generated agents are made of passes, and each way out is refused with its place and reason."""

from __future__ import annotations

import pytest
from agent_samples import CALC_AGENT, DATA_AGENT, agents, compiled_tests

from daemon.checks.security import check_security
from daemon.core.build import FileKind, GeneratedFile
from daemon.core.findings import Level


def codes(text: str, kind: FileKind = "agent") -> list[str]:
    path = "tests/agents/test_x.py" if kind == "test" else "src/agents/x.py"
    return [f.code for f in check_security([GeneratedFile(kind=kind, path=path, text=text)])]


def test_what_the_compiler_writes_passes() -> None:
    assert check_security([*agents(), *compiled_tests().files]) == ()


def test_a_finding_says_where_and_what_to_do() -> None:
    (finding,) = check_security([GeneratedFile(kind="agent", path="src/agents/x.py", text='"""X."""\n\nimport os\n')])
    assert finding.place == "src/agents/x.py:3"
    assert finding.level is Level.ERROR
    assert "os" in finding.message
    assert finding.suggestion


REFUSED = {
    "os": ("import os", "import"),
    "subprocess": ("from subprocess import run", "import"),
    "submodule": ("import os.path", "import"),
    "under another name": ("import socket as decimal", "import"),
    "relative": ("from . import x", "import"),
    "star": ("from decimal import *", "import"),
    "module through module": ("import statistics\ndef f(): return statistics.random", "import"),
    "module through from": ("from collections import _sys", "import"),
    "private alias": ("import enum as e\ndef f(): return e._os", "import"),
    "engine of its own": ("from sqlalchemy import create_engine", "import"),
    "engine by attribute": ("import sqlalchemy as sa\ndef f(): return sa.create_engine('x')", "denied_attribute"),
    "writing": ("from sqlalchemy import delete", "import"),
    "writing by attribute": ("def f(t): return t.delete()", "denied_attribute"),
    "rest of the daemon": ("from daemon.adapters.store import x", "import"),
    "open": ("def f(): return open('x')", "denied_name"),
    "eval": ("def f(): return eval('1')", "denied_name"),
    "passed on": ("def f(): return map(exec, [])", "denied_name"),
    "__import__": ("def f(): return __import__('os')", "denied_name"),
    "builtins": ("def f(): return __builtins__", "denied_name"),
    "getattr computed": ("def f(x, n): return getattr(x, n)", "denied_name"),
    "getattr dunder": ("def f(x): return getattr(x, '__class__')", "denied_name"),
    "type with three": ("T = type('T', (), {})", "denied_name"),
    "global": ("X = 1\ndef f():\n    global X", "denied_name"),
    "async": ("async def f(): pass", "denied_name"),
    "dunder walk": ("def f(x): return x.__class__", "dunder"),
    "subclasses": ("def f(): return object.__subclasses__()", "dunder"),
    "format walk": ("def f(x): return '{0.__class__}'.format(x)", "dunder"),
    "always equal": ("class A:\n    def __eq__(self, other): return True", "dunder"),
    "metaclass": ("class A(metaclass=object): pass", "dunder"),
    "frames": ("def f(g): return g.gi_frame", "denied_attribute"),
    "os reached": ("def f(x): return x.os.system('ls')", "denied_attribute"),
    "files by path": ("from pathlib import Path\ndef f(): return Path('/etc/passwd').read_text()", "denied_attribute"),
    "raw connection": ("def f(c): return c.exec_driver_sql('x')", "denied_attribute"),
    "sql from text": ("from sqlalchemy import text\ndef f(n): return text(f'select {n}')", "raw_sql"),
    "own code on import": ("def f(): return 1\nX = f()", "runs_on_import"),
    "own code in a class": ("def f(): return 1\nclass A:\n    x = f()", "runs_on_import"),
    "own code as default": ("def f(): return 1\ndef g(x=f()): return x", "runs_on_import"),
    "own code by another name": ("def f(): return 1\ng = f\nX = g()", "runs_on_import"),
    "loop on import": ("for x in ():\n    pass", "runs_on_import"),
    "hidden in if": ("def f(): return 1\nif True:\n    f()", "runs_on_import"),
    "noqa": ("X = 1  # noqa", "suppression"),
    "nosec": ("X = 1  # NOSEC B101", "suppression"),
    "type ignore": ("X = 1  # type: ignore[misc]", "suppression"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_refused(name: str) -> None:
    text, code = REFUSED[name]
    assert code in codes(text)


ALLOWED = {
    "column called open": (
        "from sqlalchemy import column, table\nT = table('t', column('open'))\ndef f(): return T.c.open"
    ),
    "figure called input": "def f(input):\n    open = input + 1\n    return open",
    "field called open": "from pydantic import BaseModel\nclass R(BaseModel):\n    open: int\ndef f(r): return r.open",
    "query on import": (
        "from sqlalchemy import column, select, table\nT = table('t', column('a'))\nR = select(T.c.a).where(T.c.a > 1)"
    ),
    "own dataclass": "from dataclasses import dataclass\n@dataclass\nclass P:\n    a: int = 1\nDEFAULTS = P()",
    "getattr spelt out": "def f(x): return getattr(x, 'value', None)",
    "type name": "def f(x): return type(x).__name__",
    "a text with a dunder": "X = '__typename__'",
    "constant text": "from sqlalchemy import text\ndef f(): return text('select 1')",
    "type checking": "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from decimal import Decimal",
    "main": "def f(): return 1\nif __name__ == '__main__':\n    f()",
    "lambda kept for later": "def f(): return 1\nX = lambda: f()",
}


@pytest.mark.parametrize("name", ALLOWED)
def test_allowed(name: str) -> None:
    assert codes(ALLOWED[name]) == []


def test_a_called_field_is_no_field() -> None:
    text = "from pydantic import BaseModel\nclass R(BaseModel):\n    open: int\ndef f(p): return p.open()"
    assert codes(text) == ["denied_attribute"]


def test_tests_may_make_a_database_of_their_own_but_not_more() -> None:
    text = "import sqlite3\nimport pytest\nfrom sqlalchemy import create_engine, insert\n"
    assert codes(text, "test") == []
    assert codes(text) == ["import", "import", "import", "import"]
    assert codes("import os\n", "test") == ["import"]


def test_support_files_and_other_texts_are_not_looked_at() -> None:
    support = GeneratedFile(kind="support", path="tests/agents/conftest.py", text="import sys\n")
    doc = GeneratedFile(kind="doc", path="docs/agents/x.md", text="import os\n")
    assert check_security([support, doc]) == ()


def test_what_does_not_parse_is_left_to_the_syntax_check() -> None:
    assert codes("def (") == []


def test_a_line_slipped_into_a_real_agent_is_found() -> None:
    assert codes(CALC_AGENT + "\nimport socket\n") == ["import"]
    assert codes(DATA_AGENT.replace("return read(", "return eval(", 1)) == ["denied_name"]
