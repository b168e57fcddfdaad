"""Values for which conditions over table columns hold, and values for which they do not."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from itertools import islice, product

from daemon.compiler.formula import Node, Value, evaluate, names, walk
from daemon.compiler.formula.tree import Binary, Compare, IsMissing, Name, Number, Text
from daemon.compiler.tests_reference import Cell

_MOST_TRIED = 2000
_NEAR = (0, 1, -1)


def assignment(
    conditions: Sequence[Node], typical: Mapping[str, Cell], wanted: Sequence[bool]
) -> dict[str, Cell] | None:
    """Values of the names in ``typical`` that make each condition true or not, as ``wanted``; None if none is found.

    Names keep their typical value where that will do. Tried are the literals of the conditions and their neighbours.
    """
    used = sorted(frozenset[str]().union(*map(names, conditions)))
    choices = [list(dict.fromkeys([typical[name], *_candidates(name, conditions, typical)])) for name in used]
    for combination in islice(product(*choices), _MOST_TRIED):
        values = {**typical, **dict(zip(used, combination, strict=True))}
        if [holds(condition, values) for condition in conditions] == list(wanted):
            return values
    return None


def at_the_limits(conditions: Sequence[Node], typical: Mapping[str, Cell]) -> Iterator[dict[str, Cell]]:
    """For each comparison with a number or a day: values that meet it exactly, and the next ones on either side."""
    for node in (n for condition in conditions for n in walk(condition)):
        if isinstance(node, Compare):
            for limit in _limits(node):
                values = assignment([limit], typical, [True])
                if values:
                    yield values


def holds(condition: Node, values: Mapping[str, Cell]) -> bool:
    """Whether ``condition`` is true; what cannot be compared or divided is not."""
    try:
        return evaluate(condition, {name: _day_or(value) for name, value in values.items()}) is True
    except (TypeError, ValueError, ZeroDivisionError):
        return False


def _limits(node: Compare) -> Iterator[Compare]:
    match node:
        case Compare(_, side, Number(limit)) | Compare(_, Number(limit), side):
            yield from (Compare("==", side, Number(limit + near)) for near in _NEAR)
        case Compare(_, side, Text(text)) | Compare(_, Text(text), side) if day := _day(text):
            yield from (Compare("==", side, Text(_moved(day, near))) for near in _NEAR)


def _candidates(name: str, conditions: Sequence[Node], typical: Mapping[str, Cell]) -> Iterator[Cell]:
    for node in (n for condition in conditions for n in walk(condition)):
        match node:
            case IsMissing(Name(found)) if found == name:
                yield None
            case Compare(_, Name(found), Number(value)) | Compare(_, Number(value), Name(found)) if found == name:
                yield from (value + near for near in _NEAR)
            case Compare(_, Name(found), Text(text)) | Compare(_, Text(text), Name(found)) if found == name:
                yield from _near(text, typical[name])
            case Compare(_, Binary("-", Name(found), start), Number(days)) if found == name:
                yield from _after(start, days, typical)
            case Compare(_, Number(days), Binary("-", Name(found), start)) if found == name:
                yield from _after(start, days, typical)
    own = typical[name]
    yield -own if isinstance(own, Decimal) else moved_cell(own, 40) or "something else"


def _after(start: Node, days: Decimal, typical: Mapping[str, Cell]) -> Iterator[Cell]:
    """Days that are ``days``, or nearly so, after another date."""
    first = typical.get(start.name) if isinstance(start, Name) else start.value if isinstance(start, Text) else None
    found = (moved_cell(first, int(days) + near) for near in _NEAR)
    yield from (cell for cell in found if cell is not None)


def _near(text: str, own: Cell) -> Iterator[str]:
    """The text itself and others; for a date the days around it, at the time that the typical value has."""
    day = _day(text)
    if day is None:
        yield from (text, f"other than {text}")
        return
    time = own[10:] if isinstance(own, str) and _day(own) else ""
    yield from (_moved(day, near) + time for near in _NEAR)


def _day(value: Cell) -> date | None:
    if not isinstance(value, str):
        return None
    try:
        return date.fromisoformat(value[:10])
    except ValueError:
        return None


def _day_or(value: Cell) -> Value:
    return _day(value) or value


def _moved(day: date, days: int) -> str:
    return (day + timedelta(days=days)).isoformat()


def moved_cell(cell: Cell, days: int) -> str | None:
    """The same time ``days`` later; None for what is no date."""
    day = _day(cell)
    return None if day is None else _moved(day, days) + str(cell)[10:]
