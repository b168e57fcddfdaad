"""The spec itself, once every term has its column."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from daemon.compiler.formula import Node, names, parse
from daemon.compiler.formula.fraction import as_fraction
from daemon.compiler.formula.tree import Binary, Name, Negative, Number
from daemon.core.build import Analysis, Architecture, MetricWish, ModeWish
from daemon.core.request import Request
from daemon.core.schema import Schema, TableRef, fingerprint
from daemon.core.spec import (
    Adjustment,
    AgentNames,
    AgentSpec,
    Entity,
    Input,
    Metric,
    Mode,
    Parameter,
    RequestSource,
    StatusRule,
    Undefined,
    Unit,
)
from daemon.planning.expressions import fraction_text, rename
from daemon.planning.guesses import is_per_piece
from daemon.planning.library import FormulaLibrary
from daemon.planning.parameters import with_named_limits

Total = Literal["ratio_of_sums", "sum", "none"]
_WORST_FIRST = (
    "FAIL", "BREACH", "CRITICAL", "RED", "BAD", "POOR", "WEAK", "RISKY", "ORANGE", "AMBER", "YELLOW", "WARN", "WARNING",
    "FLAG", "WATCH", "SMALL", "LOW", "HIGH",
)  # fmt: skip
_ADDS_UP = {Unit.MONEY, Unit.COUNT, Unit.DAYS, Unit.YEARS}


@dataclass(frozen=True, slots=True, kw_only=True)
class Writing:
    """What a spec is written from. ``expressions`` say by term name what stands in formulas for it."""

    request: Request
    analysis: Analysis
    metrics: tuple[MetricWish, ...]
    architecture: Architecture
    schema: Schema
    library: FormulaLibrary
    entity: Entity
    inputs: tuple[Input, ...]
    expressions: dict[str, str]
    shares: bool
    assumptions: tuple[str, ...]
    warnings: tuple[str, ...]


def write_spec(given: Writing) -> AgentSpec:
    """The spec. Every term of every metric has to have an expression."""
    metrics, parameters = with_named_limits([_metric(m, given) for m in given.metrics])
    assumptions = [*given.analysis.assumptions, *given.assumptions]
    assumptions += [f"{m.title} has no total: its values do not add up" for m in metrics if m.total == "none"]
    spec = AgentSpec(
        title=_title(given),
        request=RequestSource(name=given.request.name, sha256=given.request.sha256, text=given.request.text),
        agents=AgentNames(data=given.architecture.data_module, calc=given.architecture.calc_module),
        database=given.request.options.database or "DATABASE_URL",
        schema_fingerprint="",
        entity=given.entity,
        inputs=given.inputs,
        metrics=metrics,
        parameters=parameters,
        modes=(_STANDARD, *(_mode(m, given) for m in given.analysis.modes)),
        status_order=_status_order(metrics),
        assumptions=tuple(dict.fromkeys(assumptions)),
        warnings=tuple(dict.fromkeys((*given.analysis.warnings, *given.warnings))),
    )
    return spec.model_copy(update={"schema_fingerprint": fingerprint(given.schema, spec.tables)})


_STANDARD = Mode(name="standard", title="standard", description="The figures as they are in the data.")


def _metric(wish: MetricWish, given: Writing) -> Metric:
    formula = rename(wish.formula, given.expressions)
    known = given.library.formula(wish.library)
    # The request counts the decimals of what it sees: two of 9.14% are four of 0.0914.
    decimals = wish.decimals
    if decimals is None:
        decimals = known.decimals if known else 0 if wish.unit is Unit.COUNT else 2
    return Metric(
        name=wish.name,
        title=wish.title,
        definition=wish.definition if wish.library else f"{wish.title[:1].upper()}{wish.title[1:]}: {formula}.",
        unit=wish.unit,
        formula=formula,
        decimals=min(decimals + 2, 10) if wish.show_as_percent else decimals,
        show_as_percent=wish.show_as_percent,
        undefined=tuple(_undefined(wish, given.expressions)),
        status=wish.status,
        total=_total(parse(formula), wish.unit, given),
        library=wish.library,
    )


def _undefined(wish: MetricWish, expressions: dict[str, str]) -> list[Undefined]:
    found = []
    for when, reason in wish.undefined:
        term = when.removesuffix(" is None")
        expression = expressions.get(term, term)
        if term == when:
            found.append(Undefined(when=rename(when, expressions), reason=reason))
        elif (name := expression.removeprefix("-").removesuffix(" / 100")).isidentifier():
            found.append(Undefined(when=f"{name} is None", reason=reason))
    return found


def _total(tree: Node, unit: Unit, given: Writing) -> Total:
    single = {i.name for i in given.inputs if i.aggregate and i.aggregate.function in {"avg", "min", "max"}}
    return "none" if given.shares or names(tree) & single else total_of(tree, unit)


def total_of(tree: Node, unit: Unit) -> Total:
    """How a figure is added up: ratios as the ratio of the sums, amounts as their sum, anything else not at all."""
    if as_fraction(tree, frozenset()):
        return "ratio_of_sums"
    return "sum" if unit in _ADDS_UP and _adds_up(tree) else "none"


def _adds_up(tree: Node) -> bool:
    """Whether the sum over rows means something: sums and multiples of inputs, no constants added."""
    match tree:
        case Name(name):
            return not is_per_piece(name)
        case Negative(operand):
            return _adds_up(operand)
        case Binary("+" | "-", left, right):
            return _adds_up(left) and _adds_up(right)
        case Binary("*", left, right):
            # A price times a quantity adds up, because the quantity does.
            simple = all(isinstance(s, Name | Number) or _adds_up(s) for s in (left, right))
            return simple and (_adds_up(left) or _adds_up(right))
        case Binary("/", left, Number()):
            return _adds_up(left)
    return False


def _mode(wish: ModeWish, given: Writing) -> Mode:
    name = given.expressions[wish.target].removesuffix(" / 100")
    sign, word = ("-", "less") if wish.change < 0 else ("+", "more")
    size = abs(wish.change)
    return Mode(
        name=wish.name,
        title=wish.title,
        description=f"{next(i.title for i in given.inputs if i.name == name)} {fraction_text(size * 100)}% {word}.",
        parameters=(
            Parameter(
                name=wish.parameter, title=f"{wish.parameter} of mode {wish.name}", unit=Unit.FRACTION, default=size
            ),
        ),
        adjustments=(Adjustment(input=name, formula=f"{name} {sign} abs({name}) * {wish.parameter}"),),
    )


def _status_order(metrics: Sequence[Metric]) -> tuple[str, ...]:
    """All statuses, worst first: by their words, then as the rules that name them come."""
    found = list(dict.fromkeys(s.status for m in metrics for s in m.status))
    good = {_good(m.status) for m in metrics if m.status}
    bad = [s for s in found if s not in good]
    known = {s: n for n, s in enumerate(_WORST_FIRST)}
    return (*sorted(bad, key=lambda s: known.get(s, len(known))), *(s for s in found if s in good))


def _good(status: tuple[StatusRule, ...]) -> str:
    """The status of a kept limit: the first of two if it is no bad word, else the last."""
    first, last = status[0].status, status[-1].status
    return last if last not in _WORST_FIRST and (len(status) > 2 or first in _WORST_FIRST) else first


def _title(given: Writing) -> str:
    if given.request.options.title:
        return given.request.options.title
    figures = " and ".join(m.title for m in given.metrics)
    where = ", ".join(f.value for f in given.analysis.filters)
    return f"{figures} per {given.entity.name.replace('_', ' ')}{f' ({where})' if where else ''}"


def involved_tables(inputs: Sequence[Input], filters: Sequence[TableRef]) -> tuple[TableRef, ...]:
    """Tables that have to be joined, in order of need."""
    columns = (i.column.ref.table for i in inputs if i.column)
    return tuple(dict.fromkeys((*columns, *filters)))
