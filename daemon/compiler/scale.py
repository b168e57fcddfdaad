"""How many decimals the value of an aggregate's expression can have, row by row."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from daemon.compiler.formula import Node
from daemon.compiler.formula.tree import (
    Binary,
    Call,
    Compare,
    Conditional,
    IsMissing,
    Logic,
    Name,
    Not,
    Number,
    children,
)
from daemon.compiler.trees import over_fields
from daemon.core.schema import Kind
from daemon.core.spec import Aggregate

UNKNOWN_SCALE = 6
"""Decimals kept of a binary number whose decimals are not known."""
MOST = 10
"""Decimals kept at most, of quotients above all: SQLite adds up whole numbers of 64 bits."""


def decimals(aggregate: Aggregate) -> int:
    """Decimals a row's value can have: products add theirs up, sums have the longer of the two."""
    scales = {
        f.name: 0 if f.kind is Kind.INTEGER else UNKNOWN_SCALE if f.scale is None else f.scale for f in aggregate.fields
    }
    if not aggregate.expression:
        return 0
    return min(_decimals(over_fields(aggregate.expression, aggregate.fields), scales), MOST)


def _decimals(node: Node, scales: Mapping[str, int]) -> int:
    match node:
        case Number(value):
            return _places(value)
        case Name(name):
            return scales[name]
        case Compare() | IsMissing() | Logic() | Not() | Call("days_between"):
            return 0
        case Binary("*", left, right):
            return _decimals(left, scales) + _decimals(right, scales)
        case Binary("/"):
            return MOST
        case Binary("**", left, Number(exponent)):
            return _decimals(left, scales) * int(exponent)
        case Conditional(_, then, otherwise):
            return max(_decimals(then, scales), _decimals(otherwise, scales))
    return max((_decimals(child, scales) for child in children(node)), default=0)


def _places(value: Decimal) -> int:
    exponent = value.normalize().as_tuple().exponent
    return max(-exponent, 0) if isinstance(exponent, int) else 0
