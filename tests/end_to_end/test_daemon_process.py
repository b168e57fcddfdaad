"""The daemon as a process: what a person, a service manager and a power cut do to it."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from daemon import service
from daemon.core.status import DaemonStatus, RequestStatus

SCRIPT = Path(__file__).with_name("scripted_daemon.py")
PATIENCE = 30.0
FINAL = {"succeeded", "failed", "refused", "cancelled", "needs_answer", "invalid"}


def until(condition: Callable[[], object], what: str = "") -> None:
    """Wait for a condition, for a limited time."""
    deadline = time.monotonic() + PATIENCE
    pause = threading.Event()
    while not condition():
        assert time.monotonic() < deadline, f"waited in vain {what}"
        pause.wait(0.01)


class Ground:
    """A workspace and the daemons started on it."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.inbox = root / "inbox"
        self.inbox.mkdir(parents=True)
        self.started: list[subprocess.Popen[str]] = []

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        environment = {**os.environ, "META_AGENT_SETTLE_SECONDS": "0.05"}
        with (self.root / "errors").open("a") as errors:
            process = subprocess.Popen(
                [sys.executable, str(SCRIPT), str(self.root), *arguments], env=environment, stderr=errors, text=True
            )
        self.started.append(process)
        return process

    def once(self) -> int:
        return self.start("--once").wait(PATIENCE)

    def watching(self) -> subprocess.Popen[str]:
        process = self.start()
        until(lambda: self.heartbeat("running", process.pid), "for a heartbeat")
        return process

    def heartbeat(self, state: str, pid: int) -> bool:
        beat = self.document("daemon")
        return (beat.get("state"), beat.get("pid")) == (state, pid)

    def drop(self, name: str, text: str) -> None:
        temporary = self.inbox / f".{name}.tmp"
        temporary.write_text(text)
        temporary.rename(self.inbox / name)

    def document(self, name: str) -> dict[str, Any]:
        try:
            found: dict[str, Any] = json.loads((self.inbox / f"{name}.status.json").read_bytes())
        except FileNotFoundError:
            return {}
        return found

    def state(self, name: str) -> str:
        return str(self.document(name).get("state"))

    def reaches(self, name: str, *states: str) -> None:
        until(lambda: self.state(name) in states, f"for {name} to be {states}, it is {self.state(name)}")

    def effects(self) -> list[str]:
        path = self.root / "effects"
        return path.read_text().splitlines() if path.exists() else []


@pytest.fixture
def ground(tmp_path: Path) -> Iterator[Ground]:
    ground = Ground(tmp_path / "work space ü")
    yield ground
    for process in ground.started:
        if process.poll() is None:
            process.kill()
        process.wait()


def test_a_dropped_request_is_worked_on_and_the_daemon_ends_in_order(ground: Ground) -> None:
    ground.drop("before.md", "done")
    daemon = ground.watching()
    ground.drop("dscr 😀.md", "done")
    ground.reaches("before.md", "succeeded")
    ground.reaches("dscr 😀.md", "succeeded")
    jsonschema.validate(ground.document("dscr 😀.md"), RequestStatus.model_json_schema())
    daemon.send_signal(signal.SIGTERM)
    assert daemon.wait(10) == 0
    beat = ground.document("daemon")
    jsonschema.validate(beat, DaemonStatus.model_json_schema())
    assert (beat["state"], beat["counts"]) == ("stopped", {"succeeded": 2})
    assert (ground.inbox / "before.md").read_text() == "done"
    assert sorted(ground.effects()) == ["before.md 1", "dscr 😀.md 1"]


def test_nothing_is_done_twice_after_a_restart(ground: Ground) -> None:
    ground.drop("a.md", "done")
    assert (ground.once(), ground.once()) == (0, 0)
    (ground.inbox / "a.md").touch()
    assert ground.once() == 0
    assert ground.effects() == ["a.md 1"]


@pytest.mark.parametrize(
    ("texts", "code"),
    [
        ([], 0),
        (["done", "done please"], 0),
        (["done", "needs_answer"], 3),
        (["done", "refused", "needs_answer"], 1),
        (["done", ""], 1),
    ],
    ids=["empty", "succeeded", "question", "refused", "invalid"],
)
def test_once_says_by_its_exit_code_how_it_went(ground: Ground, texts: list[str], code: int) -> None:
    for number, text in enumerate(texts):
        ground.drop(f"{number}.md", text)
    assert ground.once() == code
    assert {ground.state(f"{number}.md") for number in range(len(texts))} <= FINAL


def test_a_second_daemon_is_refused_with_the_first_ones_number(ground: Ground) -> None:
    first = ground.watching()
    second = ground.start()
    assert second.wait(PATIENCE) == 75
    assert f"process {first.pid}" in (ground.root / "errors").read_text()
    first.kill()
    first.wait()
    ground.drop("a.md", "done")
    assert ground.once() == 0, "the lock of a dead daemon holds nobody up"


