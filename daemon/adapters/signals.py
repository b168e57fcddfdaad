"""The signals that end the daemon, as values to wait for."""

from __future__ import annotations

import queue
import signal
import threading
from types import FrameType, TracebackType
from typing import Any

_ENDING = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)


class Signals:
    """While entered, SIGTERM, SIGINT and SIGHUP arrive at ``wait`` instead of ending the process.

    A handler may interrupt any line of the main thread, also one that holds a lock; it therefore only puts the signal
    into a queue that is safe for that.
    """

    def __init__(self) -> None:
        self._arrived: queue.SimpleQueue[str] = queue.SimpleQueue()
        self._before: dict[signal.Signals, Any] = {}

    def __enter__(self) -> Signals:
        if threading.current_thread() is threading.main_thread():
            for number in _ENDING:
                before = signal.getsignal(number)
                if number is not signal.SIGHUP or before is not signal.SIG_IGN:  # nohup means it
                    self._before[number] = before
                    signal.signal(number, self._handle)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)

    def wait(self, seconds: float | None = None) -> str | None:
        """The next signal's name, or what was put; None when nothing comes in time."""
        try:
            return self._arrived.get(timeout=seconds)
        except queue.Empty:
            return None

    def put(self, what: str) -> None:
        """Wake whoever waits, from any thread."""
        self._arrived.put(what)

    def _handle(self, number: int, _frame: FrameType | None) -> None:
        self._arrived.put(signal.Signals(number).name)
