"""The command line as argparse parsers: one for what stands before the command, one per command."""

from __future__ import annotations

import argparse
import re
import shutil
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, NoReturn

from daemon import __version__
from daemon.cli.commands import COMMANDS, load
from daemon.core.errors import MetaAgentError, UsageError
from daemon.core.nearest import suggestion

PROGRAM = "meta-agent"
ABOUT = "Drop a plain-language request into a folder; get tested, documented Python agents over your database."
WIDEST = 100

OUTCOMES = ((0, "done"), (1, "the request failed or was refused"), (3, "a request needs an answer"))
OTHER_CODES = ((70, "a defect of Meta-Agent; the log says where"), (130, "interrupted with Ctrl-C"))


class HelpFormatter(argparse.RawDescriptionHelpFormatter):
    """Help as wide as the terminal, but never wider than is pleasant to read."""

    def __init__(self, prog: str, **options: Any) -> None:
        options.setdefault("width", min(WIDEST, shutil.get_terminal_size().columns - 2))
        super().__init__(prog, **options)


class Parser(argparse.ArgumentParser):
    """A parser that raises ``UsageError`` with the nearest known word instead of ending the process."""

    def __init__(self, prog: str, **options: Any) -> None:
        super().__init__(prog, formatter_class=HelpFormatter, allow_abbrev=False, **options)

    def error(self, message: str) -> NoReturn:
        """Raise ``UsageError``."""
        unknown = re.match(r"unrecognized arguments: (\S+)", message)
        near = suggestion(unknown[1], self._option_string_actions) if unknown else ""
        raise UsageError(message, hint=near or f"see {self.prog} --help")


@dataclass(frozen=True, slots=True, kw_only=True)
class CommandLine:
    """A command line taken apart. ``directory`` is the workspace as written; ``given`` belongs to the command."""

    directory: str
    command: str
    given: argparse.Namespace


def parse(arguments: Sequence[str]) -> CommandLine:
    """Take a command line apart; without a command, ``command`` is ``prompt``.

    Raises ``UsageError``; ends the process with code 0 after ``--help`` and ``--version``.
    """
    before, name, after = _split(arguments)
    top = top_parser().parse_args(before)
    if name and name not in COMMANDS:
        raise UsageError(
            f"'{name}' is no command", hint=suggestion(name, COMMANDS) or f"{PROGRAM} --help lists the commands"
        )
    given = command_parser(name).parse_intermixed_args(after) if name else argparse.Namespace(directory=None)
    return CommandLine(directory=given.directory or top.directory or ".", command=name or "prompt", given=given)


def top_parser() -> Parser:
    """The parser of what may stand before a command; its help is the help of the program."""
    parser = Parser(PROGRAM, usage=f"{PROGRAM} [-C DIR] [COMMAND …]", description=ABOUT, epilog=_epilog())
    _add_directory(parser)
    parser.add_argument("--version", action="version", version=f"{PROGRAM} {__version__}")
    return parser


def command_parser(name: str) -> Parser:
    """The parser of one command."""
    parser = Parser(f"{PROGRAM} {name}")
    load(name).configure(parser)
    _add_directory(parser)
    return parser


def exit_codes() -> tuple[tuple[int, str], ...]:
    """Every exit code with its meaning, in order; those of errors come from the error tree."""
    errors: dict[int, list[str]] = {}
    for kind in MetaAgentError.__subclasses__():
        meaning = (kind.__doc__ or "").splitlines()[0].rstrip(".")
        errors.setdefault(kind.exit_code, []).append(meaning[0].lower() + meaning[1:])
    known = [(code, ", or ".join(meanings)) for code, meanings in errors.items()]
    return tuple(sorted([*OUTCOMES, *known, *OTHER_CODES]))


def _add_directory(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("-C", dest="directory", metavar="DIR", help="the workspace (default: the current folder)")


def _epilog() -> str:
    commands = [("(none)", "on a terminal: enter requests and watch them being built"), *COMMANDS.items()]
    codes = [(str(code), meaning) for code, meaning in exit_codes()]
    return "\n".join(
        [
            "commands:",
            *_two_columns(commands),
            "",
            f"{PROGRAM} COMMAND --help says more about a command.",
            "",
            "exit codes:",
            *_two_columns(codes),
        ]
    )


def _two_columns(rows: Iterable[tuple[str, str]]) -> list[str]:
    return [f"  {left:<10} {right}" for left, right in rows]


def _split(arguments: Sequence[str]) -> tuple[list[str], str, list[str]]:
    """What stands before the command, the command, what follows it."""
    before: list[str] = []
    rest = list(arguments)
    while rest and rest[0].startswith("-"):
        before.append(rest.pop(0))
        if before[-1] == "-C" and rest:
            before.append(rest.pop(0))
    return (before, rest[0], rest[1:]) if rest else (before, "", [])
