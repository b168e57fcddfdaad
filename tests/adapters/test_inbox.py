"""What lies in the inbox becomes jobs and status files, whatever it is and however the daemon was woken."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from inbox_scene import SETTLE, Scene

from daemon.adapters.inbox import AT_ONCE, Scan
from daemon.adapters.store import SqlStore
from daemon.core.errors import StoreError
from daemon.core.job import Job, JobState
from daemon.core.request import MAX_BYTES


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    scene = Scene(tmp_path)
    yield scene
    scene.store.close()


def test_a_file_is_taken_when_it_stops_changing(scene: Scene) -> None:
    scene.drop("dscr.md")
    first = scene.inbox.scan()
    assert (first.settling, first.accepted) == (("dscr.md",), ())
    assert first.next_look_in == pytest.approx(SETTLE)
    assert scene.status("dscr.md")["state"] == "settling"
    scene.clock.advance(SETTLE / 2)
    scene.drop("dscr.md", "DSCR please, conservative")
    assert scene.inbox.scan().settling == ("dscr.md",)
    scene.clock.advance(SETTLE * 0.9)
    assert scene.inbox.scan().settling == ("dscr.md",), "it changed less than the settle time ago"
    scene.clock.advance(SETTLE * 0.1)
    assert scene.inbox.scan() == Scan(accepted=("dscr.md",))
    assert scene.store.content(scene.job("dscr.md").id) == b"DSCR please, conservative"
    assert (scene.status("dscr.md")["state"], scene.status("dscr.md")["queue_position"]) == ("queued", 0)


def test_a_rewrite_with_the_same_size_and_time_is_seen(scene: Scene) -> None:
    scene.drop("a.md", "LTV 1")
    scene.settled()
    before = (scene.folder / "a.md").stat()
    scene.drop("a.md", "LTV 2")
    os.utime(scene.folder / "a.md", ns=(before.st_atime_ns, before.st_mtime_ns))
    assert scene.settled().accepted == ("a.md",)


@pytest.mark.parametrize("again", [b"DSCR\nplease\n", b"DSCR\r\nplease  \r\n\r\n", b"\xef\xbb\xbfDSCR\nplease"])
def test_saving_the_same_text_again_does_nothing(scene: Scene, again: bytes) -> None:
    scene.drop("a.md", b"DSCR\nplease\n")
    scene.settled()
    scene.drop("a.md", again)
    assert scene.settled() == Scan()
    assert scene.job("a.md").revision == 1


def test_an_unchanged_file_is_not_opened_again(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    scene.drop("a.md")
    scene.settled()
    monkeypatch.setattr(os, "open", lambda *_: pytest.fail("it was opened"))
    assert scene.settled() == Scan()


def test_a_restart_finds_everything_as_it_was(scene: Scene) -> None:
    scene.drop("a.md")
    scene.drop("b.md", b"\0")
    scene.settled()
    scene.restart()
    assert scene.settled() == Scan()
    assert scene.store.counts() == {"invalid": 1, "queued": 1}


def test_files_of_one_look_are_taken_oldest_first(scene: Scene) -> None:
    for name, time in (("a.md", 300), ("b.md", 100), ("c.md", 200)):
        scene.drop(name, name)
        os.utime(scene.folder / name, (time, time))
    assert scene.settled().accepted == ("b.md", "c.md", "a.md")


def test_a_flood_is_taken_in_portions_without_a_pause(scene: Scene) -> None:
    names = [f"{number:04}.md" for number in range(AT_ONCE + 1)]
    for name in names:
        scene.drop(name, name)
    first = scene.settled()
    assert (len(first.accepted), len(first.settling), first.next_look_in) == (AT_ONCE, 1, 0)
    second = scene.inbox.scan()
    assert {*first.accepted, *second.accepted} == set(names)
    assert second.next_look_in is None


def test_the_priority_of_a_request_counts(scene: Scene) -> None:
    scene.drop("a.md")
    scene.drop("urgent.toml", 'priority = 9\nrequest = "LTV"')
    scene.settled()
    assert [job.request for job in scene.store.waiting(9)] == ["urgent.toml", "a.md"]


INVALID = {
    "empty.md": (b"", "empty"),
    "blank.md": (b" \n\n ", "empty"),
    "large.md": (b"x" * (MAX_BYTES + 1), "256 KiB"),
    "latin.md": ("Größe".encode("latin-1"), "byte 3 is not UTF-8"),
    "utf16.md": ("DSCR".encode("utf-16"), "NUL"),
    "binary.txt": (b"%PDF\0\0", "byte 5 is NUL"),
    "open.md": (b"+++\ntitle = 'x'\nDSCR", "no later '+++' closes"),
    "broken.md": (b"+++\ntitle = x\n+++\nDSCR", "not valid TOML"),
    "keys.md": (b"+++\npriorty = 1\n+++\nDSCR", "unknown key 'priorty'"),
    "high.md": (b"+++\npriority = 10\n+++\nDSCR", "priority"),
    "bare.toml": (b"title = 'x'", "no text"),
    "deep.toml": (b"a=" + b"[" * 50_000, "nested too deeply"),
    "digits.md": (b"+++\npriority = " + b"9" * 5000 + b"\n+++\nDSCR", "not valid TOML"),
    "path.md": (b'+++\nagents = {data = "../x"}\n+++\nDSCR', "'agents.data': write lower-case letters"),
    "variable.md": (b'+++\ndatabase = "A B"\n+++\nDSCR', "'database': write the name of an environment variable"),
}


@pytest.mark.parametrize("name", INVALID)
def test_what_is_no_request_says_what_and_where(scene: Scene, name: str) -> None:
    content, words = INVALID[name]
    scene.drop(name, content)
    scene.drop("good.md")
    scan = scene.settled()
    assert (scan.accepted, scan.rejected) == (("good.md",), (name,))
    status = scene.status(name)
    assert status["state"] == "invalid"
    assert words in status["error"]["message"]
    assert status["error"]["code"] == "invalid_request"
    assert status["error"]["hint"]
    assert scene.settled() == Scan(), "it is said once"


def test_an_invalid_file_is_looked_at_again_when_it_changes(scene: Scene) -> None:
    scene.drop("a.md", b"")
    scene.settled()
    scene.drop("a.md", "DSCR")
    assert scene.settled().accepted == ("a.md",)
    assert (scene.status("a.md")["state"], scene.status("a.md")["error"]) == ("queued", None)


def test_a_sparse_giant_is_not_read(scene: Scene) -> None:
    with (scene.folder / "giant.md").open("wb") as file:
        file.truncate(2**40)
    assert scene.settled().rejected == ("giant.md",)


def test_what_is_no_file_is_invalid(scene: Scene) -> None:
    (scene.folder / "folder.md").mkdir()
    (scene.folder / "link.md").symlink_to("/etc/passwd")
    (scene.folder / "loop.md").symlink_to("loop.md")
    os.mkfifo(scene.folder / "pipe.md")
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(os.path.relpath(scene.folder / "socket.md"))
    listener.close()
    names = {"folder.md": "folder", "link.md": "link", "loop.md": "link", "pipe.md": "pipe", "socket.md": "socket"}
    assert set(scene.settled().rejected) == set(names)
    for name, word in names.items():
        assert word in scene.status(name)["error"]["message"]
    (scene.folder / "folder.md" / "x").touch()
    assert scene.settled() == Scan()


@pytest.fixture
def unreadable(monkeypatch: pytest.MonkeyPatch) -> Iterator[pytest.MonkeyPatch]:
    """Nobody may read ``a.md`` until this is undone (file modes do not stop root)."""
    real_open = os.open

    def refuse(path: os.PathLike[str], *flags: int) -> int:
        if str(path).endswith("a.md"):
            raise PermissionError(13, "Permission denied")
        return real_open(path, *flags)

    with monkeypatch.context() as patch:
        patch.setattr(os, "open", refuse)
        yield patch


def test_a_file_that_may_not_be_read_is_taken_once_it_may(scene: Scene, unreadable: pytest.MonkeyPatch) -> None:
    scene.drop("b.md")
    (scene.folder / "b.md").rename(scene.folder / "a.md")
    assert scene.settled().rejected == ("a.md",)
    assert "Permission denied" in scene.status("a.md")["error"]["message"]
    unreadable.undo()
    (scene.folder / "a.md").chmod(0o600)
    assert scene.settled().accepted == ("a.md",)


def test_a_finished_request_that_becomes_unreadable_stays_finished(
    scene: Scene, unreadable: pytest.MonkeyPatch
) -> None:
    done = scene.store.accept("a.md", "0" * 64, 5, b"DSCR", scene.clock.now())
    scene.drop("b.md")
    (scene.folder / "b.md").rename(scene.folder / "a.md")
    assert "a.md: the file cannot be read: Permission denied" in scene.settled().warnings[0]
    assert scene.job("a.md") == done


ODD_NAMES = (b"caf\xe9.md", b"a\nb.md", b"-rf.md", "😀 ü.md".encode(), "\u202egnp.md".encode(), b"UPPER.MD", b"x.y.txt")


@pytest.mark.parametrize("raw", ODD_NAMES, ids=ascii)
def test_odd_names_work(scene: Scene, raw: bytes) -> None:
    name = os.fsdecode(raw)
    scene.drop(name)
    assert scene.settled().accepted == (name,)
    assert scene.status(name)["request"] == name


def test_a_name_too_long_for_its_status_gets_a_short_one(scene: Scene) -> None:
    names = ["ü" * 126 + ".md", "ü" * 125 + "x.md"]
    for name in names:
        scene.drop(name)
    assert set(scene.settled().accepted) == set(names)
    assert set(scene.board.short_names) == set(names)
    for name in names:
        assert scene.status(name)["state"] == "queued"
        assert (scene.folder / scene.board.short_names[name]).exists()


PASSING = """.hidden.md a.md~ ~a.md ~$a.md a.md.tmp a.md.part a.md.crdownload .a.md.swp 4913 #a.md# a.md.sb-0a1b2c3d-X9
    ._a.md desktop.ini a.md.status.json a.md.answers.toml"""


@pytest.mark.parametrize("name", [*PASSING.split(), "Icon\r"])
def test_passing_files_are_left_alone_without_a_word(scene: Scene, name: str) -> None:
    scene.drop(name)
    assert scene.settled() == Scan()


def test_other_files_are_named_once_in_the_warnings(scene: Scene) -> None:
    scene.drop("report.pdf", b"%PDF")
    (scene.folder / "attachments").mkdir()
    warnings = scene.settled().warnings
    assert len(warnings) == 2
    assert "attachments" in warnings[0]
    assert "report.pdf" in warnings[1]
    for number in range(30):
        scene.drop(f"{number}.csv")
    assert scene.inbox.scan().warnings[-1] == "ignored: 12 more names"


def test_removing_a_queued_request_cancels_it_and_dropping_it_again_is_new(scene: Scene) -> None:
    scene.drop("a.md")
    scene.settled()
    (scene.folder / "a.md").unlink()
    scene.inbox.scan()
    assert scene.status("a.md")["state"] == "cancelled"
    assert "removed" in scene.status("a.md")["message"]
    scene.drop("a.md")
    assert scene.settled().accepted == ("a.md",)
    assert scene.job("a.md").revision == 2


def test_a_request_removed_while_no_daemon_ran_is_cancelled(scene: Scene) -> None:
    scene.drop("a.md")
    scene.settled()
    (scene.folder / "a.md").unlink()
    scene.restart()
    scene.inbox.scan()
    assert scene.job("a.md").state is JobState.CANCELLED


def test_removing_a_finished_request_changes_nothing(scene: Scene) -> None:
    scene.drop("a.md")
    scene.settled()
    job = scene.store.claim(scene.clock.now())
    assert job is not None
    done = scene.store.finish(job.id, JobState.SUCCEEDED, {}, scene.clock.now())
    (scene.folder / "a.md").unlink()
    scene.inbox.scan()
    scene.drop("a.md")
    assert scene.settled() == Scan()
    assert scene.job("a.md") == done


def test_a_file_that_goes_away_before_it_is_complete_leaves_nothing(scene: Scene) -> None:
    scene.drop("a.md")
    scene.inbox.scan()
    (scene.folder / "a.md").unlink()
    scene.inbox.scan()
    assert list(scene.folder.iterdir()) == []


def test_a_file_that_went_away_before_it_was_complete_and_with_it_the_daemon_leaves_nothing(scene: Scene) -> None:
    scene.drop("a.md")
    scene.drop("b.md")
    (scene.folder / "mine.status.json").write_text('{"state": "settling"}')
    scene.inbox.scan()
    (scene.folder / "a.md").unlink()
    scene.restart()
    scene.board.restate_all()
    assert sorted(path.name for path in scene.folder.iterdir()) == ["b.md", "b.md.status.json", "mine.status.json"]


def test_an_inbox_that_is_away_is_not_an_empty_one(scene: Scene) -> None:
    scene.drop("a.md")
    scene.settled()
    away = scene.folder.rename(scene.root / "away")
    assert "cannot be read" in scene.inbox.scan().warnings[0]
    assert scene.job("a.md").state is JobState.QUEUED
    away.rename(scene.folder)
    assert scene.settled() == Scan()


def test_the_same_text_under_another_name_warns_of_its_twin(scene: Scene) -> None:
    scene.drop("a.md")
    scene.settled()
    scene.drop("b.md")
    scene.settled()
    assert scene.status("b.md")["warnings"] == ["the same text was dropped as 'a.md' too"]


def test_a_store_that_fails_is_asked_again(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    scene.drop("a.md")
    scene.inbox.scan()
    scene.clock.advance(SETTLE)

    def full(*_: object) -> Job:
        raise StoreError("the job store failed: database or disk is full")

    with monkeypatch.context() as broken:
        broken.setattr(SqlStore, "accept", full)
        scan = scene.inbox.scan()
        assert "disk is full" in scan.warnings[-1]
        assert scan.next_look_in is None, "it would be asked without a pause"
    assert scene.inbox.scan().accepted == ("a.md",)


def test_without_a_settle_time_the_first_look_takes(tmp_path: Path) -> None:
    scene = Scene(tmp_path, settle_seconds=0)
    scene.drop("a.md")
    assert scene.inbox.scan().accepted == ("a.md",)
    scene.store.close()
