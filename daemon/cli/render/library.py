"""The formula library on a terminal."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from daemon.cli.render.symbols import Symbols
from daemon.cli.render.words import facts, points, safe, section

if TYPE_CHECKING:
    from daemon.planning.library import Formula, FormulaLibrary


def library_view(library: FormulaLibrary, symbols: Symbols) -> RenderableType:
    """One line per formula: its name and how it is calculated."""
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="dim", pad_edge=False)
    table.add_column("name", style="bold", no_wrap=True)
    table.add_column("formula", overflow="fold")
    table.add_column("usual limit", overflow="fold")
    for formula in library.formulas:
        limit = f"{formula.limit.operator} {formula.limit.value}" if formula.limit else ""
        text = safe(formula.formula) if formula.supported else safe("known, not computable here", "dim")
        table.add_row(formula.name, text, limit)
    return Group(table, Text(f"{symbols.arrow} meta-agent formulas NAME shows one with its inputs", style="dim"))


def formula_view(formula: Formula, library: FormulaLibrary, symbols: Symbols) -> RenderableType:
    """Everything about one formula."""
    parts: list[RenderableType] = [
        Text.assemble(safe(formula.title, "bold"), safe(f"  {formula.name}", "dim")),
        safe(formula.definition),
        Text(""),
        facts(_facts(formula)),
        Text(""),
        section("Inputs", facts(_inputs(formula, library))),
    ]
    if formula.undefined:
        reasons = (f"{condition.reason}: {condition.when}" for condition in formula.undefined)
        parts += [Text(""), section("No value", points(reasons, symbols.dot))]
    return Group(*parts)


def _facts(formula: Formula) -> Iterator[tuple[str, RenderableType]]:
    yield "formula", safe(formula.formula or "none", "cyan")
    yield "unit", safe(formula.unit)
    if formula.limit:
        limit = formula.limit
        yield "usual limit", safe(f"{limit.operator} {limit.value} ({limit.source})")
    yield "also called", safe(", ".join(formula.synonyms))
    if formula.notes:
        yield "note", safe(formula.notes)


def _inputs(formula: Formula, library: FormulaLibrary) -> Iterator[tuple[str, RenderableType]]:
    for name in formula.inputs:
        if found := library.input(name):
            derived = f"; or {found.derived}" if found.derived else ""
            yield name, safe(f"{found.title}, {found.unit}{derived}")
