"""``python -m daemon.runtime.call AGENT …``: run a published agent of the current folder and print JSON.

The one door through which the command line, the health check and scripts call agents. Decimals are printed as text.
Exit status 0, or one line on standard error and 5 when the database is away, 10 when anything else is wrong.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

from daemon.core.spec import AgentSpec
from daemon.runtime.errors import DatabaseUnreachable, RuntimeAgentError
from daemon.runtime.numbers import Total
from daemon.runtime.published import Call, CallError, PublishedAgent, load_spec

SCHEMA_VERSION = 1
EXIT_FAILED = 10
EXIT_DATABASE = 5


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the answer, or say in one line why there is none."""
    given = _parser().parse_args(arguments)
    try:
        if given.rehearse:
            return _print(rehearsal(Path.cwd(), given.agent, given.rehearse))
        wants = {"with_rows": not given.total, "with_total": given.key is None and given.limit is None}
        return _print(answer_to(Path.cwd(), given.agent, _call(given), **wants))
    except DatabaseUnreachable as problem:
        return _fail(str(problem), EXIT_DATABASE)
    except RuntimeAgentError as problem:
        return _fail(str(problem))
    except (ImportError, SyntaxError) as problem:
        return _fail(f"{given.agent} cannot be imported: {problem}")
    except ArithmeticError as problem:
        return _fail(f"{given.agent} cannot calculate with these numbers: {problem or type(problem).__name__}")


def rehearsal(workspace: Path, agent: str, limit: int) -> dict[str, Any]:
    """Answers by mode, each with at most ``limit`` rows and the total over all rows."""
    modes = load_spec(workspace, agent).modes
    return {mode.name: answer_to(workspace, agent, Call(mode=mode.name, limit=limit)) for mode in modes}


def answer_to(
    workspace: Path, agent: str, call: Call, *, with_rows: bool = True, with_total: bool = True
) -> dict[str, Any]:
    """The JSON of one call (DESIGN: schema version 1). Raises ``RuntimeAgentError``."""
    spec = load_spec(workspace, agent)
    published = PublishedAgent(workspace, spec, call)
    rows = list(published.rows()) if with_rows else []
    totals = published.totals() if with_total else {}
    answer: dict[str, Any] = {
        "schema_version": SCHEMA_VERSION,
        "agent": agent,
        "mode": call.mode,
        "params": {name: _text(value) for name, value in published.parameters.items()},
        "results": [
            {
                "metric": metric.name,
                "unit": metric.unit.value,
                "show_as_percent": metric.show_as_percent,
                "rows": [_row(spec, metric.name, row[metric.name]) for row in rows],
                "total": _total(totals[metric.name]) if with_total else None,
            }
            for metric in published.metrics
        ],
        "warnings": list(spec.warnings),
    }
    if rows and "" in rows[0]:
        answer["overall"] = [_overall(spec, row, published.metrics[0].name) for row in rows]
    return answer


def _row(spec: AgentSpec, metric: str, result: Any) -> dict[str, Any]:
    return {
        **_identity(spec, result),
        "value": _text(getattr(result, metric)),
        "exact": _text(result.exact),
        "status": result.validation_status,
        "reason": result.reason,
        "warnings": list(result.warnings),
    }


def _overall(spec: AgentSpec, row: dict[str, Any], metric: str) -> dict[str, Any]:
    return {**_identity(spec, row[metric]), "status": row[""]}


def _identity(spec: AgentSpec, result: Any) -> dict[str, Any]:
    key = {k.column: _plain(getattr(result, k.argument)) for k in spec.entity.key}
    return {"key": key, "label": _plain(getattr(result, "label", None))}


def _total(total: Total) -> dict[str, Any]:
    return {
        "value": _text(total.value),
        "exact": _text(total.exact),
        "rows": total.rows,
        "undefined": total.undefined,
        "by_status": total.by_status,
        "reason": total.reason,
    }


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        return _text(value)
    return value if value is None or isinstance(value, int | str) else str(value)


def _text(value: Decimal | None) -> str | None:
    return None if value is None else format(value, "f")


def _call(given: argparse.Namespace) -> Call:
    if given.scenario:
        raise CallError("this agent reads no scenario in words: change its assumptions with --param NAME=VALUE")
    parameters = dict(_assignment(text) for text in given.param)
    return Call(metric=given.metric, key=given.key, mode=given.mode, parameters=parameters, limit=given.limit)


def _assignment(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals:
        raise CallError(f"a parameter is written name=value, not '{text}'")
    return name.strip(), value.strip()


def _count(text: str) -> int:
    if not text.isdecimal() or int(text) == 0:
        raise argparse.ArgumentTypeError(f"a number of rows from 1 on, not '{text}'")
    return int(text)


def _print(answer: dict[str, Any]) -> int:
    json.dump(answer, sys.stdout, ensure_ascii=False, separators=(",", ":"))
    sys.stdout.write("\n")
    return 0


def _fail(message: str, status: int = EXIT_FAILED) -> int:
    sys.stderr.write(" ".join(message.split()) + "\n")
    return status


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m daemon.runtime.call", description="Run a published agent.")
    parser.add_argument("agent")
    parser.add_argument("metric", nargs="?")
    which = parser.add_mutually_exclusive_group()
    which.add_argument("--key", help="one row; several key parts are separated by commas, as in a line of CSV")
    which.add_argument("--all", action="store_true", help="every row and the total (default)")
    which.add_argument("--total", action="store_true", help="only the total")
    parser.add_argument("--mode", default="standard")
    parser.add_argument("--param", action="append", default=[], metavar="NAME=VALUE")
    parser.add_argument("--scenario", metavar="TEXT", help="a scenario in words, for agents that read one")
    parser.add_argument("--limit", type=_count, help="at most so many rows, and no total")
    parser.add_argument("--rehearse", type=_count, metavar="ROWS", help="every mode: so many rows, and the total")
    return parser


if __name__ == "__main__":
    sys.exit(main())
