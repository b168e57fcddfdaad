"""Events of the inbox folder: hints to look sooner, never the only reason to look."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from daemon.adapters.logs import fields
from daemon.core.inbox_names import is_passing_name

if TYPE_CHECKING:
    from watchdog.events import FileSystemEvent
    from watchdog.observers.api import BaseObserver, ObservedWatch

log = logging.getLogger(__name__)

_READING = frozenset({"opened", "closed_no_write"})


class Watcher:
    """Calls ``wake`` when something changes in the folder; says in ``how`` whether it can."""

    def __init__(self, folder: Path, wake: Callable[[], None]) -> None:
        self._folder = folder
        self._wake = wake
        self._observer: BaseObserver | None = None
        self._watch: ObservedWatch | None = None
        self._identity: tuple[int, int] | None = None
        self.how = "rescan only"

    def check(self) -> None:
        """Start watching, or again when the folder is another one than before or its events have died.

        A failure leaves the rescan alone at work.
        """
        identity = self._identity_now()
        if identity is None or (identity == self._identity and self._is_alive()):
            return
        try:
            self._start()
            self._identity, self.how = identity, "events and rescan"
        except OSError as problem:
            self._identity, self.how = None, f"rescan only ({problem.strerror or problem})"
            log.warning("no events %s", fields(reason=problem))

    def stop(self) -> None:
        """End watching."""
        if self._observer is not None and self._observer.is_alive():
            self._observer.stop()
            self._observer.join(timeout=2)
        self._observer = None

    def _start(self) -> None:
        from watchdog.events import FileSystemEventHandler
        from watchdog.observers import Observer

        wake = self._hint

        class Hints(FileSystemEventHandler):
            def on_any_event(self, event: FileSystemEvent) -> None:
                wake(event)

        if self._observer is None:
            self._observer = Observer()
            self._observer.daemon = True
            self._observer.start()
        if self._watch is not None:  # scheduling a dead watch again does nothing until it is taken out
            self._observer.unschedule(self._watch)
            self._watch = None
        self._watch = self._observer.schedule(Hints(), str(self._folder))

    def _hint(self, event: FileSystemEvent) -> None:
        if event.is_directory and event.event_type == "modified":  # our own files in the folder change it, too
            return
        names = [os.fsdecode(path).rpartition("/")[2] for path in (event.src_path, event.dest_path) if path]
        if event.event_type not in _READING and not (names and all(is_passing_name(name) for name in names)):
            self._wake()

    def _is_alive(self) -> bool:
        emitters = self._observer.emitters if self._observer is not None else ()
        return bool(emitters) and all(emitter.is_alive() for emitter in emitters)

    def _identity_now(self) -> tuple[int, int] | None:
        try:
            status = self._folder.stat()
        except OSError:
            return None
        return status.st_dev, status.st_ino
