"""Tree to SQL, as SQLAlchemy expressions: the second, independent meaning of a formula."""

from __future__ import annotations

import functools
import operator
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, Integer, and_, case, func, literal, literal_column, not_, or_
from sqlalchemy import cast as sql_cast
from sqlalchemy.types import Numeric

from daemon.compiler.formula.tree import (
    Binary,
    Call,
    Compare,
    Conditional,
    Day,
    IsMissing,
    Logic,
    Name,
    Negative,
    Node,
    Not,
    Number,
    Text,
)
from daemon.runtime.sql import days_between, quotient, without_decimals

Column = ColumnElement[Any]

_COMPARE: dict[str, Callable[[Any, Any], Any]] = {
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
_ARITHMETIC: dict[str, Callable[[Any, Any], Any]] = {"+": operator.add, "-": operator.sub, "*": operator.mul}


def to_sql(node: Node, columns: Mapping[str, Column]) -> Column:
    """The SQL of ``node``, its dates lowered, where names stand for ``columns``.

    Division by zero and roots of negatives give NULL.
    """
    match node:
        case Number(value):
            return _number(value)
        case Text(value):
            return literal(value)
        case Day(value):
            return literal(value.isoformat())
        case Name(name):
            return columns[name]
        case Negative(operand):
            return -to_sql(operand, columns)
        case Binary(sign, left, right):
            return _binary(sign, to_sql(left, columns), to_sql(right, columns), right)
        case Conditional(condition, then, otherwise):
            return case((to_sql(condition, columns), to_sql(then, columns)), else_=to_sql(otherwise, columns))
        case Call(function, arguments):
            return _call(function, [to_sql(a, columns) for a in arguments])
    return _condition(node, columns)


def _condition(node: Node, columns: Mapping[str, Column]) -> Column:
    match node:
        case Compare(sign, left, right):
            return _typed(_COMPARE[sign](to_sql(left, columns), to_sql(right, columns)))
        case IsMissing(operand):
            return to_sql(operand, columns).is_(None)
        case Not(operand):
            return not_(to_sql(operand, columns))
        case Logic(word, operands):
            join = and_ if word == "and" else or_
            return join(*(to_sql(o, columns) for o in operands))
    raise TypeError(f"no SQL for {type(node).__name__}")


def _typed(expression: Any) -> Column:
    return expression  # type: ignore[no-any-return]  # operators on columns give columns


def _number(value: Decimal) -> Column:
    return literal_column(format(value, "f"), Numeric(asdecimal=False))


def _binary(sign: str, left: Column, right: Column, exponent: Node) -> Column:
    if sign in _ARITHMETIC:
        return _typed(_ARITHMETIC[sign](left, right))
    if sign == "/":
        return quotient(left, right)
    if sign == "//":
        return _floor(quotient(left, right))
    if sign == "%":
        return left - right * _floor(quotient(left, right))
    times = int(exponent.value) if isinstance(exponent, Number) else 1
    return functools.reduce(operator.mul, [left] * times, _number(Decimal(1)))


def _floor(value: Column) -> Column:
    """Written out, because SQLite is built without ``floor`` on some systems."""
    cut = without_decimals(value)
    return cut - case((value < cut, 1), else_=0)


def _call(function: str, arguments: list[Column]) -> Column:
    match function:
        case "days_between":
            return days_between(*arguments)
        case "sqrt":
            return case((arguments[0] >= 0, func.sqrt(arguments[0])))
        case "abs" | "coalesce":
            return _typed(getattr(func, function)(*arguments))
        case "floor":
            return _floor(arguments[0])
        case "ceil":
            return -_floor(-arguments[0])
        case "round":
            places = sql_cast(arguments[1], Integer) if len(arguments) > 1 else literal_column("0", Integer)
            return _typed(func.round(arguments[0], places))
    compare = operator.le if function == "min" else operator.ge
    return functools.reduce(lambda a, b: _chosen(a, b, compare), arguments)


def _chosen(left: Column, right: Column, compare: Callable[[Any, Any], Any]) -> Column:
    """Like ``min`` and ``max`` of the language: NULL when either side is."""
    return case((compare(left, right), left), (compare(right, left), right))
