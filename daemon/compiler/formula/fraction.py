"""A formula as one fraction: numerator over denominator. The total of a ratio is the ratio of their sums.

``c * (a / b)``, ``(a / b) / c``, ``c + a / b`` and sums over one denominator become a single ``n / d``, where ``c``
uses nothing that differs from row to row. A fraction of fractions is none: its sums would mean nothing.
Source: `ratio of sums, never mean of ratios`, docs/decisions.md.
"""

from __future__ import annotations

from collections.abc import Set

from daemon.compiler.formula.tree import Binary, Negative, Node, names, walk


def as_fraction(node: Node, constants: Set[str]) -> tuple[Node, Node] | None:
    """Numerator and denominator of ``node``; None when it is not one fraction.

    ``constants`` are names with the same value in every row (parameters).
    """
    match node:
        case Negative(operand):
            inner = as_fraction(operand, constants)
            return inner and (Negative(inner[0]), inner[1])
        case Binary("/", left, right):
            return _divided(left, right, constants)
        case Binary("*", left, right):
            return _scaled(left, right, constants) or _scaled(right, left, constants)
        case Binary("+" | "-" as sign, left, right):
            return _added(sign, left, right, constants)
    return None


def has_quotient(node: Node, constants: Set[str]) -> bool:
    """Whether something in ``node`` is divided by a value that differs from row to row."""
    return any(
        isinstance(n, Binary) and n.operator in {"/", "//", "%"} and not _is_constant(n.right, constants)
        for n in walk(node)
    )


def _is_constant(node: Node, constants: Set[str]) -> bool:
    return names(node) <= constants


def _divided(left: Node, right: Node, constants: Set[str]) -> tuple[Node, Node] | None:
    if not _is_constant(right, constants):
        nested = has_quotient(left, constants) or has_quotient(right, constants)
        return None if nested else (left, right)
    inner = as_fraction(left, constants)
    return inner and (inner[0], Binary("*", inner[1], right))


def _scaled(factor: Node, other: Node, constants: Set[str]) -> tuple[Node, Node] | None:
    if not _is_constant(factor, constants):
        return None
    inner = as_fraction(other, constants)
    return inner and (Binary("*", factor, inner[0]), inner[1])


def _added(sign: str, left: Node, right: Node, constants: Set[str]) -> tuple[Node, Node] | None:
    first, second = as_fraction(left, constants), as_fraction(right, constants)
    if first and second:
        return (Binary(sign, first[0], second[0]), first[1]) if first[1] == second[1] else None
    if first and _is_constant(right, constants):
        return Binary(sign, first[0], Binary("*", right, first[1])), first[1]
    if second and _is_constant(left, constants):
        return Binary(sign, Binary("*", left, second[1]), second[0]), second[1]
    return None
