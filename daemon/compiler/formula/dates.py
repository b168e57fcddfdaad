"""Dates in a tree: differences in whole days, and quoted dates that stand for the whole day.

``lowered`` puts what is meant in terms every back end has: ``days_between`` calls, and half-open comparisons with
the first moment of a day. So a DATETIME of the last day's afternoon is not lost by ``d <= '2024-12-31'``, on no engine.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, replace
from datetime import date, timedelta
from decimal import Decimal

from daemon.compiler.formula.tree import (
    Binary,
    Call,
    Compare,
    Conditional,
    Day,
    Logic,
    Name,
    Node,
    Not,
    Number,
    Text,
)
from daemon.core.schema import Kind

DAYS_BETWEEN = "days_between"
"""``days_between(start, end)`` of a lowered tree; people write ``end - start``."""
_DATES = frozenset({Kind.DATE, Kind.DATETIME})
_ONE_DAY = timedelta(days=1)
_MIRRORED = {"==": "==", "!=": "!=", "<": ">", "<=": ">=", ">": "<", ">=": "<="}


def iso_day(text: str) -> date | None:
    """The day that ``2024-12-31`` stands for; None for any other text, and for days without a next one."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if day.isoformat() == text and day < date.max else None


def lowered(node: Node, kinds: Mapping[str, Kind]) -> Node:
    """``node`` without arithmetic or comparisons of dates; ``kinds`` tells which names are dates."""
    match node:
        case Binary("-", left, right) if _is_date(left, kinds) or _is_date(right, kinds):
            return _days(right, left, kinds)
        case Compare(sign, left, Text(text)) if _is_date(left, kinds) and (day := iso_day(text)):
            return _with_day(sign, lowered(left, kinds), day)
        case Compare(sign, Text(text), right) if _is_date(right, kinds) and (day := iso_day(text)):
            return _with_day(_MIRRORED[sign], lowered(right, kinds), day)
        case Compare(sign, left, right) if _is_date(left, kinds) and _is_date(right, kinds):
            return Compare(sign, _days(right, left, kinds), Number(Decimal(0)), at=node.at)
    return _rebuilt(node, kinds)


def _days(start: Node, end: Node, kinds: Mapping[str, Kind]) -> Node:
    return Call(DAYS_BETWEEN, (_day_or(start, kinds), _day_or(end, kinds)), at=end.at)


def _day_or(node: Node, kinds: Mapping[str, Kind]) -> Node:
    day = iso_day(node.value) if isinstance(node, Text) else None
    return Day(day, at=node.at) if day else lowered(node, kinds)


def _with_day(sign: str, left: Node, day: date) -> Node:
    """Against the first moment of ``day`` or of the day after it."""
    start, end = Day(day), Day(day + _ONE_DAY)
    match sign:
        case "<" | ">=":
            return Compare(sign, left, start)
        case "<=":
            return Compare("<", left, end)
        case ">":
            return Compare(">=", left, end)
    within = Logic("and", (Compare(">=", left, start), Compare("<", left, end)))
    return within if sign == "==" else Not(within)


def _is_date(node: Node, kinds: Mapping[str, Kind]) -> bool:
    match node:
        case Name(name):
            return kinds.get(name) in _DATES
        case Conditional(_, then, otherwise):
            return _is_date(then, kinds) or _is_date(otherwise, kinds)
        case Call("coalesce", arguments):
            return any(_is_date(a, kinds) for a in arguments)
    return False


def _rebuilt(node: Node, kinds: Mapping[str, Kind]) -> Node:
    parts: dict[str, Node | tuple[Node, ...]] = {}
    for each in fields(node):
        part = getattr(node, each.name)
        if isinstance(part, Node):
            parts[each.name] = lowered(part, kinds)
        elif isinstance(part, tuple):
            parts[each.name] = tuple(lowered(p, kinds) for p in part)
    return replace(node, **parts) if parts else node  # type: ignore[arg-type]  # the parts are those of the same node
