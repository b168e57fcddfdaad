"""``meta-agent answer``: answer the questions of a request."""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

from daemon.cli.follow import exit_code
from daemon.cli.inbox import Document, Listing, folder, parse_time, read
from daemon.cli.render.symbols import command
from daemon.cli.request_files import write_atomically
from daemon.cli.run import pairs
from daemon.cli.submit import show_to_the_end, warn_without_daemon
from daemon.cli.terminal import Terminal
from daemon.core.errors import UsageError
from daemon.core.inbox_names import answers_name
from daemon.core.nearest import suggestion
from daemon.core.toml_text import parse_toml


def configure(parser: argparse.ArgumentParser) -> None:
    """Arguments of the command."""
    parser.usage = 'meta-agent answer NAME [--set ID="ANSWER"]… [--defaults] [--follow] [-C DIR]'
    parser.description = (
        "Asks the open questions of a request, keeps the answers beside it in inbox/, and lets the work go on.\n"
        "The request itself is never changed."
    )
    parser.add_argument("name", metavar="NAME", help="the request")
    parser.add_argument("--set", action="append", default=[], metavar="ID=ANSWER", help="an answer, without asking")
    parser.add_argument("--defaults", action="store_true", help="take the default of every other question")
    parser.add_argument("--follow", action="store_true", help="show the progress until the request ends")


def run(given: argparse.Namespace, terminal: Terminal) -> int:
    """0 when the answers are kept; with ``--follow`` the code says how the request ended."""
    listing = read(terminal.root)
    name = listing.resolve(given.name)
    questions = open_questions(listing, name)
    answers = _checked(pairs(given.set, "--set"), questions)
    rest = [question for question in questions if question["id"] not in answers]
    if given.defaults:
        answers |= {question["id"]: question["default"] for question in rest}
    elif rest and not terminal.is_interactive:
        raise UsageError(
            f"no answer to {', '.join(question['id'] for question in rest)}, and no terminal to ask on",
            hint='give --set ID="ANSWER" for each, or --defaults',
        )
    else:
        answers |= _asked(terminal, rest)
    give_answers(terminal, listing, name, answers)
    if given.follow:
        return exit_code(show_to_the_end(terminal, name))
    warn_without_daemon(terminal)
    return 0


def open_questions(listing: Listing, name: str) -> list[Document]:
    """The questions a request waits with. Raises ``UsageError`` when it waits for nothing."""
    document = listing.document(name)
    if document is None or document.get("state") != "needs_answer" or not document.get("questions"):
        raise UsageError(f"{name} has no open question", hint=f"see {command('status', name)}")
    return list(document["questions"])


def ask(terminal: Terminal, questions: list[Document]) -> dict[str, str]:
    """The person's answers by question id: an option's number or text, words of their own, or Enter for the default.

    Raises ``EOFError`` when the person leaves.
    """
    from daemon.cli.render.questions import question_view

    answers = {}
    for question in questions:
        terminal.console.print(question_view(question, terminal.symbols))
        written = terminal.ask(f"{question['id']} {terminal.symbols.arrow} ").strip()
        answers[question["id"]] = chosen(question, written)
    return answers


def chosen(question: Document, written: str) -> str:
    """The answer meant by what was typed."""
    options = list(question.get("options") or ())
    if not written:
        return str(question["default"])
    if written.isdecimal() and 1 <= int(written) <= len(options):
        return str(options[int(written) - 1])
    return next((str(option) for option in options if str(option).casefold() == written.casefold()), written)


def _asked(terminal: Terminal, questions: list[Document]) -> dict[str, str]:
    try:
        return ask(terminal, questions)
    except EOFError:
        raise UsageError("left without an answer; nothing has changed") from None


def give_answers(terminal: Terminal, listing: Listing, name: str, answers: Mapping[str, str]) -> None:
    """Keep the answers beside the request, over earlier ones, and queue it again."""
    import tomli_w

    from daemon import service

    path = folder(terminal.root) / answers_name(listing.files[name])
    revision_since = parse_time((listing.document(name) or {}).get("created_at"))
    table = {"answers": {**_earlier(path, revision_since), **answers}}
    write_atomically(path, tomli_w.dumps(table).encode("utf-8"))
    with service.job_control(service.open_workspace(terminal.root)) as jobs:
        jobs.retry(name)
    terminal.note(f"answers kept in {path}; {name} is in the queue again")


def _earlier(path: Path, revision_since: datetime | None) -> dict[str, str]:
    """Answers given to this revision so far; those to an older one may belong to other questions."""
    try:
        if revision_since and path.stat().st_mtime < revision_since.timestamp():
            return {}
        table = parse_toml(path.read_text(encoding="utf-8")).get("answers", {})
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as problem:
        raise UsageError(f"{path} cannot be read: {problem}", hint="mend or delete it") from problem
    if not isinstance(table, dict):
        raise UsageError(f"{path} cannot be read: 'answers' is no table", hint="mend or delete it")
    return {str(key): str(value) for key, value in table.items()}


def _checked(given: dict[str, str], questions: list[Document]) -> dict[str, str]:
    by_id = {str(question["id"]): question for question in questions}
    for key in given:
        if key not in by_id:
            raise UsageError(f"no open question '{key}'", hint=suggestion(key, by_id) or f"open: {', '.join(by_id)}")
    return {key: chosen(by_id[key], value.strip()) for key, value in given.items()}
