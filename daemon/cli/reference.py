"""Pages of ``docs/`` that are made from the program itself: ``python -m daemon.cli.reference docs`` writes them."""

from __future__ import annotations

import functools
import json
import sys
from pathlib import Path

from daemon.cli.commands import COMMANDS
from daemon.cli.parser import PROGRAM, WIDEST, HelpFormatter, Parser, command_parser, top_parser


def command_page() -> str:
    """``docs/cli.md``: the help of every command, as it is shown."""
    parts = [
        "# Commands",
        "",
        "Made from `--help` by `python -m daemon.cli.reference docs`; a test compares them.",
        "",
        f"`{PROGRAM}` and `python -m daemon` are the same. Results go to the output stream, remarks and errors to the",
        "error stream; an error is one line that says what, why and what to do. `--json` is for machines and stays",
        "stable. Without a terminal, or with `NO_COLOR`, there is no colour, and without a terminal nothing moves.",
        "",
        *_help(PROGRAM, top_parser()),
    ]
    for name in COMMANDS:
        parts += [f"## {name}", "", *_help(f"{PROGRAM} {name}", command_parser(name))]
    return "\n".join(parts).rstrip() + "\n"


def status_schema() -> str:
    """``docs/status.schema.json``: the JSON Schema of a request's status file."""
    from daemon.core.status import RequestStatus

    schema = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **RequestStatus.model_json_schema(mode="serialization"),
    }
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"


def pages() -> dict[str, str]:
    """Text by file name in ``docs/``."""
    return {"cli.md": command_page(), "status.schema.json": status_schema()}


def _help(command: str, parser: Parser) -> list[str]:
    """The help at its full width, whatever the terminal of whoever asks."""
    parser.formatter_class = functools.partial(HelpFormatter, width=WIDEST)
    return ["```text", f"$ {command} --help", parser.format_help().rstrip(), "```", ""]


if __name__ == "__main__":
    for file_name, page in pages().items():
        (Path(sys.argv[1]) / file_name).write_text(page, encoding="utf-8")
