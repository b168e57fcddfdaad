"""Events wake the daemon; when they die, they come back, and without them the rescan does the work."""

from __future__ import annotations

import queue
import shutil
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from watchdog.observers.api import BaseObserver

from daemon.adapters.watcher import Watcher

SECONDS = 10.0


@pytest.fixture
def woken() -> threading.Event:
    return threading.Event()


@pytest.fixture
def inbox(tmp_path: Path) -> Path:
    folder = tmp_path / "inbox"
    folder.mkdir()
    return folder


@pytest.fixture
def watcher(inbox: Path, woken: threading.Event) -> Iterator[Watcher]:
    watcher = Watcher(inbox, woken.set)
    watcher.check()
    yield watcher
    watcher.stop()


def test_a_dropped_file_wakes(watcher: Watcher, inbox: Path, woken: threading.Event) -> None:
    assert watcher.how == "events and rescan"
    (inbox / "a.md").write_text("DSCR")
    assert woken.wait(SECONDS)


def test_a_file_moved_in_or_away_wakes(watcher: Watcher, inbox: Path, woken: threading.Event) -> None:
    outside = inbox.parent / "a.md"
    outside.write_text("DSCR")
    outside.rename(inbox / "a.md")
    assert woken.wait(SECONDS)
    woken.clear()
    (inbox / "a.md").unlink()
    assert woken.wait(SECONDS)


def test_our_own_files_do_not_wake(inbox: Path) -> None:
    wakes: queue.SimpleQueue[str] = queue.SimpleQueue()
    watcher = Watcher(inbox, lambda: wakes.put("woken"))
    watcher.check()
    for _ in range(3):
        (inbox / ".status-1-2.tmp").write_text("{}")
        (inbox / ".status-1-2.tmp").rename(inbox / "a.md.status.json")
    (inbox / "a.md.status.json").read_text()
    (inbox.parent / "a.md").touch()
    (inbox.parent / "a.md").rename(inbox / "a.md")
    assert wakes.get(timeout=SECONDS)
    assert wakes.empty(), "events arrive in order: an earlier one woke"
    watcher.stop()


@pytest.mark.parametrize("replace", [True, False], ids=["recreated", "renamed away"])
def test_another_folder_of_the_same_name_is_watched(
    watcher: Watcher, inbox: Path, woken: threading.Event, replace: bool
) -> None:
    if replace:
        shutil.rmtree(inbox)
    else:
        inbox.rename(inbox.parent / "old")
    watcher.check()
    inbox.mkdir()
    watcher.check()
    woken.clear()
    (inbox / "a.md").write_text("DSCR")
    assert woken.wait(SECONDS)


def test_without_events_it_says_so(inbox: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise OSError(24, "inotify instance limit reached")

    with monkeypatch.context() as patch:
        patch.setattr(BaseObserver, "schedule", refuse)
        watcher = Watcher(inbox, lambda: None)
        watcher.check()
    assert watcher.how == "rescan only (inotify instance limit reached)"
    watcher.check()
    assert watcher.how == "events and rescan", "it tries again"
    watcher.stop()


def test_a_folder_that_is_not_there_is_waited_for(inbox: Path, woken: threading.Event) -> None:
    inbox.rmdir()
    watcher = Watcher(inbox, woken.set)
    watcher.check()
    assert watcher.how == "rescan only"
    inbox.mkdir()
    watcher.check()
    (inbox / "a.md").touch()
    assert woken.wait(SECONDS)
    watcher.stop()
