"""Cases that meet a limit exactly, and miss it by a hair on either side."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from daemon.compiler.formula import evaluate, names, parse, walk
from daemon.compiler.formula.tree import Compare, Name
from daemon.compiler.tests_tables import Case
from daemon.core.spec import AgentSpec, Metric

_HAIR = Decimal("0.32")
"""Of the last shown decimal: 1.2468 is shown as 1.25."""

Figures = Callable[[Metric, Case], Decimal | None]
"""The unrounded metric of a case, alone in the database."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Dial:
    """One thing a case can be varied by: ``turn`` makes the named case at a position, None where there is none.

    Positions are multiples of ``step``; ``points`` are two of them with usual cases.
    """

    turn: Callable[[str, Decimal], Case | None]
    points: tuple[Decimal, Decimal]
    step: Decimal


def cases_around(metric: Metric, limit: Decimal, dials: Iterable[Dial], figures: Figures) -> list[Case]:
    """By the first dial that can meet the limit; empty when none can."""
    return next((found for dial in dials if (found := list(_around(metric, limit, dial, figures)))), [])


def limits_of(metric: Metric, spec: AgentSpec) -> list[Decimal]:
    """The numbers a metric's status depends on."""
    defaults = {p.name: p.default for p in (*spec.parameters, *(p for m in spec.modes for p in m.parameters))}
    found: list[Decimal] = []
    for node in (n for rule in metric.status if rule.when for n in walk(parse(rule.when))):
        match node:
            case Compare(_, Name(name), limit) | Compare(_, limit, Name(name)) if name == metric.name:
                value = evaluate(limit, defaults) if names(limit) <= defaults.keys() else None
                found += [value] if isinstance(value, Decimal) else []
    return list(dict.fromkeys(found))


def _around(metric: Metric, limit: Decimal, dial: Dial, figures: Figures) -> Iterator[Case]:
    at = _position(metric, limit, dial, figures)
    if at is None or _figure(metric, dial, at, figures) != limit:
        return
    yield from _named(dial, f"{metric.name} exactly {limit}", at)
    for word, sign in (("just below", -1), ("just above", 1)):
        near = _position(metric, limit + sign * _HAIR.scaleb(-metric.decimals), dial, figures)
        for position in (near, at - dial.step, at + dial.step):
            value = None if position is None else _figure(metric, dial, position, figures)
            if position is not None and value is not None and value != limit and (value > limit) == (sign > 0):
                yield from _named(dial, f"{metric.name} {word} {limit}", position)
                break


def _position(metric: Metric, target: Decimal, dial: Dial, figures: Figures) -> Decimal | None:
    """Where the metric would be ``target``, were it a straight line."""
    start, end = dial.points
    first, second = (_figure(metric, dial, point, figures) for point in dial.points)
    if first is None or second is None or first == second:
        return None
    return (start + (target - first) * (end - start) / (second - first)).quantize(dial.step, ROUND_HALF_UP)


def _figure(metric: Metric, dial: Dial, position: Decimal, figures: Figures) -> Decimal | None:
    case = dial.turn("", position)
    return figures(metric, case) if case else None


def _named(dial: Dial, name: str, position: Decimal) -> Iterator[Case]:
    case = dial.turn(name, position)
    if case:
        yield case
