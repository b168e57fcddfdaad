"""Reference interpreter: what a formula means. Expected values of compiled tests come from here, never from a model.

Missing values (None) spread through arithmetic and comparisons as NULL does in SQL. Dates count in whole days.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from datetime import date
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_UP, Decimal

from daemon.compiler.formula.tree import (
    Binary,
    Call,
    Compare,
    Conditional,
    IsMissing,
    Logic,
    Name,
    Negative,
    Node,
    Not,
    Number,
    Text,
)

Value = Decimal | bool | str | date | None

_COMPARE: dict[str, Callable[[object, object], bool]] = {
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,  # type: ignore[dict-item]  # both sides have the same comparable type by the unit check
    "<=": operator.le,  # type: ignore[dict-item]
    ">": operator.gt,  # type: ignore[dict-item]
    ">=": operator.ge,  # type: ignore[dict-item]
}


def evaluate(node: Node, values: Mapping[str, Value]) -> Value:
    """The value of ``node`` where names stand for ``values``.

    Raises ``ZeroDivisionError`` when a divisor is zero and ``KeyError`` for a name without a value.
    """
    match node:
        case Number(value):
            return value
        case Text(value):
            return value
        case Name(name):
            return values[name]
        case IsMissing(operand):
            return evaluate(operand, values) is None
        case Conditional(condition, then, otherwise):
            return evaluate(then if evaluate(condition, values) is True else otherwise, values)
        case Logic(word, operands):
            return _logic(word, tuple(evaluate(o, values) for o in operands))
        case Call("coalesce", arguments):
            return next((v for v in (evaluate(a, values) for a in arguments) if v is not None), None)
    return _strict(node, values)


def _strict(node: Node, values: Mapping[str, Value]) -> Value:
    """Nodes that are None as soon as one operand is."""
    match node:
        case Negative(operand):
            return _apply(lambda x: -x, (evaluate(operand, values),))
        case Not(operand):
            inner = evaluate(operand, values)
            return None if inner is None else not inner
        case Binary(sign, left, right):
            return _apply(_ARITHMETIC[sign], _days((evaluate(left, values), evaluate(right, values))))
        case Compare(sign, left, right):
            sides = _days((evaluate(left, values), evaluate(right, values)))
            return None if None in sides else _COMPARE[sign](*sides)
        case Call(function, arguments):
            return _apply(_FUNCTIONS[function], tuple(evaluate(a, values) for a in arguments))
    raise TypeError(f"no meaning for {type(node).__name__}")


def _days(sides: tuple[Value, ...]) -> tuple[Value, ...]:
    """Dates as numbers of days, and with them the quoted texts beside them."""
    if not any(isinstance(side, date) for side in sides):
        return sides
    return tuple(Decimal(_day(side).toordinal()) if side is not None else None for side in sides)


def _day(value: Value) -> date:
    if isinstance(value, str):
        return date.fromisoformat(value)
    if isinstance(value, date):
        return value
    raise TypeError(f"no date: {value!r}")


def _logic(word: str, operands: tuple[Value, ...]) -> Value:
    decisive = word == "or"
    if any(o is decisive for o in operands):
        return decisive
    return None if None in operands else not decisive


def _apply(function: Callable[..., Decimal], operands: tuple[Value, ...]) -> Value:
    return None if None in operands else function(*operands)


def _quotient(left: Decimal, right: Decimal) -> Decimal:
    if right == 0:
        raise ZeroDivisionError("division by zero")
    return left / right


def _floor_quotient(left: Decimal, right: Decimal) -> Decimal:
    return _quotient(left, right).to_integral_value(ROUND_FLOOR)


def _rest(left: Decimal, right: Decimal) -> Decimal:
    """The rest has the sign of the divisor, as in Python's integers; Decimal's own % has that of the dividend."""
    return left - right * _floor_quotient(left, right)


def _rounded(value: Decimal, places: Decimal = Decimal(0)) -> Decimal:
    return value.quantize(Decimal(1).scaleb(-int(places)), ROUND_HALF_UP)


_ARITHMETIC: dict[str, Callable[[Decimal, Decimal], Decimal]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": _quotient,
    "//": _floor_quotient,
    "%": _rest,
    "**": operator.pow,
}

_FUNCTIONS: dict[str, Callable[..., Decimal]] = {
    "abs": abs,
    "ceil": lambda x: x.to_integral_value(ROUND_CEILING),
    "floor": lambda x: x.to_integral_value(ROUND_FLOOR),
    "max": max,
    "min": min,
    "round": _rounded,
    "sqrt": lambda x: x.sqrt(),
}
