"""Somebody at a terminal that nobody has to look at."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from daemon.cli.terminal import Terminal

_STYLE = re.compile(r"\x1b\[[\d;]*m")


class Screen(io.StringIO):
    """A stream that says it is a terminal, or not."""

    encoding = "utf-8"

    def __init__(self, *, is_terminal: bool) -> None:
        super().__init__()
        self._is_terminal = is_terminal

    def isatty(self) -> bool:
        return self._is_terminal


class Person:
    """Somebody at a terminal: types ``lines``, sees ``out`` and ``err``.

    Time passes only while a command pauses; ``meanwhile`` is what happens then, one call per pause.
    """

    def __init__(self, root: Path, *, at_terminal: bool = True, columns: int = 80) -> None:
        self.out = Screen(is_terminal=at_terminal)
        self.err = Screen(is_terminal=at_terminal)
        self.lines: list[str] = []
        self.asked: list[str] = []
        self.meanwhile: list[Callable[[], object]] = []
        self.moment = datetime.now(UTC)
        self.terminal = Terminal(
            root=root,
            out=self.out,
            err=self.err,
            source=Screen(is_terminal=at_terminal),
            environment={"COLUMNS": str(columns), "NO_COLOR": "1"},
            now=lambda: self.moment,
            pause=self._pause,
            read_line=self._read_line,
        )

    @property
    def sees(self) -> str:
        """What is on the screen, without the codes that make it bold."""
        return _STYLE.sub("", self.out.getvalue())

    @property
    def reads(self) -> str:
        return self.err.getvalue()

    def _pause(self, seconds: float) -> None:
        self.moment += timedelta(seconds=seconds)
        if self.meanwhile:
            self.meanwhile.pop(0)()

    def _read_line(self, prompt: str) -> str:
        self.asked.append(prompt)
        if not self.lines:
            raise EOFError
        return self.lines.pop(0)