def test_sigterm_gives_a_job_back_that_listens(ground: Ground) -> None:
    ground.drop("a.md", "wait")
    daemon = ground.watching()
    ground.reaches("a.md", "running")
    daemon.send_signal(signal.SIGTERM)
    assert daemon.wait(5) == 0
    assert ground.state("a.md") == "queued"
    (ground.root / "go").touch()
    assert ground.once() == 0
    assert ground.effects() == ["a.md 1", "a.md 1"]


def test_sigterm_does_not_wait_for_a_job_that_does_not_listen(ground: Ground) -> None:
    ground.drop("a.md", "stuck")
    daemon = ground.watching()
    ground.reaches("a.md", "running")
    daemon.send_signal(signal.SIGTERM)
    assert daemon.wait(10) == 0
    assert ground.document("daemon")["state"] == "stopped"
    (ground.root / "go").touch()
    assert ground.once() == 0
    assert ground.state("a.md") == "succeeded"


def test_the_second_ctrl_c_ends_it_at_once(ground: Ground) -> None:
    ground.drop("a.md", "stuck")
    daemon = ground.watching()
    ground.reaches("a.md", "running")
    daemon.send_signal(signal.SIGINT)
    until(lambda: ground.document("daemon")["state"] == "stopping")
    asked = time.monotonic()
    daemon.send_signal(signal.SIGINT)
    daemon.wait(5)
    assert time.monotonic() - asked < 3


def test_a_request_that_kills_the_daemon_is_given_up_and_the_queue_goes_on(ground: Ground) -> None:
    ground.drop("poison.md", "+++\npriority = 9\n+++\ndie")
    ground.drop("good.md", "done")
    codes = [ground.once() for _ in range(5)]
    assert codes == [-signal.SIGKILL] * 4 + [0]
    assert ground.document("poison.md")["error"]["code"] == "crashed_repeatedly"
    assert ground.state("good.md") == "succeeded"
    assert ground.effects() == ["poison.md 1"] * 4 + ["good.md 1"]


def test_a_person_may_cancel_and_retry_beside_the_daemon(ground: Ground) -> None:
    ground.drop("a.md", "wait")
    daemon = ground.watching()
    ground.reaches("a.md", "running")
    ground.drop("b.md", "done")
    ground.reaches("b.md", "queued")
    with service.job_control(service.open_workspace(ground.root)) as control:
        assert control.cancel("b.md") is not None
        assert ground.state("b.md") == "cancelled"
        assert control.cancel("a.md") is not None
        ground.reaches("a.md", "cancelled")
        assert control.retry("b.md") is not None
        ground.reaches("b.md", "succeeded")
        assert control.retry("unknown.md") is None
        latest = control.latest("b.md")
    assert latest is not None
    assert latest.revision == 1
    daemon.terminate()
    assert daemon.wait(10) == 0


def test_an_edit_while_it_runs_takes_its_place(ground: Ground) -> None:
    ground.drop("a.md", "wait for it")
    daemon = ground.watching()
    ground.reaches("a.md", "running")
    ground.drop("a.md", "done instead")
    until(lambda: ground.document("a.md").get("revision") == 2 and ground.state("a.md") == "succeeded")
    daemon.terminate()
    assert daemon.wait(10) == 0
    assert ground.effects() == ["a.md 1", "a.md 2"]


def test_an_inbox_that_is_made_anew_is_watched_again(ground: Ground) -> None:
    daemon = ground.watching()
    ground.inbox.rename(ground.root / "old")
    ground.inbox.mkdir()
    ground.drop("a.md", "done")
    ground.reaches("a.md", "succeeded")
    daemon.terminate()
    assert daemon.wait(10) == 0


def test_killed_again_and_again_it_loses_nothing(ground: Ground) -> None:
    """Random ``kill -9``, while a reader polls every status file: no torn file, nothing lost, finished work stays."""
    names = [f"{number}.md" for number in range(8)]
    torn: list[str] = []
    finished: dict[str, int] = {}
    end = threading.Event()

    def poll() -> None:
        while not end.is_set():
            for path in ground.inbox.glob("*.status.json"):
                try:
                    json.loads(path.read_bytes())
                except FileNotFoundError:
                    continue
                except ValueError as problem:
                    torn.append(f"{path.name}: {problem}")

    reader = threading.Thread(target=poll)
    reader.start()
    chance = random.Random(7)
    kills = 0
    for name in names:
        ground.drop(name, f"done {name}")
        daemon = ground.start()
        try:
            daemon.wait(0.35 + chance.random() * 0.4)
        except subprocess.TimeoutExpired:
            daemon.kill()
            kills += 1
        daemon.wait()
        now = Counter(ground.effects())
        finished |= {n: now[f"{n} 1"] for n in names if ground.state(n) == "succeeded" and n not in finished}
    assert ground.once() == 0
    end.set()
    reader.join()
    assert kills > 0
    assert torn == []
    assert {name: ground.state(name) for name in names} == dict.fromkeys(names, "succeeded")
    effects = Counter(ground.effects())
    assert all(1 <= effects[f"{name} 1"] <= 4 for name in names)
    assert {name: effects[f"{name} 1"] for name in finished} == finished, "finished work was done again"
    assert {name: (ground.inbox / name).read_text() for name in names} == {name: f"done {name}" for name in names}
