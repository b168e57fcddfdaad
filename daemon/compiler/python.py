"""Tree to Python source over Decimals, with no more parentheses than needed."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from daemon.compiler.formula.evaluate import evaluate
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
    names,
)

_CONDITIONAL, _OR, _AND, _NOT, _COMPARE, _SUM, _PRODUCT, _NEGATIVE, _POWER, _ATOM = range(10)
_BINARY = {"+": _SUM, "-": _SUM, "*": _PRODUCT, "/": _PRODUCT, "**": _POWER}
_MIRRORED = {"==": "==", "!=": "!=", "<": ">", "<=": ">=", ">": "<", ">=": "<="}
_RUNTIME = {"//": "floor_quotient", "%": "floor_rest", "ceil": "ceiling", "floor": "floor", "round": "rounded"}
RUNTIME_FUNCTIONS = frozenset(_RUNTIME.values())
"""Names of ``daemon.runtime.numbers`` that compiled source may use."""


def to_python(node: Node, source_of: Mapping[str, str]) -> str:
    """A Python expression; ``source_of`` gives the source a name is replaced by (``noi`` → ``row.noi``).

    Dates are lowered. Every name the formula requires has to be present (not None) where the expression stands.
    """
    return _Emitter(source_of).emit(_folded(node), _CONDITIONAL)


def decimal_source(value: Decimal) -> str:
    """``Decimal("0.10")``, and ``Decimal(5)`` for whole numbers."""
    plain = format(value, "f")
    return f"Decimal({plain})" if value == value.to_integral_value() and "." not in plain else f'Decimal("{plain}")'


def _folded(node: Node) -> Node:
    """Arithmetic on literals done now, so that no float arises from ``1 / 3``; what cannot be done stays."""
    if isinstance(node, Binary | Call) and not names(node):
        try:
            value = evaluate(node, {})
        except ArithmeticError:
            return node
        if isinstance(value, Decimal):
            return Number(value)
    return node


class _Emitter:
    def __init__(self, source_of: Mapping[str, str]) -> None:
        self._source_of = source_of

    def emit(self, node: Node, outer: int) -> str:
        """``node``, in parentheses when it binds weaker than its place ``outer`` needs."""
        text, binding = self._value(node) or self._condition(node)
        return text if binding >= outer else f"({text})"

    def _value(self, node: Node) -> tuple[str, int] | None:
        match node:
            case Number(value):
                return decimal_source(value), _ATOM
            case Text(value):
                return repr(value), _ATOM
            case Day(value):
                return f"date({value.year}, {value.month}, {value.day})", _ATOM
            case Name(name):
                return self._source_of[name], _ATOM
            case Negative(operand):
                return f"-{self.emit(operand, _NEGATIVE)}", _NEGATIVE
            case Binary():
                return self._binary(node)
            case Call():
                return self._call(node)
            case Conditional(condition, then, otherwise):
                parts = (self.emit(_folded(p), _OR) for p in (then, condition))
                return f"{' if '.join(parts)} else {self.emit(_folded(otherwise), _CONDITIONAL)}", _CONDITIONAL
        return None

    def _condition(self, node: Node) -> tuple[str, int]:
        match node:
            case Compare(sign, Number() as left, right) if not isinstance(right, Number):
                return self._condition(Compare(_MIRRORED[sign], right, left))
            case Compare(sign, left, Day() as day):
                return f"day_of({self.emit(left, _CONDITIONAL)}) {sign} {self.emit(day, _ATOM)}", _COMPARE
            case Compare(sign, left, right):
                return f"{self._side(left, right, _SUM)} {sign} {self._side(right, left, _SUM)}", _COMPARE
            case Not(IsMissing(operand)):
                return f"{self.emit(operand, _SUM)} is not None", _COMPARE
            case IsMissing(operand):
                return f"{self.emit(operand, _SUM)} is None", _COMPARE
            case Not(operand):
                return f"not {self.emit(operand, _NOT)}", _NOT
            case Logic(word, operands):
                binding = _AND if word == "and" else _OR
                return f" {word} ".join(self.emit(o, binding + 1) for o in operands), binding
        raise TypeError(f"no Python for {type(node).__name__}")

    def _binary(self, node: Binary) -> tuple[str, int]:
        left, right = _folded(node.left), _folded(node.right)
        if node.operator in _RUNTIME:
            arguments = f"{self.emit(left, _CONDITIONAL)}, {self.emit(right, _CONDITIONAL)}"
            return f"{_RUNTIME[node.operator]}({arguments})", _ATOM
        binding = _BINARY[node.operator]
        sides = self._side(left, right, binding), self._side(right, left, binding + 1)
        return f" {node.operator} ".join(sides), binding

    def _side(self, node: Node, other: Node, outer: int) -> str:
        """A whole number beside a Decimal stays a plain int; between two literals it may not."""
        node = _folded(node)
        if isinstance(node, Number) and node.value == node.value.to_integral_value() and names(other):
            return format(node.value, "f").split(".")[0]
        return self.emit(node, outer)

    def _call(self, node: Call) -> tuple[str, int]:
        if node.function == "sqrt":
            return f"{self.emit(_folded(node.arguments[0]), _ATOM)}.sqrt()", _ATOM
        if node.function == "coalesce":
            return self._coalesce(node.arguments)
        arguments = [self.emit(_folded(a), _CONDITIONAL) for a in node.arguments]
        if node.function == "round":
            arguments[1:] = [format(a.value, "f") for a in node.arguments[1:] if isinstance(a, Number)] or ["0"]
        return f"{_RUNTIME.get(node.function, node.function)}({', '.join(arguments)})", _ATOM

    def _coalesce(self, arguments: tuple[Node, ...]) -> tuple[str, int]:
        *first, last = (self.emit(_folded(a), _OR) for a in arguments)
        text = "".join(f"{a} if {a} is not None else " for a in first)
        return f"{text}{last}", _CONDITIONAL
