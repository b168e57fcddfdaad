"""Formulas of a spec as trees with dates lowered: what Python and SQL are compiled from."""

from __future__ import annotations

from daemon.compiler.formula import Node, parse
from daemon.compiler.formula.dates import lowered
from daemon.core.spec import AgentSpec, SourceField


def over_fields(text: str, fields: tuple[SourceField, ...]) -> Node:
    """A condition or expression over columns, by their names in ``fields``."""
    return lowered(parse(text), {f.name: f.kind for f in fields})


def over_inputs(tree: Node, spec: AgentSpec) -> Node:
    """A formula, or a part of one, over the inputs of ``spec``."""
    return lowered(tree, {i.name: i.kind for i in spec.inputs})
