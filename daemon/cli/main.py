"""The entry point: take the command line apart, run the command, turn every failure into one line and an exit code."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from pathlib import Path

from daemon.cli.commands import load
from daemon.cli.failure import record
from daemon.cli.parser import parse
from daemon.cli.render.symbols import one_line
from daemon.cli.terminal import Terminal, open_terminal
from daemon.core.errors import MetaAgentError

DEFECT = 70
INTERRUPTED = 130
PIPE_CLOSED = 141


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command line (default: the process's own); returns the exit code."""
    terminal = open_terminal()
    try:
        code = _run(sys.argv[1:] if arguments is None else arguments, terminal)
        terminal.out.flush()
        return code
    except MetaAgentError as problem:
        terminal.note(f"meta-agent: {one_line(str(problem))}")
        return problem.exit_code
    except KeyboardInterrupt:
        terminal.note("")
        return INTERRUPTED
    except BrokenPipeError:
        _forget_output()
        return PIPE_CLOSED
    except Exception as defect:  # noqa: BLE001 - one of the two places that catch everything
        log = record(defect, terminal.root, terminal.now())
        terminal.note(f"meta-agent: a defect of Meta-Agent: {type(defect).__name__} (report it with {log})")
        return DEFECT


def _run(arguments: Sequence[str], terminal: Terminal) -> int:
    line = parse(arguments)
    terminal.root = terminal.root / Path(line.directory).expanduser()
    return load(line.command).run(line.given, terminal)


def _forget_output() -> None:
    """The reader has gone: whatever is still buffered goes nowhere, so that the exit is silent."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
