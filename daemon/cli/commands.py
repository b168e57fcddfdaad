"""The table of commands. A command is a module of this room; it is imported when it is called."""

from __future__ import annotations

import argparse
import importlib
from typing import Protocol, cast

from daemon.cli.terminal import Terminal

COMMANDS: dict[str, str] = {
    "run": "the daemon in the foreground; --once works the inbox off and ends",
    "submit": "write a request into the inbox",
    "status": "how the requests are doing",
    "call": "run a published agent",
    "answer": "answer the questions of a request",
    "retry": "work on a finished request again",
    "cancel": "stop a request",
    "rollback": "bring back the previous version of an agent",
    "doctor": "check this machine and say how to mend what is wrong",
    "init": "make a workspace",
    "tools": "the tools of the pipeline",
    "formulas": "the formula library",
}
"""What each command does, in a few words."""


class CommandModule(Protocol):
    """What every module named in ``COMMANDS`` offers."""

    def configure(self, parser: argparse.ArgumentParser) -> None:
        """Set usage, description and arguments of the command."""
        ...

    def run(self, given: argparse.Namespace, terminal: Terminal) -> int:
        """Do it; returns the exit code. Raises ``MetaAgentError`` for everything the person has to know."""
        ...


def load(name: str) -> CommandModule:
    """The module of a command of the table, or of the prompt."""
    return cast(CommandModule, importlib.import_module(f"daemon.cli.{name}"))
