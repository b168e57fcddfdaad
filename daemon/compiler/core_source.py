"""Tree to Python source of a SQLAlchemy Core expression: conditions and child-row arithmetic inside data agents."""

from __future__ import annotations

from collections.abc import Mapping

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
from daemon.compiler.python import decimal_source

_SYMBOL = {"and": " & ", "or": " | "}


class Unsupported(ValueError):
    """A part of the language that child-row expressions do not have yet."""


def to_core(node: Node, source_of: Mapping[str, str]) -> str:
    """Source of a column expression where names stand for ``source_of`` (``_ORDERS.c.total``); dates are lowered."""
    match node:
        case Number() | Text() | Day():
            return _literal(node)
        case Name(name):
            return source_of[name]
        case Negative(operand):
            return f"-({to_core(operand, source_of)})"
        case Binary("/", left, right):
            return f"quotient({to_core(left, source_of)}, {to_core(right, source_of)})"
        case Binary("+" | "-" | "*" as sign, left, right):
            return f"{_inner(left, source_of)} {sign} {_inner(right, source_of)}"
        case Conditional(condition, then, otherwise):
            chosen = f"({to_core(condition, source_of)}, {to_core(then, source_of)})"
            return f"case({chosen}, else_={to_core(otherwise, source_of)})"
        case Call("days_between", arguments):
            return f"days_between({', '.join(to_core(a, source_of) for a in arguments)})"
        case Call("abs" | "coalesce" as function, arguments):
            return f"func.{function}({', '.join(to_core(a, source_of) for a in arguments)})"
    return _condition(node, source_of)


def _literal(node: Number | Text | Day) -> str:
    match node:
        case Number(value):
            return decimal_source(value) if "." in format(value, "f") else format(value, "f")
        case Day(value):
            return repr(value.isoformat())
        case Text(value):
            return repr(value)


def _condition(node: Node, source_of: Mapping[str, str]) -> str:
    match node:
        case Compare(sign, left, right):
            return f"{_inner(left, source_of)} {sign} {_inner(right, source_of)}"
        case IsMissing(operand):
            return f"{to_core(operand, source_of)}.is_(None)"
        case Not(IsMissing(operand)):
            return f"{to_core(operand, source_of)}.is_not(None)"
        case Not(operand):
            return f"~({to_core(operand, source_of)})"
        case Logic(word, operands):
            return _SYMBOL[word].join(f"({to_core(o, source_of)})" for o in operands)
    raise Unsupported(f"{type(node).__name__} in an expression over table rows")


def _inner(node: Node, source_of: Mapping[str, str]) -> str:
    text = to_core(node, source_of)
    return f"({text})" if isinstance(node, Binary | Compare | Logic | Not) else text
