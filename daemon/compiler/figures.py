"""One metric as Python: the checks that make it undefined, in order, and the figure itself."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from daemon.compiler.formula import Node, names, parse
from daemon.compiler.formula.fraction import as_fraction, has_quotient
from daemon.compiler.formula.guards import Facts, Hazard, facts, hazards, required
from daemon.compiler.formula.tree import Compare, Logic, Name, Number, replaced
from daemon.compiler.names import literal
from daemon.compiler.python import to_python
from daemon.compiler.trees import over_inputs
from daemon.core.spec import AgentSpec, Metric, Unit

_ADDITIVE = frozenset({Unit.MONEY, Unit.COUNT, Unit.NUMBER, Unit.DAYS, Unit.YEARS})


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """``steps`` are the source lines before ``return source``."""

    is_ratio: bool
    steps: tuple[str, ...]
    source: str
    inputs: tuple[str, ...]
    uses_parameters: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """A condition under which a metric has no value, and the reason."""

    condition: Node
    reason: str


def checks_of(metric: Metric, spec: AgentSpec) -> tuple[Check, ...]:
    """Everything that makes ``metric`` undefined, in the order in which it is asked.

    The spec's own rules that need no value to be there, then missing inputs, then the other rules, then divisors
    that are zero and roots that are negative unless the formula or a rule asked before. A rule that divides stands
    behind the check of its own divisor.
    """
    tree = parse(metric.formula)
    rules = [Check(condition=parse(u.when), reason=u.reason) for u in metric.undefined]
    early = [c for c in rules if not required(c.condition)]
    late = [c for c in rules if required(c.condition)]
    needed = required(tree).union(*(required(c.condition) for c in late))
    known = Facts()
    for check in rules:
        known |= facts(check.condition, holds=False)
    missing = [
        Check(condition=parse(f"{i.name} is None"), reason=f"{i.title} missing")
        for i in spec.inputs
        if i.name in needed and i.may_be_missing and i.name not in known.present
    ]
    return (*_guarded(early, Facts(), spec), *missing, *_guarded(late, Facts(), spec), *_left(tree, known, spec))


def _guarded(rules: Iterable[Check], known: Facts, spec: AgentSpec) -> Iterator[Check]:
    """Each rule after what keeps it from being decided: a zero divisor in its own condition."""
    for rule in rules:
        yield from _left(rule.condition, known, spec)
        yield rule
        known |= facts(rule.condition, holds=False)


def _left(tree: Node, known: Facts, spec: AgentSpec) -> Iterator[Check]:
    """The hazards of ``tree`` that ``known`` does not rule out."""
    return (_hazard(h, spec) for h in hazards(tree) if not _ruled_out(h, known.nonzero, known.not_negative))


def fraction_of(metric: Metric, spec: AgentSpec) -> tuple[Node, Node] | None:
    """Numerator and denominator over inputs and parameters; None for a metric that is no ratio of sums."""
    if metric.total != "ratio_of_sums":
        return None
    return as_fraction(_over_inputs(metric, spec), _constants(spec))


def total_kind(metric: Metric, spec: AgentSpec) -> Literal["ratio_of_sums", "sum", "none"]:
    """How rows are added up. A ratio that is not one fraction cannot be: its total counts rows only."""
    if metric.total != "ratio_of_sums":
        return metric.total
    tree = _over_inputs(metric, spec)
    if as_fraction(tree, _constants(spec)):
        return "ratio_of_sums"
    return "sum" if metric.unit in _ADDITIVE and not has_quotient(tree, _constants(spec)) else "none"


def _over_inputs(metric: Metric, spec: AgentSpec) -> Node:
    """The formula with metrics defined before it written out."""
    formulas: dict[str, Node] = {}
    for each in spec.metrics:
        formulas[each.name] = replaced(parse(each.formula), formulas)
        if each.name == metric.name:
            break
    return formulas[metric.name]


def _constants(spec: AgentSpec) -> frozenset[str]:
    return frozenset(p.name for p in (*spec.parameters, *(p for m in spec.modes for p in m.parameters)))


def figure_of(metric: Metric, spec: AgentSpec, earlier: Mapping[str, Figure]) -> Figure:
    """The Python of ``metric``; ``earlier`` are the figures of metrics defined before it, by name."""
    tree = parse(metric.formula)
    parameters = _constants(spec)
    used = _used(metric)
    sources = {i.name: f"row.{i.name}" for i in spec.inputs} | {p: f"parameters.{p}" for p in parameters}
    sources |= {name: f"{name}.value" if earlier[name].is_ratio else name for name in used & earlier.keys()}
    steps: list[str] = []
    for name in sorted(used & earlier.keys()):
        argument = ", parameters" if earlier[name].uses_parameters else ""
        steps += [f"{name} = _{name}(row{argument})", f"if isinstance({name}, Undefined):", f"    return {name}"]
    for check in checks_of(metric, spec):
        condition = to_python(over_inputs(check.condition, spec), sources)
        steps += [f"if {condition}:", f"    return Undefined({literal(check.reason)})"]
    fraction = fraction_of(metric, spec)
    parts = fraction or (tree,)
    source = ", ".join(to_python(over_inputs(part, spec), sources) for part in parts)
    own = {i.name for i in spec.inputs} & used
    through = {i for name in used & earlier.keys() for i in earlier[name].inputs}
    return Figure(
        is_ratio=fraction is not None,
        steps=tuple(steps),
        source=f"Ratio({source})" if fraction else source,
        inputs=tuple(i.name for i in spec.inputs if i.name in own | through),
        uses_parameters=bool(used & parameters) or any(earlier[n].uses_parameters for n in used & earlier.keys()),
    )


def _used(metric: Metric) -> frozenset[str]:
    return names(parse(metric.formula)).union(*(names(parse(u.when)) for u in metric.undefined))


def _ruled_out(hazard: Hazard, nonzero: frozenset[Node], not_negative: frozenset[Node]) -> bool:
    return hazard.operand in (nonzero if hazard.kind == "divisor" else not_negative)


def _hazard(hazard: Hazard, spec: AgentSpec) -> Check:
    zero = Number(Decimal(0))
    words = _words(hazard.operand, spec)
    if hazard.kind == "divisor":
        fails, reason = Compare("==", hazard.operand, zero), f"{words} is zero"
    else:
        fails, reason = Compare("<", hazard.operand, zero), f"{words} is negative"
    return Check(condition=Logic("and", (*hazard.path, fails)) if hazard.path else fails, reason=reason)


def _words(node: Node, spec: AgentSpec) -> str:
    titles = {i.name: i.title for i in spec.inputs} | {m.name: m.title for m in spec.metrics}
    if isinstance(node, Name):
        return titles.get(node.name, node.name)
    return to_python(node, {name: name for name in names(node)})
