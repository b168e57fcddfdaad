"""``meta-agent submit``: names, places, what is never overwritten, following."""

from __future__ import annotations

import io
from argparse import Namespace
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from person import Person
from status_documents import failed, needs_answer, running, succeeded, write_daemon_status, write_request_status

from daemon.cli import submit
from daemon.cli.request_files import checked_name, name_from_text
from daemon.core.errors import MetaAgentError, RequestInvalid, UsageError, WorkspaceError
from daemon.core.inbox_names import is_request_name
from daemon.core.request import content_hash

DSCR = "I need an agent to calculate DSCR for properties"


def _submit(person: Person, *what: str, name: str | None = None, follow: bool = False) -> int:
    return submit.run(Namespace(what=list(what), name=name, follow=follow), person.terminal)


def _inbox(root: Path) -> dict[str, str]:
    files = (root / "inbox").iterdir()
    return {file.name: file.read_text(encoding="utf-8") for file in files if file.name != "daemon.status.json"}


@pytest.mark.parametrize(
    ("text", "name"),
    [
        (DSCR, "dscr-for-properties.md"),
        ("Build a DSCR system with 3 modes - standard", "dscr-system-with-3-modes.md"),
        ("LTV and debt yield for every property", "ltv-and-debt-yield.md"),
        ("Mietrendite für Häuser in Zürich", "mietrendite-fur-hauser-in-zurich.md"),
        ("利回り を 計算", "利回り-を-計算.md"),
        ("🏠", "request.md"),
        ("I need an agent", "request.md"),
        ("../../etc/passwd; rm -rf ~", "etc-passwd-rm-rf.md"),
    ],
)
def test_a_text_is_named_by_its_first_telling_words(text: str, name: str) -> None:
    assert name_from_text(text) == name


@given(st.text())
def test_every_text_gets_a_name_the_inbox_accepts(text: str) -> None:
    name = name_from_text(text)
    assert checked_name(name) == name
    assert is_request_name(name)


def test_a_text_is_written_and_the_place_is_told(script: Person, workspace: Path) -> None:
    assert _submit(script, DSCR) == 0
    assert _inbox(workspace) == {"dscr-for-properties.md": DSCR + "\n"}
    assert script.sees == f"{workspace / 'inbox' / 'dscr-for-properties.md'}\n"
    assert f"meta-agent -C '{workspace}' status dscr-for-properties.md --watch" in script.reads
    assert "meta-agent run" in script.reads


def test_words_need_no_quotes_and_a_running_daemon_no_hint(script: Person, workspace: Path) -> None:
    write_daemon_status(workspace)
    _submit(script, "LTV", "per", "property")
    assert _inbox(workspace) == {"ltv-per-property.md": "LTV per property\n"}
    assert "meta-agent run" not in script.reads


def test_another_request_is_never_overwritten_and_the_same_never_doubled(script: Person, workspace: Path) -> None:
    _submit(script, "DSCR of the properties of the portfolio, one")
    _submit(script, "DSCR of the properties of the portfolio, two")
    _submit(script, "DSCR  of the properties of the portfolio, three")
    _submit(script, "DSCR of the properties of the portfolio, two")
    assert sorted(_inbox(workspace)) == [
        "dscr-of-the-properties-2.md",
        "dscr-of-the-properties-3.md",
        "dscr-of-the-properties.md",
    ]
    assert "same content" in script.reads


def test_a_name_of_ones_own_makes_a_new_revision(script: Person, workspace: Path) -> None:
    _submit(script, "DSCR", name="mine")
    _submit(script, "LTV", name="mine")
    assert _inbox(workspace) == {"mine.md": "LTV\n"}
    assert "new revision" in script.reads


def test_a_file_keeps_its_name_and_its_bytes(script: Person, workspace: Path) -> None:
    _submit(script, str(workspace / "requests" / "cap-rate.toml"))
    assert (workspace / "inbox" / "cap-rate.toml").read_bytes() == (workspace / "requests/cap-rate.toml").read_bytes()
    _submit(script, str(workspace / "requests" / "cap-rate.toml"), name="rates")
    assert (workspace / "inbox" / "rates.toml").is_file()


def test_a_file_with_another_ending_becomes_a_request(script: Person, workspace: Path, tmp_path: Path) -> None:
    (tmp_path / "wish.rst").write_text("DSCR")
    _submit(script, str(tmp_path / "wish.rst"))
    assert _inbox(workspace) == {"wish.rst.md": "DSCR"}


@pytest.mark.parametrize("what", [["-"], []])
def test_the_standard_input_is_read(script: Person, workspace: Path, what: list[str]) -> None:
    script.terminal.source = io.TextIOWrapper(io.BytesIO("LTV für alle\n".encode()), encoding="utf-8")
    assert _submit(script, *what) == 0
    assert _inbox(workspace) == {"ltv-fur-alle.md": "LTV für alle\n"}


