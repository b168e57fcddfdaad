"""Dates that are inputs of their own: other days, none, and those at the limits of formulas."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from daemon.compiler.formula import names, parse, walk
from daemon.compiler.formula.tree import Compare
from daemon.compiler.tests_conditions import at_the_limits, moved_cell
from daemon.compiler.tests_reference import Cell
from daemon.compiler.tests_variables import dates_of_entity
from daemon.core.schema import ColumnRef
from daemon.core.spec import AgentSpec

_OTHER_DAYS = (("earlier", -30), ("later", 400))


def dated_cells(spec: AgentSpec, plain: Mapping[ColumnRef, Cell]) -> Iterator[tuple[str, dict[ColumnRef, Cell]]]:
    """The name of a case and the cells in which it differs from the ``plain`` ones."""
    for ref in dates_of_entity(spec):
        for word, days in _OTHER_DAYS:
            yield f"{ref.name} {word}", {ref: moved_cell(plain[ref], days)}
        yield f"{ref.name} missing", {ref: None}
    inputs = {i.name: i.column.ref for i in spec.inputs if i.column and i.column.ref in dates_of_entity(spec)}
    cells = {name: plain[ref] for name, ref in inputs.items()}
    for values in at_the_limits(_comparisons(spec, inputs), cells):
        yield "dates at a limit", {ref: values[name] for name, ref in inputs.items()}


def _comparisons(spec: AgentSpec, inputs: Mapping[str, ColumnRef]) -> list[Compare]:
    """Those of formulas and rules that are about dates alone."""
    formulas = [text for m in spec.metrics for text in (m.formula, *(u.when for u in m.undefined))]
    compared = (n for text in formulas for n in walk(parse(text)) if isinstance(n, Compare))
    return [node for node in compared if names(node) and names(node) <= inputs.keys()]
