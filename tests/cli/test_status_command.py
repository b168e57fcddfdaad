"""``meta-agent status``: tables, one request, JSON, watching."""

from __future__ import annotations

import json
from argparse import Namespace
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from person import Person
from status_documents import (
    deferred,
    failed,
    needs_answer,
    running,
    succeeded,
    write_daemon_status,
    write_request_status,
)

from daemon.cli import status
from daemon.cli.render.listing import MOST_ROWS
from daemon.core.errors import UsageError
from daemon.core.job import JobState

LONG_PATH = "src/agents/" + "a_very_long_agent_name_" * 4 + "calc_agent.py"


def _status(person: Person, name: str | None = None, *, watch: bool = False, as_json: bool = False) -> str:
    assert status.run(Namespace(name=name, watch=watch, json=as_json), person.terminal) == 0
    return person.sees


def _flat(shown: str) -> str:
    """What is shown, without the line ends that wrapping makes."""
    return "".join(shown.split())


@pytest.mark.parametrize("columns", [60, 80, 120])
def test_everything_fits_at_every_width(workspace: Path, columns: int) -> None:
    write_daemon_status(workspace)
    write_request_status(workspace, "dscr.md", **succeeded())
    write_request_status(workspace, "stress.md", **running())
    write_request_status(workspace, "n" * 120 + ".md", **failed())
    write_request_status(workspace, "Häuser 🏠.md", **needs_answer())
    person = Person(workspace, columns=columns)
    shown = _status(person)
    assert max(len(line) for line in shown.splitlines()) <= columns
    for words in ("✓ succeeded", "● running", "62%", "✗ failed", "? needs answer", "Häuser 🏠.md", "watches the inbox"):
        assert words in shown
    assert all(words in _flat(shown) for words in ("meta-agentanswer", "'Häuser🏠.md'"))
    assert shown.replace("\n", "").count("n") > 120


@pytest.mark.parametrize("columns", [60, 120])
def test_one_request_says_everything_important(workspace: Path, columns: int) -> None:
    write_daemon_status(workspace)
    outputs = [{"kind": "agent", "path": LONG_PATH, "sha256": "0" * 64}]
    write_request_status(workspace, **succeeded(outputs=outputs, revision=2))
    shown = _status(Person(workspace, columns=columns), "dscr")
    flat = _flat(shown)
    for words in (
        "revision 2",
        "took 2.4 s",
        "net operating income (financial_metrics.annual_noi)",
        "1.25 is the usual limit",
        "2 of 10 properties",
        "34 passed, 0 failed; 12 of 12 planted faults caught",
        "bubblewrap",
        "rules understood the whole request",
        "analyze_requirements",
        LONG_PATH,
    ):
        assert _flat(words) in flat
    assert max(len(line) for line in shown.splitlines()) <= columns


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (failed(), ("3 of 34 tests fail", "see the log, then retry", "tests_failed", "logs/dscr.md/sandbox.txt")),
        (deferred(), ("memory: 6,144 MiB needed, 2,048 MiB free", "looked at again")),
        (needs_answer(), ("debt service rises", "falls (default)", "meta-agent answer dscr.md")),
        (running(), ("62%", "compiles the agents")),
        ({"queue_position": 0}, ("next in line",)),
        ({"queue_position": 3}, ("3 before it",)),
        (succeeded(sandbox={"backend": "process"}), ("no isolation",)),
        (succeeded(llm={"planner": "llm", "model": "coder-7b", "calls": 3, "cached_calls": 1}), ("3 calls, 1 from",)),
    ],
)
def test_every_state_says_what_matters(workspace: Path, content: dict[str, Any], words: tuple[str, ...]) -> None:
    write_daemon_status(workspace)
    write_request_status(workspace, **content)
    shown = _flat(_status(Person(workspace, columns=120), "dscr.md"))
    assert all(_flat(word) in shown for word in words)


@pytest.mark.parametrize(
    ("pulse", "words"),
    [
        (None, "no daemon has run here yet"),
        ({"age_seconds": 31}, "does not answer any more"),
        ({"state": "stopped"}, "is stopped"),
        ({"message": "works on dscr.md"}, "works on dscr.md"),
    ],
    ids=["never", "stale", "stopped", "alive"],
)
def test_the_daemons_pulse_is_told(person: Person, workspace: Path, pulse: dict[str, Any] | None, words: str) -> None:
    if pulse is not None:
        write_daemon_status(workspace, **pulse)
    write_request_status(workspace, **running())
    assert words in _status(person)
    assert ("taken up again" in _flat_words(Person(workspace))) is ("works" not in words)


def _flat_words(person: Person) -> str:
    return " ".join(_status(person, "dscr").split())


