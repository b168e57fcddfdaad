"""Values for which conditions over table columns hold, and values for which they do not."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from itertools import islice, product

from daemon.compiler.formula import Node, evaluate, names, walk
from daemon.compiler.formula.tree import Compare, IsMissing, Name, Number, Text
from daemon.compiler.tests_reference import Cell

_MOST_TRIED = 2000


def assignment(
    conditions: Sequence[Node], typical: Mapping[str, Cell], wanted: Sequence[bool]
) -> dict[str, Cell] | None:
    """Values of the names in ``typical`` that make each condition true or not, as ``wanted``; None if none is found.

    Names keep their typical value where that will do. Tried are the literals of the conditions and their neighbours.
    """
    used = sorted(frozenset[str]().union(*map(names, conditions)))
    choices = [list(dict.fromkeys([typical[name], *_candidates(name, conditions, typical[name])])) for name in used]
    for combination in islice(product(*choices), _MOST_TRIED):
        values = {**typical, **dict(zip(used, combination, strict=True))}
        if [holds(condition, values) for condition in conditions] == list(wanted):
            return values
    return None


def holds(condition: Node, values: Mapping[str, Cell]) -> bool:
    """Whether ``condition`` is true; what cannot be compared or divided is not."""
    try:
        return evaluate(condition, values) is True
    except (TypeError, ZeroDivisionError):
        return False


def _candidates(name: str, conditions: Sequence[Node], typical: Cell) -> Iterator[Cell]:
    for node in (n for condition in conditions for n in walk(condition)):
        match node:
            case IsMissing(Name(found)) if found == name:
                yield None
            case Compare(_, Name(found), Number(value)) | Compare(_, Number(value), Name(found)) if found == name:
                yield from (value, value + 1, value - 1)
            case Compare(_, Name(found), Text(text)) | Compare(_, Text(text), Name(found)) if found == name:
                yield from _near(text)
    yield -typical if isinstance(typical, Decimal) else "something else"


def _near(text: str) -> Iterator[str]:
    """The text itself and others; for a date the days around it."""
    yield text
    try:
        day = date.fromisoformat(text[:10])
    except ValueError:
        yield f"other than {text}"
        return
    yield from ((day + timedelta(days=days)).isoformat() for days in (1, -1))
