"""The typed tree of a formula. Every back end starts here, so that they can check each other."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import date
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Node:
    """Base of every node. ``at`` is the column in the text, for messages; it does not count when nodes are compared."""

    at: int = field(default=0, compare=False, repr=False, kw_only=True)


@dataclass(frozen=True, slots=True)
class Number(Node):
    """An exact literal."""

    value: Decimal


@dataclass(frozen=True, slots=True)
class Text(Node):
    """A quoted text; only comparisons know what to do with it."""

    value: str


@dataclass(frozen=True, slots=True)
class Day(Node):
    """A quoted date beside a date. Never parsed: ``daemon.compiler.formula.dates`` puts it in."""

    value: date


@dataclass(frozen=True, slots=True)
class Name(Node):
    """An input, a metric defined earlier, a parameter, or a field."""

    name: str


@dataclass(frozen=True, slots=True)
class Negative(Node):
    """``-x``."""

    operand: Node


@dataclass(frozen=True, slots=True)
class Binary(Node):
    """Arithmetic: ``operator`` is one of + - * / // % **."""

    operator: str
    left: Node
    right: Node


@dataclass(frozen=True, slots=True)
class Compare(Node):
    """``operator`` is one of == != < <= > >=. Unknown (None) when a side is missing."""

    operator: str
    left: Node
    right: Node


@dataclass(frozen=True, slots=True)
class IsMissing(Node):
    """``x is None``; never unknown."""

    operand: Node


@dataclass(frozen=True, slots=True)
class Not(Node):
    """``not x``."""

    operand: Node


@dataclass(frozen=True, slots=True)
class Logic(Node):
    """``operator`` is ``and`` or ``or``; three-valued, as in SQL."""

    operator: str
    operands: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Conditional(Node):
    """``then if condition else otherwise``; an unknown condition takes ``otherwise``, as CASE does."""

    condition: Node
    then: Node
    otherwise: Node


@dataclass(frozen=True, slots=True)
class Call(Node):
    """A listed function."""

    function: str
    arguments: tuple[Node, ...]


def children(node: Node) -> tuple[Node, ...]:
    """Direct children, in reading order."""
    found: list[Node] = []
    for part in (getattr(node, f.name) for f in fields(node)):
        if isinstance(part, Node):
            found.append(part)
        elif isinstance(part, tuple):
            found.extend(p for p in part if isinstance(p, Node))
    return tuple(found)


def walk(node: Node) -> Iterator[Node]:
    """The node and everything below it."""
    yield node
    for child in children(node):
        yield from walk(child)


def names(node: Node) -> frozenset[str]:
    """Every name the formula uses."""
    return frozenset(n.name for n in walk(node) if isinstance(n, Name))


def numbers(node: Node) -> tuple[Decimal, ...]:
    """Every literal number, in reading order of the tree."""
    return tuple(n.value for n in walk(node) if isinstance(n, Number))


def replaced(node: Node, values: Mapping[str, Node]) -> Node:
    """``node`` with names written out as ``values`` has them."""
    if isinstance(node, Name):
        return values.get(node.name, node)
    parts: dict[str, Node | tuple[Node, ...]] = {}
    for each in fields(node):
        part = getattr(node, each.name)
        if isinstance(part, Node):
            parts[each.name] = replaced(part, values)
        elif isinstance(part, tuple):
            parts[each.name] = tuple(replaced(p, values) for p in part)
    return replace(node, **parts)  # type: ignore[arg-type]  # the parts are those of the same node
