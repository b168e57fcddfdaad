"""Units through every operator. A mismatch is an error; conversion is explicit (``x / 100``, ``x * 100``).

Inside, a unit is its dimensions and how often it was multiplied by a literal hundred: that is what tells the
percentage ``100 * discount / gross`` from the fraction ``discount / gross``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from daemon.compiler.formula.dates import iso_day
from daemon.compiler.formula.parse import FormulaError
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
    children,
    names,
)
from daemon.core.spec import Unit

_DIMENSION = {
    Unit.MONEY: (("money", 1),),
    Unit.DAYS: (("days", 1),),
    Unit.YEARS: (("years", 1),),
    Unit.COUNT: (("count", 1),),
}


@dataclass(frozen=True, slots=True)
class Measure:
    """``kind`` is value, date, text, condition or free (a plain number); ``dimensions`` are pairs of name and power."""

    kind: str
    dimensions: tuple[tuple[str, int], ...] = ()
    hundreds: int = 0
    in_hundredths: bool = False
    """An amount times a percentage that waits for its division by 100: ``balance * pct`` in ``balance * pct / 100``."""

    @property
    def words(self) -> str:
        """For messages."""
        if self.kind != "value":
            return {"free": "a plain number"}.get(self.kind, f"a {self.kind}")
        if not self.dimensions:
            return "a percentage" if self.hundreds else "a ratio"
        return " ".join(name if power == 1 else f"{name}^{power}" for name, power in self.dimensions)


_FREE = Measure("free")


def measure_of(unit: Unit) -> Measure:
    """The measure a declared unit stands for."""
    if unit is Unit.NUMBER:
        return _FREE
    if unit in {Unit.DATE, Unit.TEXT}:
        return Measure(unit.value)
    return Measure("value", _DIMENSION.get(unit, ()), 1 if unit is Unit.PERCENT else 0)


def check(node: Node, units: Mapping[str, Unit], text: str = "") -> Measure:
    """The measure of ``node``. Raises ``FormulaError`` where units do not fit; ``text`` is quoted in it."""
    checker = _Checker(units, text)
    return checker.whole(node, checker.of(node))


def fits(found: Measure, declared: Unit) -> bool:
    """Whether a formula of measure ``found`` may be declared to have the unit ``declared``."""
    wanted = measure_of(declared)
    if "free" in {found.kind, wanted.kind} and {found.kind, wanted.kind} <= {"free", "value"}:
        return True
    if found.kind != wanted.kind:
        return False
    same = _without_counts(found) == _without_counts(wanted)
    return same and (bool(wanted.dimensions) or found.hundreds == wanted.hundreds)


def _without_counts(measure: Measure) -> tuple[tuple[str, int], ...]:
    """``money per unit`` is money: counts are bookkeeping, not a dimension people write."""
    return tuple(d for d in measure.dimensions if d[0] != "count")


class _Checker:
    def __init__(self, units: Mapping[str, Unit], text: str) -> None:
        self._units = units
        self._text = text

    def whole(self, node: Node, found: Measure) -> Measure:
        """``found``, where nothing is left to be divided by 100."""
        if found.in_hundredths:
            raise FormulaError("a percentage has to be divided by 100", self._text, node.at, "write x / 100")
        return found

    def of(self, node: Node) -> Measure:
        match node:
            case Number():
                return _FREE
            case Text():
                return Measure("text")
            case Name(name):
                return measure_of(self._units[name])
            case Negative(operand):
                return self.of(operand)
            case Binary():
                return self._binary(node)
            case Conditional(condition, then, otherwise):
                self._expect_condition(condition)
                return self._same(node, then, otherwise)
            case Call():
                return self._call(node)
            case _:
                return self._condition(node)

    def _condition(self, node: Node) -> Measure:
        match node:
            case Compare(_, left, right):
                if not self._are_dates(left, right):
                    self._same(node, left, right)
            case IsMissing(operand):
                self.of(operand)
            case Not() | Logic():
                for child in children(node):
                    self._expect_condition(child)
        return Measure("condition")

    def _are_dates(self, left: Node, right: Node) -> bool:
        """Whether both sides are dates, one of them perhaps quoted."""
        if "date" not in {self.of(left).kind, self.of(right).kind}:
            return False
        for side in (left, right):
            if isinstance(side, Text) and iso_day(side.value) is None:
                hint = "a date is written '2024-12-31', in quotes"
                raise FormulaError(f"'{side.value}' is no date", self._text, side.at, hint)
        return all(isinstance(side, Text) or self.of(side).kind == "date" for side in (left, right))

    def _expect_condition(self, node: Node) -> None:
        found = self.of(node)
        if found.kind != "condition":
            raise FormulaError(f"{found.words} is no condition", self._text, node.at, "compare it with something")

    def _same(self, node: Node, left: Node, right: Node) -> Measure:
        first, second = (self.whole(side, self.of(side)) for side in (left, right))
        if first.kind == "free" and second.kind in {"free", "value"}:
            return second
        if second.kind == "free" and first.kind == "value":
            return first
        fits_together = first.kind == second.kind and first.dimensions == second.dimensions
        if not fits_together or (not first.dimensions and first.hundreds != second.hundreds):
            raise FormulaError(f"{first.words} does not go with {second.words}", self._text, node.at)
        return first

    def _call(self, node: Call) -> Measure:
        measures = [self.of(a) for a in node.arguments]
        if node.function == "sqrt":
            return _FREE
        if node.function == "round":
            return measures[0]
        result = measures[0]
        for argument in node.arguments[1:]:
            result = self._same(node, node.arguments[0], argument)
        return result

    def _binary(self, node: Binary) -> Measure:
        left, right = self.of(node.left), self.of(node.right)
        if node.operator == "-" and self._are_dates(node.left, node.right):
            return Measure("value", (("days", 1),))
        if not {left.kind, right.kind} <= {"value", "free"}:
            raise FormulaError(f"no arithmetic with {left.words} and {right.words}", self._text, node.at)
        if node.operator in {"+", "-", "%"}:
            return self._same(node, node.left, node.right)
        if node.operator == "**":
            return _FREE if left.kind == "free" else _power(self.whole(node.left, left), node.right)
        return self._product(node, left, right)

    def _product(self, node: Binary, left: Measure, right: Measure) -> Measure:
        sign = 1 if node.operator == "*" else -1
        hundreds = left.hundreds + sign * right.hundreds + _literal_hundreds(node)
        if left.kind == right.kind == "free":
            return _FREE
        sides = ((left, node.right, right), (right, node.left, left))
        scales = any(m.hundreds and not m.dimensions and _is_amount(other, o) for m, other, o in sides)
        is_times = node.operator == "*"
        if hundreds not in {0, 1} or (not is_times and (right.in_hundredths or _scaled_by_division(left, right))):
            raise FormulaError("a percentage has to be divided by 100 first", self._text, node.at, "write x / 100")
        waits = left.in_hundredths or right.in_hundredths or (is_times and scales)
        return Measure("value", _combined(left.dimensions, right.dimensions, sign), hundreds, waits and bool(hundreds))


def _is_amount(node: Node, measure: Measure) -> bool:
    """Whether a percentage of it is something: money, a count, or a number of which nothing is known."""
    return bool(measure.dimensions) or (measure.kind == "free" and bool(names(node)))


def _scaled_by_division(left: Measure, right: Measure) -> bool:
    """Whether one side is a bare percentage and the other is measured in something."""
    return any(m.hundreds and not m.dimensions and o.dimensions for m, o in ((left, right), (right, left)))


def _literal_hundreds(node: Binary) -> int:
    hundred = Number(Decimal(100))
    if node.operator == "*":
        return int(node.left == hundred) + int(node.right == hundred)
    return -int(node.right == hundred)


def _combined(
    left: tuple[tuple[str, int], ...], right: tuple[tuple[str, int], ...], sign: int
) -> tuple[tuple[str, int], ...]:
    powers = dict(left)
    for name, power in right:
        powers[name] = powers.get(name, 0) + sign * power
    return tuple(sorted((n, p) for n, p in powers.items() if p))


def _power(base: Measure, exponent: Node) -> Measure:
    times = int(exponent.value) if isinstance(exponent, Number) else 1
    return Measure("value", tuple((n, p * times) for n, p in base.dimensions if times), base.hundreds)
