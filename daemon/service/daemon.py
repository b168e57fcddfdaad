"""The daemon of one workspace: its life from lock to last heartbeat."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from pathlib import Path

from daemon.adapters.answers import read_answers
from daemon.adapters.clock import SystemClock
from daemon.adapters.lock import daemon_lock
from daemon.adapters.logs import Redactor, RequestLogs, daemon_log, secrets_of
from daemon.adapters.settings import DATABASE_URL
from daemon.adapters.signals import Signals
from daemon.core.config import Settings
from daemon.core.inbox_names import plain_name
from daemon.core.job import Job
from daemon.core.outcome import Outcome, Progress
from daemon.core.ports import Sandbox
from daemon.core.request import Request
from daemon.service.jobs import inbox_of, make_folders, open_store
from daemon.service.life import Life
from daemon.service.outside import open_sandbox, ports_during
from daemon.worker import Pipeline

GRACE_SECONDS = 8.0
"""How long the running job gets to reach the end of its stage when the daemon ends."""


class Daemon:
    """The daemon of one workspace. ``pipeline`` is what a job goes through; by default the real one."""

    def __init__(self, settings: Settings, pipeline: Pipeline | None = None) -> None:
        self._settings = settings
        self._pipeline = pipeline or _RealPipeline(settings)
        self._signals = Signals()

    def run(self, once: bool = False) -> int:
        """Work until a signal comes, or with ``once`` until nothing is left to do; returns the exit code.

        With ``once``: 0 when all requests succeeded, 1 when one failed, was refused, invalid or left waiting,
        3 when one needs an answer. Raises ``AlreadyRunning``, ``StoreError``, ``WorkspaceError``.
        """
        settings = self._settings
        make_folders(settings)
        redacted = Redactor(secrets_of(settings))
        with (
            daemon_lock(Path(settings.state_dir) / "daemon.lock"),
            daemon_log(Path(settings.workspace) / "logs", settings.log_level, redacted),
            closing(open_store(settings)) as store,
        ):
            life = Life(settings, store, self._pipeline, RequestLogs(Path(settings.workspace), redacted))
            with self._signals, ThreadPoolExecutor(max_workers=2) as pool:
                return self._live(life, [life.work_off] if once else [life.watch, life.worker.run], pool)

    def stop(self) -> None:
        """End ``run`` from another thread as SIGTERM does."""
        self._signals.put("stop")

    def _live(self, life: Life, tasks: list[Callable[[], int | None]], pool: ThreadPoolExecutor) -> int:
        life.begin()
        work = [pool.submit(task) for task in tasks]
        for future in work:  # a task that ends by itself has done all, or has failed
            future.add_done_callback(lambda _: self._signals.put("done"))
        reason = self._signals.wait()
        life.ask_to_end(reason or "")
        patience = SystemClock().monotonic() + GRACE_SECONDS
        while not all(future.done() for future in work):
            left = patience - SystemClock().monotonic()
            if left <= 0 or self._signals.wait(left) == "SIGINT":
                life.end()
                logging.shutdown()
                os._exit(0)  # the running job stays 'running' in the store and is recovered at the next start
        life.end()
        return next((code for code in [future.result() for future in work] if code is not None), 0)


class _RealPipeline:
    """The pipeline with this workspace's outside world; the sandbox is chosen once."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._sandbox: Sandbox | None = None

    def __call__(self, job: Job, request: Request, progress: Progress) -> Outcome:
        """Take a job through the tools, with the person's answers."""
        answers = {**request.options.answers, **read_answers(inbox_of(self._settings), job)}
        options = request.options.model_copy(update={"answers": answers})
        request = replace(request, name=plain_name(request.name), options=options)
        self._sandbox = self._sandbox or open_sandbox(self._settings)
        with ports_during(self._settings, request.options.database or DATABASE_URL, self._sandbox) as ports:
            from daemon.pipeline import run

            return run(request, job.id, ports, self._settings, progress)
