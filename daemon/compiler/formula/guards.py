"""What can go wrong in a formula, and which of it the formula itself rules out by a condition.

``required`` names make the result missing when they are missing. ``hazards`` are divisors that may be zero and
square roots that may be negative: generated code has to say "undefined" before it gets there.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Literal

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
    children,
    names,
)


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known where a part of a formula is reached."""

    present: frozenset[str] = frozenset()
    nonzero: frozenset[Node] = frozenset()
    not_negative: frozenset[Node] = frozenset()
    path: tuple[Node, ...] = ()
    """The conditions that lead there, outermost first."""

    def __or__(self, other: Facts) -> Facts:
        return Facts(
            self.present | other.present,
            self.nonzero | other.nonzero,
            self.not_negative | other.not_negative,
            self.path + other.path,
        )


@dataclass(frozen=True, slots=True)
class Hazard:
    """A part that must not be zero (``divisor``) or not be negative (``root``), wherever ``path`` holds.

    Without ``path`` the part may have no value: ``b - c`` in ``a / (b - c) if c is not None else a``.
    """

    kind: Literal["divisor", "root"]
    operand: Node
    path: tuple[Node, ...] = ()


@dataclass(frozen=True, slots=True)
class _Found:
    required: frozenset[str] = field(default_factory=frozenset)
    hazards: tuple[Hazard, ...] = ()


def required(node: Node) -> frozenset[str]:
    """Names that have to be there, wherever the formula does not ask for them first."""
    return frozenset().union(*(found.required for found in _visit(node, Facts())))


def hazards(node: Node) -> tuple[Hazard, ...]:
    """Zero divisors and negative roots no condition rules out, each once, in reading order."""
    return tuple(dict.fromkeys(h for found in _visit(node, Facts()) for h in found.hazards))


def facts(condition: Node, holds: bool) -> Facts:
    """What follows when ``condition`` is true, or when it is not (false or unknown)."""
    match condition:
        case Not(operand):
            return facts(operand, not holds)
        case IsMissing(Name(name)):
            return Facts() if holds else Facts(present=frozenset({name}))
        case Logic(word, operands) if (word == "and") is holds:
            known = Facts()
            for operand in operands:
                known |= facts(operand, holds)
            return known
        case Compare(operator, left, Number(limit)):
            known = _compared(operator if holds else _OPPOSITE[operator], left, limit)
            return known | Facts(present=names(left)) if holds else known
    return Facts()


_OPPOSITE = {"==": "!=", "!=": "==", "<": ">=", ">=": "<", ">": "<=", "<=": ">"}


def _compared(operator: str, operand: Node, limit: Decimal) -> Facts:
    same = frozenset({operand})
    nonzero = {
        "==": limit != 0,
        "!=": limit == 0,
        ">": limit >= 0,
        ">=": limit > 0,
        "<": limit <= 0,
        "<=": limit < 0,
    }[operator]
    not_negative = operator in {"==", ">", ">="} and limit >= 0
    return Facts(nonzero=same if nonzero else frozenset(), not_negative=same if not_negative else frozenset())


def _visit(node: Node, known: Facts) -> Iterator[_Found]:
    match node:
        case Name(name):
            if name not in known.present:
                yield _Found(required=frozenset({name}))
            return
        case IsMissing(Name()):
            return
        case Conditional(condition, then, otherwise):
            yield from _visit(condition, known)
            yield from _visit(then, known | _entered(condition, holds=True))
            yield from _visit(otherwise, known | _entered(condition, holds=False))
            return
        case Logic(word, operands):
            yield from _in_order(word, operands, known)
            return
        case Call("coalesce", arguments):
            for argument in arguments:
                if argument is arguments[-1] or not isinstance(argument, Name):
                    yield from _visit(argument, known)
            return
    for child in children(node):
        yield from _visit(child, known)
    yield from _hazard(node, known)


def _in_order(word: str, operands: tuple[Node, ...], known: Facts) -> Iterator[_Found]:
    for operand in operands:
        yield from _visit(operand, known)
        known |= _entered(operand, holds=word == "and")


def _entered(condition: Node, holds: bool) -> Facts:
    return facts(condition, holds) | Facts(path=(condition if holds else Not(condition),))


def _hazard(node: Node, known: Facts) -> Iterator[_Found]:
    match node:
        case Binary("/" | "//" | "%", _, whole) if not isinstance(whole, Number):
            divisor = _zero_with(whole)
            if not {whole, divisor} & known.nonzero:
                yield _Found(hazards=(Hazard("divisor", divisor, known.path),))
        case Binary("/" | "//" | "%", _, Number(value) as divisor) if value == 0:
            yield _Found(hazards=(Hazard("divisor", divisor, known.path),))
        case Call("sqrt", (operand,)) if operand not in known.not_negative and not isinstance(operand, Number):
            yield _Found(hazards=(Hazard("root", operand, known.path),))


def _zero_with(node: Node) -> Node:
    """The part of ``node`` that decides whether it is zero: ``b`` in ``b * 12``, which is also easier to explain."""
    match node:
        case Negative(operand) | Call("abs", (operand,)):
            return _zero_with(operand)
        case Binary("*", operand, Number(value)) | Binary("*", Number(value), operand) if value != 0:
            return _zero_with(operand)
    return node
