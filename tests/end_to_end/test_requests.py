"""Each development request, dropped into a real daemon on SQLite and PostgreSQL, ends as it should.

Every number a published agent gives is compared with the known answer; requests the rules do not understand wait for
a model and publish nothing.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from request_cases import STATES, Case, Check, Figures, agrees, case, mode_named, reading

from daemon.cli.init import make_workspace

NUMBERS = [f"{n:02}" for n in range(1, 15)]
UNDERSTOOD_BY_RULES = {"01", "03", "04", "09", "10", "11", "12", "13", "14"}
"""At least these need no model."""
ANSWERS = [
    ("09", "products.unit_price", "list price, every product once"),
    ("09", "every row of order_details once", "price charged, every order line once"),
    ("09", "weighted by quantity", "price charged, weighted by quantity"),
    ("10", "NOI per unit", "per unit instead"),
]
"""Request, words of the option that is chosen, and what the expected file calls that answer."""
NOWHERE = "http://127.0.0.1:9/v1"


@dataclass(frozen=True)
class DroppedInto:
    """A workspace whose only way in is the inbox, and whose only way out are files and commands."""

    root: Path
    url: str

    def run(self, *arguments: str, expect: int | None = 0) -> str:
        environment = {**os.environ, "LLM_BASE_URL": NOWHERE, "COLUMNS": "200"}
        done = subprocess.run(
            [sys.executable, "-m", "daemon", "-C", str(self.root), *arguments],
            check=False,
            capture_output=True,
            text=True,
            env=environment,
            timeout=100,
            cwd=Path(__file__).parents[2],
        )
        assert expect is None or done.returncode == expect, f"{arguments}: {done.returncode}\n{done.stderr[-3000:]}"
        return done.stdout

    def drop(self, file: Path) -> dict[str, Any]:
        shutil.copy(file, self.root / "inbox" / file.name)
        self.run("run", "--once", expect=None)
        return self.status(file.name)

    def status(self, name: str) -> dict[str, Any]:
        document: dict[str, Any] = json.loads((self.root / "inbox" / f"{name}.status.json").read_text("utf-8"))
        return document

    def spec_of(self, status: dict[str, Any]) -> Path:
        (path,) = (o["path"] for o in status["outputs"] if o["kind"] == "spec")
        return Path(self.root, path)

    def figures(self, spec: Path, mode: str) -> Figures:
        agent = tomllib.loads(spec.read_text("utf-8"))["agents"]["calc"]
        return Figures(json.loads(self.run("call", agent, "--all", "--mode", mode_named(spec, mode), "--json")))

    def published(self) -> list[str]:
        folders = ("src/agents", "agent_specs", "tests/agents", "docs/agents")
        return [str(f) for folder in folders for f in (self.root / folder).rglob("*.*") if f.name != "README.md"]


@pytest.fixture(params=["sqlite", "postgres"])
def engine(request: pytest.FixtureRequest) -> str:
    name: str = request.param
    return name


@pytest.fixture
def workspace(number: str, engine: str, tmp_path: Path, request: pytest.FixtureRequest) -> DroppedInto:
    database = case(number).database
    url: str = request.getfixturevalue(f"{database}_{engine}")
    root = tmp_path / "Anfragen & Größen 🏠"
    made = DroppedInto(root, url)
    make_workspace(root, sample=False)
    settings = f"DATABASE_URL={url}\n"
    if number == "08":
        settings = f"CHINOOK_URL={url}\nDATABASE_URL=sqlite:///{tmp_path}/other.db\n"
        (tmp_path / "other.db").touch()
    (root / ".env").write_text(settings, "utf-8")
    return made


@pytest.mark.parametrize("number", NUMBERS)
def test_request_ends_as_it_should(number: str, engine: str, workspace: DroppedInto) -> None:
    wanted = case(number)
    if wanted.first:
        workspace.drop(case(wanted.first).file)
    published = workspace.published()

    status = workspace.drop(wanted.file)

    assert_url_is_nowhere(workspace)
    if status["state"] == "deferred":
        assert status["deferral"]["reason"] == "llm_unavailable", status["message"]
        assert number not in UNDERSTOOD_BY_RULES, status["message"]
    else:
        assert status["state"] in wanted.states, f"{status['message']} {status['error']}"
    if status["state"] != "succeeded":
        assert workspace.published() == published
    if status["state"] == "needs_answer":
        assert_questions_can_be_answered(status)
        if STATES[wanted.outcome] == "succeeded":
            workspace.run("answer", wanted.file.name, "--defaults")
            workspace.run("run", "--once", expect=None)
            status = workspace.status(wanted.file.name)
            assert status["state"] == "succeeded", status["message"]
    if status["state"] == "succeeded":
        assert_agent_is_right(workspace, wanted, status)


def assert_url_is_nowhere(workspace: DroppedInto) -> None:
    files = [f for f in workspace.root.rglob("*") if f.is_file() and f.name != ".env"]
    assert not [f.name for f in files if workspace.url.encode() in f.read_bytes()]


def assert_questions_can_be_answered(status: dict[str, Any]) -> None:
    assert status["questions"]
    for question in status["questions"]:
        assert question["options"]
        assert question["default"]


def assert_agent_is_right(workspace: DroppedInto, wanted: Case, status: dict[str, Any], condition: str = "") -> None:
    if wanted.outcome == "build_with_warnings":
        assert status["warnings"] or status["assumptions"]
    spec = workspace.spec_of(status)
    called = cache(lambda mode: workspace.figures(spec, mode))
    compared, wrong = 0, []
    for check in wanted.checks:
        if check.condition != condition:
            continue
        read = reading(wanted, check)
        assert read or check.negative or check.optional, f"say in READINGS where the agent shows: {check.what}"
        if read:
            found = read(called(check.mode))
            compared += 1
            wrong += [problem(check, found)] if agrees(found, check) == check.negative else []
    assert not wrong, "published wrong numbers:\n" + "\n".join(wrong)
    assert compared, "nothing was compared"


def problem(check: Check, found: object) -> str:
    return f"{check.what} ({check.mode or 'standard'}): {'trap ' * check.negative}{check.expected}, found {found}"


@pytest.mark.parametrize(("number", "words", "condition"), ANSWERS)
def test_the_answer_decides_the_numbers(
    number: str, words: str, condition: str, engine: str, workspace: DroppedInto
) -> None:
    wanted = case(number)
    asked = workspace.drop(wanted.file)
    assert asked["state"] == "needs_answer", asked["message"]
    (question,) = asked["questions"]
    (option,) = (o for o in question["options"] if words in o)

    workspace.run("answer", wanted.file.name, "--set", f"{question['id']}={option}")
    workspace.run("run", "--once", expect=None)

    status = workspace.status(wanted.file.name)
    assert status["state"] == "succeeded", f"{status['message']} {status['error']}"
    assert_agent_is_right(workspace, wanted, status, condition)


@pytest.mark.parametrize("number", ["11"])
def test_a_destructive_request_changes_nothing(number: str, engine: str, workspace: DroppedInto) -> None:
    from daemon.adapters.database import open_database

    database = open_database(workspace.url)
    tables = {t.ref: database.row_count(t.ref) for t in database.schema().tables}
    database.close()

    status = workspace.drop(case(number).file)

    assert status["state"] == "refused"
    assert {t.ref: database.row_count(t.ref) for t in database.schema().tables} == tables
    database.close()