def test_a_long_text_is_no_file_name(script: Person, workspace: Path) -> None:
    text = "DSCR of everything. " * 300
    _submit(script, text)
    assert _inbox(workspace) == {"dscr-of-everything-dscr.md": text.strip() + "\n"}


@pytest.mark.parametrize(
    ("what", "name", "kind", "words"),
    [
        (["missing.md"], None, UsageError, "no file missing.md"),
        (["some/where"], None, UsageError, "no file some/where"),
        (["."], None, UsageError, "is a folder"),
        (["   "], None, UsageError, "empty"),
        ([], None, UsageError, "no request given"),
        (["DSCR"], "../evil", UsageError, "no name for a request"),
        (["DSCR"], ".hidden", UsageError, "no name for a request"),
        (["DSCR"], "a\nb", UsageError, "no name for a request"),
        (["DSCR"], "daemon.status.json", None, ""),
        (["DSCR"], "x" * 300, UsageError, "255 bytes"),
        (["a\0b"], None, RequestInvalid, "NUL"),
        (["+++\nx"], "broken", RequestInvalid, "front matter"),
        (["x" * 300_000], None, RequestInvalid, "256 KiB"),
    ],
)
def test_odd_input_is_refused_and_leaves_nothing(
    person: Person, workspace: Path, what: list[str], name: str | None, kind: type[Exception] | None, words: str
) -> None:
    if kind is None:
        assert _submit(person, *what, name=name) == 0
        assert _inbox(workspace) == {"daemon.status.json.md": "DSCR\n"}
        return
    with pytest.raises(kind, match=words):
        _submit(person, *what, name=name)
    assert _inbox(workspace) == {}


def test_a_full_or_closed_inbox_is_an_error_of_the_workspace(
    person: Person, workspace: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(WorkspaceError, match="No space left"):
        _submit(person, DSCR)
    assert _inbox(workspace) == {}


def _then(workspace: Path, content: dict[str, Any]) -> Callable[[], object]:
    sha256 = content_hash(DSCR.encode())

    def write() -> None:
        write_daemon_status(workspace)
        write_request_status(workspace, "dscr-for-properties.md", request_sha256=sha256, **content)

    return write


@pytest.mark.parametrize(
    ("ending", "code", "words"),
    [
        (succeeded(), 0, "src/agents/calc_agent.py"),
        (failed(), 1, "see the log, then retry"),
        ({"state": "refused", "message": "it would delete rows"}, 1, "it would delete rows"),
        ({"state": "cancelled", "message": "stopped"}, 1, "stopped"),
        (needs_answer(), 3, "question"),
        ({"state": "invalid", "message": "no text"}, 4, "no text"),
    ],
    ids=["succeeded", "failed", "refused", "cancelled", "question", "invalid"],
)
@pytest.mark.parametrize("at_terminal", [True, False])
def test_following_ends_with_the_request_and_its_code(
    workspace: Path, ending: dict[str, Any], code: int, words: str, at_terminal: bool
) -> None:
    write_daemon_status(workspace)
    person = Person(workspace, at_terminal=at_terminal)
    person.meanwhile = [_then(workspace, running()), _then(workspace, ending)]
    assert _submit(person, DSCR, follow=True) == code
    assert "analyze_requirements" in person.sees
    assert words in person.sees


def test_the_end_of_an_older_revision_does_not_count(workspace: Path) -> None:
    write_daemon_status(workspace)
    write_request_status(workspace, "dscr-for-properties.md", request_sha256="0" * 64, **failed())
    person = Person(workspace)
    person.meanwhile = [lambda: None, _then(workspace, succeeded())]
    assert _submit(person, DSCR, follow=True) == 0


def test_lines_without_terminal_are_told_once(workspace: Path) -> None:
    write_daemon_status(workspace)
    script = Person(workspace, at_terminal=False)
    script.meanwhile = [_then(workspace, running()), lambda: None, _then(workspace, succeeded())]
    _submit(script, DSCR, follow=True)
    assert script.sees.count("analyze_requirements done 0.2 s 1 metric\n") == 1
    assert "\x1b" not in script.sees


def test_following_gives_up_when_no_daemon_comes(workspace: Path) -> None:
    person = Person(workspace, at_terminal=False)
    before = person.moment
    with pytest.raises(MetaAgentError, match="no daemon has worked on this inbox for 30 s"):
        _submit(person, DSCR, follow=True)
    assert 30 < (person.moment - before).total_seconds() < 32
    assert "dscr-for-properties.md" in _inbox(workspace)


def test_a_daemon_that_starts_meanwhile_is_waited_for(workspace: Path) -> None:
    person = Person(workspace, at_terminal=False)
    person.meanwhile = [*[lambda: None] * 50, _then(workspace, succeeded())]
    assert _submit(person, DSCR, follow=True) == 0
