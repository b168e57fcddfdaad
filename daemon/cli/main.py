"""The entry point: take the command line apart, run the command, turn every failure into one line and an exit code."""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from daemon.cli.commands import load
from daemon.cli.failure import record
from daemon.cli.parser import parse
from daemon.cli.render.symbols import one_line
from daemon.cli.terminal import Terminal, open_terminal
from daemon.core.errors import MetaAgentError, WorkspaceError

DEFECT = 70
INTERRUPTED = 130
PIPE_CLOSED = 141
OUTPUT_FAILED = frozenset({errno.ENOSPC, errno.EIO, errno.EDQUOT, errno.EFBIG})


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
    except OSError as problem:
        if problem.errno not in OUTPUT_FAILED or problem.filename is not None:
            return _defect(problem, terminal)
        _forget_output()
        terminal.note(f"meta-agent: the output cannot be written: {problem.strerror}")
        return WorkspaceError.exit_code
    except Exception as defect:  # noqa: BLE001 - one of the two places that catch everything
        return _defect(defect, terminal)


def _defect(defect: Exception, terminal: Terminal) -> int:
    log = record(defect, terminal.root, terminal.now())
    terminal.note(f"meta-agent: a defect of Meta-Agent: {type(defect).__name__} (report it with {log})")
    return DEFECT


def _run(arguments: Sequence[str], terminal: Terminal) -> int:
    line = parse(arguments)
    terminal.root = terminal.root / Path(line.directory).expanduser()
    return load(line.command).run(line.given, terminal)


def _forget_output() -> None:
    """Whatever is still buffered goes nowhere, so that the exit is silent."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
