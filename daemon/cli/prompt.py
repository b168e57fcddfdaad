"""``meta-agent`` without a command: enter requests, watch them being built, answer questions, again."""

from __future__ import annotations

import argparse
import contextlib

from daemon import __version__
from daemon.cli.answer import ask, give_answers
from daemon.cli.follow import is_over_for_now
from daemon.cli.inbox import Document, daemon_state, folder, read
from daemon.cli.request_files import checked_name, drop, name_from_text
from daemon.cli.session import running_daemon
from daemon.cli.submit import show_to_the_end
from daemon.cli.terminal import Terminal
from daemon.core.errors import MetaAgentError, UsageError

ENOUGH = frozenset({"quit", "exit", "q", ":q"})
HELP = "Write what should be calculated; a line that ends in \\ goes on. 'status' shows all requests, 'quit' ends."


def configure(parser: argparse.ArgumentParser) -> None:
    """It has no arguments."""


def run(given: argparse.Namespace, terminal: Terminal) -> int:
    """0 when the person has enough. Raises ``UsageError`` where nobody can be asked."""
    if not terminal.is_interactive:
        raise UsageError("no command given, and no terminal to ask on", hint="see meta-agent --help")
    folder(terminal.root)
    with contextlib.suppress(ImportError):
        import readline  # noqa: F401 - gives the prompt editing and history
    terminal.write(f"Meta-Agent {__version__} {terminal.symbols.dot} {terminal.root}")
    with running_daemon(terminal):
        terminal.write(daemon_state(read(terminal.root).daemon, terminal.now()).message)
        terminal.write(HELP)
        while (text := _entered(terminal)) is not None:
            _work_on(terminal, text)
    return 0


def _entered(terminal: Terminal) -> str | None:
    """The next request; None when the person has enough."""
    lines: list[str] = []
    try:
        while not lines or lines[-1].endswith("\\"):
            mark = "  ..." if lines else "\nrequest"
            lines.append(terminal.ask(f"{mark} {terminal.symbols.arrow} ").rstrip())
    except EOFError:
        terminal.write("")
        return None
    text = "\n".join(line.removesuffix("\\").rstrip() for line in lines).strip()
    return None if text.casefold() in ENOUGH else text


def _work_on(terminal: Terminal, text: str) -> None:
    """Everything about one entry; what goes wrong with it does not end the session."""
    try:
        if text.casefold() == "status":
            _show_all(terminal)
        elif text.casefold() in {"help", "?"}:
            terminal.write(HELP)
        elif text:
            _request(terminal, text)
    except EOFError:
        terminal.write("\nthe question stays open ('meta-agent answer' asks it again)")
    except KeyboardInterrupt:
        terminal.write("\nno longer watched; the work goes on ('status' shows it)")
    except MetaAgentError as problem:
        terminal.note(f"{terminal.symbols.failed} {problem}")


def _request(terminal: Terminal, text: str) -> None:
    name = checked_name(name_from_text(text))
    submission = drop(folder(terminal.root), name, text.encode("utf-8", "replace") + b"\n", replace=False)
    if submission.was_there:
        terminal.write(f"{submission.name} has this very request already; 'meta-agent retry' works on it again")
    document = show_to_the_end(terminal, submission.name, submission.sha256, ends=is_over_for_now)
    while document["state"] == "needs_answer":
        document = _answered(terminal, document)
    if document["state"] == "deferred":
        terminal.write("it is taken up again by itself; 'status' shows it")


def _answered(terminal: Terminal, document: Document) -> Document:
    """Ask the questions right here and follow the request on."""
    name = str(document["request"])
    answers = ask(terminal, list(document["questions"]))
    give_answers(terminal, read(terminal.root), name, answers)
    return show_to_the_end(terminal, name, ends=is_over_for_now)


def _show_all(terminal: Terminal) -> None:
    from daemon.cli.render.listing import listing_view

    listing, now = read(terminal.root), terminal.now()
    daemon = daemon_state(listing.daemon, now)
    terminal.console.print(listing_view(listing, daemon, terminal.symbols, now, terminal.console.width))
