"""Periodic work goes on whatever happens, and ends when it is told to."""

from __future__ import annotations

import threading

from daemon.adapters.periodic import Heartbeat, Housekeeping

SECONDS = 10.0


def test_the_heart_beats_at_once_and_again_until_it_is_stopped() -> None:
    beats: list[str] = []
    third = threading.Event()

    def beat() -> None:
        beats.append(threading.current_thread().name)
        if len(beats) == 3:
            third.set()

    heartbeat = Heartbeat(beat, 0.01)
    heartbeat.start()
    assert third.wait(SECONDS)
    heartbeat.stop()
    assert set(beats) == {"heartbeat"}
    assert not any(thread.name == "heartbeat" for thread in threading.enumerate())


def test_a_task_that_fails_runs_again_and_disturbs_no_other() -> None:
    failed, worked = threading.Semaphore(0), threading.Semaphore(0)

    def fail() -> None:
        failed.release()
        raise RuntimeError("disk full")

    housekeeping = Housekeeping()
    housekeeping.start({fail: 0.02, worked.release: 0.02})
    for _ in range(2):
        assert failed.acquire(timeout=SECONDS)
        assert worked.acquire(timeout=SECONDS)
    housekeeping.stop()
    housekeeping.stop()