def test_an_empty_inbox_says_what_to_do(person: Person) -> None:
    assert "meta-agent submit" in _status(person)


def test_a_file_nobody_has_seen_yet_is_listed(person: Person, workspace: Path) -> None:
    (workspace / "inbox" / "new.md").write_text("x")
    (workspace / "inbox" / ".hidden.md").write_text("x")
    shown = _status(person)
    assert "new.md" in shown
    assert "hidden" not in shown
    assert "dropped" in _status(Person(workspace), "new")


def test_of_thousands_of_requests_the_latest_are_listed(person: Person, workspace: Path) -> None:
    for number in range(MOST_ROWS + 50):
        minute, second = divmod(number, 60)
        write_request_status(workspace, f"r{number:03}.md", updated_at=f"2026-01-31T08:{minute:02}:{second:02}Z")
    (workspace / "inbox" / "unseen.md").write_text("DSCR")
    shown = _status(person)
    assert "r049.md" not in shown
    assert all(name in shown for name in ("r050.md", f"r{MOST_ROWS + 49}.md", "and 51 more"))


def test_control_characters_are_shown_not_obeyed(person: Person, workspace: Path) -> None:
    write_request_status(workspace, "a\x1b[31mb.md", message="x\x1b]0;title\x07 \u202egnp.exe [bold]y[/bold]")
    shown = _status(person)
    assert "\x1b" not in shown
    assert "\u202e" not in shown
    assert "[bold]y[/bold]" in shown


def test_a_damaged_status_file_is_named_and_the_others_show(person: Person, workspace: Path) -> None:
    write_request_status(workspace)
    for name, content in {"a": "{", "b": "[]", "c": '{"state": "queued"}'}.items():
        (workspace / "inbox" / f"{name}.md.status.json").write_text(content)
    shown = _status(person)
    assert "dscr.md" in shown
    for name in "abc":
        assert f"{name}.md.status.json" in shown


def test_json_is_what_the_files_say(script: Person, workspace: Path) -> None:
    write_daemon_status(workspace)
    write_request_status(workspace, "Ä 🏠.md", **succeeded())
    inbox = workspace / "inbox"
    on_disk = json.loads((inbox / "Ä 🏠.md.status.json").read_text(encoding="utf-8"))
    answer = json.loads(_status(script, as_json=True))
    assert answer == {"daemon": json.loads((inbox / "daemon.status.json").read_text()), "requests": [on_disk]}
    alone = Person(workspace, at_terminal=False)
    assert json.loads(_status(alone, "Ä 🏠", as_json=True)) == on_disk


def test_json_of_a_request_without_status_is_an_error(script: Person, workspace: Path) -> None:
    (workspace / "inbox" / "new.md").write_text("x")
    with pytest.raises(UsageError, match="no status yet"):
        _status(script, "new", as_json=True)


@pytest.mark.parametrize("name", ["dscr", "dscr.md", "inbox/dscr.md", "/somewhere/inbox/dscr.md"])
def test_a_request_is_found_by_any_of_its_names(person: Person, workspace: Path, name: str) -> None:
    write_request_status(workspace)
    assert "dscr.md" in _status(person, name)


def test_unknown_and_ambiguous_names_are_told(person: Person, workspace: Path) -> None:
    write_request_status(workspace, "dscr.md")
    write_request_status(workspace, "dscr.txt")
    with pytest.raises(UsageError, match=r"dscr\.md or dscr\.txt"):
        _status(person, "dscr")
    with pytest.raises(UsageError, match="did you mean"):
        _status(person, "dcsr.md")
    with pytest.raises(UsageError, match="meta-agent status lists them"):
        _status(person, "zzz")


def _then(workspace: Path, content: dict[str, Any]) -> Callable[[], object]:
    return lambda: write_request_status(workspace, **content)


@pytest.mark.parametrize("at_terminal", [True, False])
def test_watching_one_request_ends_with_it(workspace: Path, at_terminal: bool) -> None:
    write_daemon_status(workspace)
    write_request_status(workspace)
    person = Person(workspace, at_terminal=at_terminal)
    person.meanwhile = [_then(workspace, running()), _then(workspace, succeeded())]
    shown = _status(person, "dscr", watch=True)
    assert "queued" in shown
    assert "62%" in shown
    assert "succeeded" in shown
    assert person.meanwhile == []


def test_watching_without_terminal_tells_changes_only(workspace: Path) -> None:
    write_request_status(workspace)
    person = Person(workspace, at_terminal=False)
    person.meanwhile = [lambda: None, lambda: None, _then(workspace, {"state": JobState.CANCELLED, "message": "stop"})]
    assert _status(person, "dscr", watch=True).splitlines() == [
        "dscr.md queued 0% waits for its turn",
        "dscr.md cancelled 0% stop",
    ]
