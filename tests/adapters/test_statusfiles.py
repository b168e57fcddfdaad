"""Status files: always whole, always what the store says, and never in the way of the work."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from inbox_scene import Scene

from daemon.adapters.statusfiles import POSITIONS_KEPT, SHORT_QUEUE
from daemon.core.job import JobState


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    scene = Scene(tmp_path, settle_seconds=0)
    yield scene
    scene.store.close()


def finished(scene: Scene, name: str = "a.md") -> None:
    scene.drop(name)
    scene.inbox.scan()
    job = scene.store.claim(scene.clock.now())
    assert job is not None
    scene.store.finish(job.id, JobState.SUCCEEDED, {"message": "done"}, scene.clock.now())


def test_places_in_the_queue_are_kept_right(scene: Scene) -> None:
    for name in ("a.md", "b.md", "c.md"):
        scene.drop(name, name)
    scene.inbox.scan()
    scene.board.restate_waiting()
    assert [scene.status(name)["queue_position"] for name in ("a.md", "b.md", "c.md")] == [0, 1, 2]
    job = scene.store.claim(scene.clock.now())
    assert job is not None
    scene.board.restate(job.request)
    scene.board.restate_waiting()
    assert [scene.status(name)["queue_position"] for name in ("a.md", "b.md", "c.md")] == [0, 1, 2]
    scene.store.finish(job.id, JobState.SUCCEEDED, {"message": "done"}, scene.clock.now())
    scene.board.restate(job.request)
    scene.board.restate_waiting()
    assert [scene.status(name)["queue_position"] for name in ("a.md", "b.md", "c.md")] == [None, 0, 1]
    scene.drop("urgent.md", "+++\npriority = 9\n+++\nLTV")
    scene.inbox.scan()
    scene.board.restate_waiting()
    assert [scene.status(name)["queue_position"] for name in ("urgent.md", "b.md", "c.md")] == [0, 1, 2]


def test_a_file_whose_place_did_not_change_is_not_written(scene: Scene) -> None:
    scene.drop("a.md")
    scene.inbox.scan()
    scene.board.restate_waiting()
    before = (scene.folder / "a.md.status.json").stat().st_ino
    scene.board.restate_waiting()
    assert (scene.folder / "a.md.status.json").stat().st_ino == before


def test_a_long_queue_is_told_from_the_front(scene: Scene) -> None:
    for number in range(POSITIONS_KEPT + 1):
        scene.store.accept(f"{number:04}.md", f"{number:064}", 5, b"x", scene.clock.now())
    scene.board.restate_waiting()
    assert scene.status(f"{POSITIONS_KEPT - 1:04}.md")["queue_position"] == POSITIONS_KEPT - 1
    assert not (scene.folder / f"{POSITIONS_KEPT:04}.md.status.json").exists()


def test_a_long_queue_is_told_once_a_second(scene: Scene) -> None:
    for number in range(SHORT_QUEUE + 2):
        scene.store.accept(f"{number:04}.md", f"{number:064}", 5, b"x", scene.clock.now())
    scene.board.restate_waiting()
    job = scene.store.claim(scene.clock.now())
    assert job is not None
    scene.store.finish(job.id, JobState.SUCCEEDED, {"message": "done"}, scene.clock.now())
    scene.board.restate_waiting()
    assert scene.status("0001.md")["queue_position"] == 1
    scene.clock.advance(1)
    scene.board.restate_waiting()
    assert scene.status("0001.md")["queue_position"] == 0


def test_at_start_what_can_still_change_or_is_wrong_is_written_anew(scene: Scene) -> None:
    for name in ("deleted.md", "torn.md", "old.md", "fine.md"):
        finished(scene, name)
        scene.board.restate(name)
    scene.drop("waiting.md")
    scene.inbox.scan()
    path = scene.folder / "deleted.md.status.json"
    path.unlink()
    (scene.folder / "torn.md.status.json").write_text('{"state": "runn')
    stale = scene.status("old.md") | {"state": "running", "updated_at": "2026-01-01T00:00:00Z"}
    (scene.folder / "old.md.status.json").write_text(json.dumps(stale))
    (scene.folder / "waiting.md.status.json").unlink()
    (scene.folder / ".status-1-2.tmp").touch()
    fine = (scene.folder / "fine.md.status.json").stat().st_ino
    scene.restart()
    scene.board.restate_all()
    for name in ("deleted.md", "torn.md", "old.md"):
        assert scene.status(name)["state"] == "succeeded"
    assert scene.status("waiting.md")["state"] == "queued"
    assert (scene.folder / "fine.md.status.json").stat().st_ino == fine
    assert not list(scene.folder.glob(".status-*"))


def test_a_status_removed_with_its_finished_request_does_not_come_back(scene: Scene) -> None:
    finished(scene)
    (scene.folder / "a.md").unlink()
    (scene.folder / "a.md.status.json").unlink()
    scene.restart()
    scene.board.restate_all()
    assert list(scene.folder.iterdir()) == []


def test_what_could_not_be_written_is_written_later(scene: Scene) -> None:
    scene.drop("a.md")
    obstacle = scene.folder / "a.md.status.json"
    obstacle.mkdir()
    (obstacle / "x").touch()
    scene.inbox.scan()
    assert "a.md" in scene.board.problem
    assert not list(scene.folder.glob(".status-*")), "a disk that is full is not filled further"
    assert scene.store.counts() == {"queued": 1}
    (obstacle / "x").unlink()
    obstacle.rmdir()
    scene.board.restate_waiting()
    assert scene.status("a.md")["state"] == "queued"
    assert scene.board.problem == ""


def test_a_link_in_its_place_is_replaced_not_followed(scene: Scene) -> None:
    treasure = scene.root / "treasure"
    treasure.write_text("mine")
    (scene.folder / "a.md.status.json").symlink_to(treasure)
    scene.drop("a.md")
    scene.inbox.scan()
    assert treasure.read_text() == "mine"
    assert scene.status("a.md")["state"] == "queued"


def test_a_reader_never_sees_half_a_file(scene: Scene) -> None:
    scene.drop("a.md")
    scene.inbox.scan()
    path, seen, end = scene.folder / "a.md.status.json", [], threading.Event()

    def poll() -> None:
        while not end.is_set():
            seen.append(json.loads(path.read_bytes())["state"])

    reader = threading.Thread(target=poll)
    reader.start()
    for _ in range(200):
        scene.board.restate("a.md")
    end.set()
    reader.join()
    assert set(seen) == {"queued"}
