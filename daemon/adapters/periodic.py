"""Periodic work: the heartbeat on a timer of its own, housekeeping on APScheduler."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from datetime import UTC
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from apscheduler.schedulers.background import BackgroundScheduler  # type: ignore[import-untyped]

log = logging.getLogger(__name__)


class Heartbeat:
    """Calls ``beat`` at once and then every ``seconds``, from a thread of its own, so that nothing delays it.

    It waits on the monotonic clock: interval jobs of a scheduler stop when the wall clock steps back.
    """

    def __init__(self, beat: Callable[[], None], seconds: float) -> None:
        self._beat = beat
        self._seconds = seconds
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._run, name="heartbeat", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """End, and wait for a beat that is being written."""
        self._end.set()
        if self._thread.is_alive():
            self._thread.join(timeout=2)

    def _run(self) -> None:
        while not self._end.is_set():
            self._beat()
            self._end.wait(self._seconds)


class Housekeeping:
    """Runs tasks every so often, none twice at a time, late ones once. A task that fails is logged by the scheduler."""

    def __init__(self) -> None:
        self._scheduler: BackgroundScheduler | None = None

    def start(self, tasks: dict[Callable[[], None], float]) -> None:
        """Run each task every so many seconds, the first time after that time."""
        from apscheduler.executors.pool import ThreadPoolExecutor  # type: ignore[import-untyped]
        from apscheduler.schedulers.background import BackgroundScheduler

        defaults = {"coalesce": True, "max_instances": 1, "misfire_grace_time": None}
        scheduler = BackgroundScheduler(
            timezone=UTC, executors={"default": ThreadPoolExecutor(1)}, job_defaults=defaults, daemon=True
        )
        for task, seconds in tasks.items():
            scheduler.add_job(task, "interval", seconds=seconds)
        scheduler.start()
        self._scheduler = scheduler

    def stop(self) -> None:
        """No further task begins; one that runs is not waited for."""
        if self._scheduler is not None:
            self._scheduler.shutdown(wait=False)
            self._scheduler = None
