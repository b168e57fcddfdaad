"""The person's terminal: streams, width, colour, the wall clock, and waiting."""

from __future__ import annotations

import io
import json
import os
import shlex
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Literal, TextIO

from daemon.cli.render.symbols import ASCII, UNICODE, Symbols
from daemon.core.errors import UsageError

if TYPE_CHECKING:
    from rich.console import Console

WIDTH_WITHOUT_TERMINAL = 100


@dataclass(kw_only=True)
class Terminal:
    """What a command may use to talk to the person.

    ``root`` is the workspace, absolute. ``now`` is UTC, ``pause`` waits some seconds,
    ``read_line`` shows a prompt and returns what was typed.
    """

    root: Path
    out: TextIO
    err: TextIO
    source: TextIO
    environment: Mapping[str, str]
    now: Callable[[], datetime]
    pause: Callable[[float], None]
    read_line: Callable[[str], str]

    @property
    def is_interactive(self) -> bool:
        """Whether a person can be asked."""
        return self.source.isatty() and self.out.isatty()

    @cached_property
    def symbols(self) -> Symbols:
        """Signs the output stream can show."""
        return UNICODE if _is_utf8(self.out) else ASCII

    @cached_property
    def console(self) -> Console:
        """Tables and colours on the output stream: no colour without a terminal or with ``NO_COLOR``."""
        from rich.console import Console

        is_terminal = self.out.isatty()
        columns = self.environment.get("COLUMNS", "")
        width = int(columns) if columns.isdecimal() and int(columns) > 0 else None
        return Console(
            file=self.out,
            force_terminal=is_terminal,
            no_color=bool(self.environment.get("NO_COLOR")) or None,
            width=width or (None if is_terminal else WIDTH_WITHOUT_TERMINAL),
            highlight=False,
            markup=False,
            emoji=False,
        )

    def write(self, line: str) -> None:
        """One plain line on the output stream."""
        print(line, file=self.out, flush=True)

    def write_json(self, value: object) -> None:
        """One JSON document on the output stream, in characters it can show."""
        text = json.dumps(value, ensure_ascii=False, indent=2)
        try:
            text.encode(self.out.encoding or "ascii")
        except UnicodeEncodeError:
            text = json.dumps(value, indent=2)
        self.write(text)

    def note(self, line: str) -> None:
        """One line beside the output: it does not disturb a reader of the output stream."""
        print(line, file=self.err, flush=True)

    def ask(self, prompt: str) -> str:
        """A line from the person, without its end.

        Raises ``EOFError`` at the end of input and ``UsageError`` when nobody can be asked.
        """
        if not self.is_interactive:
            raise UsageError("this needs a terminal to ask on")
        self.out.flush()
        return self.read_line(prompt)


def open_terminal() -> Terminal:
    """The process's own terminal, with the current folder as workspace.

    The streams are set to replace what they cannot show: a strange file name never ends a command.
    """
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")
    return Terminal(
        root=Path.cwd(),
        out=_opened(sys.stdout, "w"),
        err=_opened(sys.stderr, "w"),
        source=_opened(sys.stdin, "r"),
        environment=os.environ,
        now=lambda: datetime.now(UTC),
        pause=time.sleep,
        read_line=input,
    )


def _opened(stream: TextIO | None, mode: Literal["r", "w"]) -> TextIO:
    """The stream; Python has none where the process was started without it (``>&-``)."""
    return stream if stream is not None else Path(os.devnull).open(mode, encoding="utf-8")


def program(root: Path) -> str:
    """How the command is written so that it means the workspace ``root`` from where the person is."""
    return "meta-agent" if root == Path.cwd() else f"meta-agent -C {shlex.quote(str(root))}"


def _is_utf8(stream: TextIO) -> bool:
    return (stream.encoding or "").lower().replace("-", "").replace("_", "") in {"utf8", "utf8sig"}
