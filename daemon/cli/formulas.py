"""``meta-agent formulas``: the formula library."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from daemon.cli.terminal import Terminal
from daemon.core.errors import UsageError
from daemon.core.nearest import suggestion

if TYPE_CHECKING:
    from rich.console import RenderableType

    from daemon.planning.library import Formula, FormulaLibrary


def configure(parser: argparse.ArgumentParser) -> None:
    """Arguments of the command."""
    parser.usage = "meta-agent formulas [NAME] [--json] [-C DIR]"
    parser.description = "Lists the figures that are known by name, or shows one with its inputs, limits and sources."
    parser.add_argument("name", nargs="?", metavar="NAME", help="one formula, such as dscr")
    parser.add_argument("--json", action="store_true", help="for machines")


def run(given: argparse.Namespace, terminal: Terminal) -> int:
    """0; raises ``UsageError`` for an unknown name."""
    from daemon import service

    library = service.formulas()
    formula = library.formula(given.name) if given.name else None
    if given.name and formula is None:
        names = [known.name for known in library.formulas]
        near = suggestion(given.name, names)
        raise UsageError(f"no formula '{given.name}'", hint=near or "meta-agent formulas lists them")
    if given.json:
        terminal.write_json((formula or library).model_dump(mode="json"))
    else:
        terminal.console.print(_view(terminal, library, formula))
    return 0


def _view(terminal: Terminal, library: FormulaLibrary, formula: Formula | None) -> RenderableType:
    from daemon.cli.render.library import formula_view, library_view

    if formula is None:
        return library_view(library, terminal.symbols)
    return formula_view(formula, library, terminal.symbols)
