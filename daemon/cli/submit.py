"""``meta-agent submit``: a request into the inbox."""

from __future__ import annotations

import argparse
import errno
import os
import shlex
from pathlib import Path

from daemon.cli.follow import Ends, exit_code, follow, is_final
from daemon.cli.inbox import Document, daemon_state, folder, read
from daemon.cli.request_files import Submission, checked_name, drop, name_from_text
from daemon.cli.terminal import Terminal, program
from daemon.core.errors import UsageError
from daemon.core.inbox_names import SUFFIXES
from daemon.core.request import MAX_BYTES


def configure(parser: argparse.ArgumentParser) -> None:
    """Arguments of the command."""
    parser.usage = "meta-agent submit [TEXT | FILE | -] [--name N] [--follow] [-C DIR]"
    parser.description = (
        "Writes a request into the inbox: its text, a file, or - for the standard input. A text gets a name from its\n"
        "first words, and never takes the place of another request; with --name N it does, as a new revision."
    )
    parser.add_argument("what", nargs="*", metavar="TEXT", help="the request in plain words, a file, or -")
    parser.add_argument("--name", metavar="N", help="file name in the inbox; .md is added where there is no ending")
    parser.add_argument("--follow", action="store_true", help="show the progress until the request ends")


def run(given: argparse.Namespace, terminal: Terminal) -> int:
    """0 when it is written; with ``--follow`` the code says how the request ended."""
    inbox = folder(terminal.root)
    suggested, content = _content(given.what, terminal)
    name = checked_name(given.name, Path(suggested).suffix) if given.name else checked_name(suggested)
    submission = drop(inbox, name, content, replace=bool(given.name))
    terminal.note(_told(submission))
    if not given.follow:
        tell_where(terminal, submission.name)
        return 0
    warn_without_daemon(terminal)
    return exit_code(show_to_the_end(terminal, submission.name, submission.sha256))


def tell_where(terminal: Terminal, name: str) -> None:
    """The file and how to follow it."""
    terminal.write(str(terminal.root / "inbox" / name))
    terminal.note(f"follow it: {program(terminal.root)} status {shlex.quote(name)} --watch")
    warn_without_daemon(terminal)


def warn_without_daemon(terminal: Terminal) -> None:
    """Say so when nobody works on the inbox."""
    state = daemon_state(read(terminal.root).daemon, terminal.now())
    if not state.is_running:
        terminal.note(f"{terminal.symbols.warning} {state.message}")


def show_to_the_end(terminal: Terminal, name: str, sha256: str | None = None, ends: Ends = is_final) -> Document:
    """Follow a request and show how it ended, or where it stands; returns the last document."""
    from daemon.cli.render.request import result_view

    document = follow(terminal, name, sha256, ends)
    terminal.console.print(result_view(document, terminal.symbols))
    return document


def _told(submission: Submission) -> str:
    if submission.was_there:
        return f"{submission.name} is in the inbox already, with the same content"
    if submission.replaced:
        return f"{submission.name} takes the place of its earlier text, as a new revision"
    return f"{submission.name} is in the inbox"


def _content(what: list[str], terminal: Terminal) -> tuple[str, bytes]:
    """A suggested name and the bytes of the request."""
    if what == ["-"] or (not what and not terminal.source.isatty()):
        content = terminal.source.buffer.read(MAX_BYTES + 1)
        return name_from_text(content.decode("utf-8", errors="ignore")), content
    if not what:
        raise UsageError("no request given", hint="write it behind 'submit', name a file, or - for the standard input")
    if len(what) == 1 and (file := _file(what[0])):
        return file
    text = " ".join(what).strip()
    if not text:
        raise UsageError("the request is empty", hint="write in plain words what should be calculated")
    return name_from_text(text), (os.fsencode(text) + b"\n")


def _file(written: str) -> tuple[str, bytes] | None:
    path = Path(written).expanduser()
    try:
        if path.is_dir():
            raise UsageError(f"{path} is a folder", hint="name a file in it")
        if path.is_file():
            with path.open("rb") as file:
                return _file_name(path), file.read(MAX_BYTES + 1)
    except OSError as problem:
        if problem.errno != errno.ENAMETOOLONG and " " not in written:
            raise UsageError(f"{path} cannot be read: {problem.strerror}") from problem
        return None  # a text, not a file name
    if " " not in written and (written.lower().endswith(SUFFIXES) or os.sep in written):
        raise UsageError(f"there is no file {path}", hint="to submit a text, write more than one word")
    return None


def _file_name(path: Path) -> str:
    return path.name if path.suffix.lower() in SUFFIXES else f"{path.name}.md"
