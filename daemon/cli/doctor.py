"""``meta-agent doctor``: check this machine."""

from __future__ import annotations

import argparse
from dataclasses import asdict

from daemon.cli.inbox import daemon_state, read
from daemon.cli.terminal import Terminal
from daemon.core.errors import MetaAgentError
from daemon.core.health import Check, CheckState


def configure(parser: argparse.ArgumentParser) -> None:
    """Arguments of the command."""
    parser.usage = "meta-agent doctor [--json] [-C DIR]"
    parser.description = "Looks at everything the daemon needs and says how to mend what is wrong. Changes nothing."
    parser.add_argument("--json", action="store_true", help="for machines")


def run(given: argparse.Namespace, terminal: Terminal) -> int:
    """0 when nothing fails (warnings are fine), else 1."""
    from daemon import service

    checks = (*service.diagnose(terminal.root), _heartbeat(terminal))
    fails = any(check.state is CheckState.FAIL for check in checks)
    if given.json:
        terminal.write_json({"schema_version": 1, "ok": not fails, "checks": [asdict(check) for check in checks]})
    else:
        from daemon.cli.render.checks import checks_view

        terminal.console.print(checks_view(checks, terminal.symbols))
    return 1 if fails else 0


def _heartbeat(terminal: Terminal) -> Check:
    try:
        state = daemon_state(read(terminal.root).daemon, terminal.now())
    except MetaAgentError as problem:
        return Check(name="daemon", state=CheckState.FAIL, detail=problem.message, mend=problem.hint)
    if state.is_running:
        return Check(name="daemon", state=CheckState.OK, detail=state.message)
    what, _, mend = state.message.partition("; ")
    return Check(name="daemon", state=CheckState.WARN, detail=what, mend=mend)
