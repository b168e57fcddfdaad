"""``meta-agent call``: run a published agent and show its figures."""

from __future__ import annotations

import argparse
import json

from daemon.cli.agents import callable_agents, checked_agent
from daemon.cli.run import pairs
from daemon.cli.terminal import Terminal


def configure(parser: argparse.ArgumentParser) -> None:
    """Arguments of the command."""
    parser.usage = (
        "meta-agent call AGENT [METRIC] [--key K | --all | --total] [--mode M]\n"
        "                       [--param k=v]… [--scenario TEXT] [--json] [-C DIR]"
    )
    parser.description = "Runs a published agent on the live database, read-only. Without --key or --total: all rows."
    parser.add_argument("agent", metavar="AGENT", help="its name, such as calc_agent")
    parser.add_argument("metric", nargs="?", metavar="METRIC", help="one figure only, such as dscr")
    rows = parser.add_mutually_exclusive_group()
    rows.add_argument("--key", metavar="K", help="one row, by its key")
    rows.add_argument("--all", action="store_true", help="all rows and the total (the default)")
    rows.add_argument("--total", action="store_true", help="the total only")
    parser.add_argument("--mode", metavar="M", help="the way of calculating (default: standard)")
    parser.add_argument("--param", action="append", default=[], metavar="k=v", help="change an assumption")
    parser.add_argument("--scenario", metavar="TEXT", help="a scenario in plain words")
    parser.add_argument("--json", action="store_true", help="for machines: decimals as text, nothing rounded away")


def run(given: argparse.Namespace, terminal: Terminal) -> int:
    """0 with the figures on the output stream. Raises ``AgentError`` when the agent cannot be called."""
    from daemon import service

    agent = checked_agent(given.agent, callable_agents(terminal.root))
    settings = service.open_workspace(terminal.root)
    printed = service.agent_runner(settings).call(agent, agent_arguments(given))
    if given.json:
        terminal.write(printed.rstrip("\n"))
        return 0
    from daemon.cli.render.figures import figures_view

    terminal.console.print(figures_view(json.loads(printed), terminal.symbols))
    return 0


def agent_arguments(given: argparse.Namespace) -> tuple[str, ...]:
    """The arguments an agent is called with: every choice written out."""
    if given.key is not None:
        rows: tuple[str, ...] = (f"--key={given.key}",)
    else:
        rows = ("--total",) if given.total else ("--all",)
    return (
        *((given.metric,) if given.metric else ()),
        *rows,
        *((f"--mode={given.mode}",) if given.mode else ()),
        *(f"--param={name}={value}" for name, value in pairs(given.param, "--param").items()),
        *((f"--scenario={given.scenario}",) if given.scenario else ()),
    )
