"""Fakes of the ports, one class each."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta


class FakeClock:
    """Implements ``Clock``; time passes only by ``advance``."""

    def __init__(self) -> None:
        self._now = datetime(2026, 1, 31, 8, 0, tzinfo=UTC)
        self._monotonic = 100.0

    def now(self) -> datetime:
        return self._now

    def monotonic(self) -> float:
        return self._monotonic

    def advance(self, seconds: float) -> None:
        self._now += timedelta(seconds=seconds)
        self._monotonic += seconds


class RecordingBoard:
    """Implements ``StatusBoard``; keeps the names it was asked to write."""

    def __init__(self) -> None:
        self.restated: list[str] = []

    def settling(self, name: str) -> None:
        self.restated.append(name)

    def restate(self, name: str) -> None:
        self.restated.append(name)

    def restate_waiting(self) -> None:
        """Nothing to keep."""

    def forget(self, name: str) -> None:
        self.restated.remove(name)
