"""``meta-agent rollback``: the previous version of an agent."""

from __future__ import annotations

import argparse

from daemon.cli.agents import checked_agent, known_agents
from daemon.cli.terminal import Terminal


def configure(parser: argparse.ArgumentParser) -> None:
    """Arguments of the command."""
    parser.usage = "meta-agent rollback AGENT [-C DIR]"
    parser.description = "Brings back the files that were published before the present ones, all of them together."
    parser.add_argument("agent", metavar="AGENT", help="its name, such as calc_agent")


def run(given: argparse.Namespace, terminal: Terminal) -> int:
    """0 with the paths that changed on the output stream."""
    from daemon import service

    agent = checked_agent(given.agent, known_agents(terminal.root))
    paths = service.rollback(service.open_workspace(terminal.root), agent)
    terminal.note(f"{agent} is back at its previous version:")
    for path in paths:
        terminal.write(path)
    return 0
