"""``meta-agent tools``: the tools of the pipeline."""

from __future__ import annotations

import argparse

from daemon.cli.terminal import Terminal


def configure(parser: argparse.ArgumentParser) -> None:
    """Arguments of the command."""
    parser.usage = "meta-agent tools [-C DIR]"
    parser.description = "Lists the tools a request goes through, in their order, and those that work for them."


def run(given: argparse.Namespace, terminal: Terminal) -> int:
    """Always 0."""
    from daemon import service
    from daemon.cli.render.words import facts, safe

    tools = service.tools()
    terminal.console.print(facts((name, safe(tool.DESCRIPTION)) for name, tool in tools.items()))
    return 0
