"""Text to tree: Python's own expression syntax, cut down to an allow-list. Nothing is ever evaluated by Python."""

from __future__ import annotations

import ast
import re
from decimal import Decimal
from functools import lru_cache

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
    walk,
)
from daemon.core.nearest import suggestion

FUNCTIONS: dict[str, tuple[int, int]] = {
    "abs": (1, 1),
    "ceil": (1, 1),
    "coalesce": (2, 8),
    "floor": (1, 1),
    "max": (2, 8),
    "min": (2, 8),
    "round": (1, 2),
    "sqrt": (1, 1),
}
"""Name to the least and most arguments."""

MAX_LENGTH = 1000
MAX_DEPTH = 40
MAX_NODES = 200
MAX_DIGITS = 30
MAX_EXPONENT = 20

_BINARY = {
    ast.Add: "+",
    ast.Sub: "-",
    ast.Mult: "*",
    ast.Div: "/",
    ast.FloorDiv: "//",
    ast.Mod: "%",
    ast.Pow: "**",
}
_COMPARE = {ast.Eq: "==", ast.NotEq: "!=", ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">="}
_NUMBER = re.compile(r"\d[\d_]*(\.\d*)?(e[+-]?\d{1,2})?|\.\d+(e[+-]?\d{1,2})?", re.IGNORECASE)


class FormulaError(ValueError):
    """A text is no formula of the language. ``column`` counts from 0; ``hint`` says what would do."""

    def __init__(self, message: str, text: str, column: int, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.text = text
        self.column = column
        self.hint = hint

    def __str__(self) -> str:
        advice = f" ({self.hint})" if self.hint else ""
        return f"{self.message}{advice}\n  {self.text}\n  {' ' * self.column}^"


@lru_cache(maxsize=1024)
def parse(text: str) -> Node:
    """The tree of ``text``. Raises ``FormulaError`` for anything outside the language."""
    source = text.strip()
    if not source:
        raise FormulaError("the formula is empty", text, 0)
    if len(source) > MAX_LENGTH:
        raise FormulaError(f"the formula has more than {MAX_LENGTH} characters", source[:60], 0)
    try:
        body = ast.parse(source, mode="eval").body
    except (SyntaxError, ValueError, MemoryError, RecursionError) as problem:
        column = max((getattr(problem, "offset", None) or 1) - 1, 0)
        raise FormulaError("this is no expression", source, min(column, len(source))) from None
    tree = _Builder(source).build(body, 0)
    if sum(1 for _ in walk(tree)) > MAX_NODES:
        raise FormulaError(f"the formula has more than {MAX_NODES} parts", source, 0)
    return tree


class _Builder:
    """Turns the allowed nodes of Python's tree into ours."""

    def __init__(self, source: str) -> None:
        self._source = source
        self._lines = source.splitlines(keepends=True)

    def build(self, node: ast.expr, depth: int) -> Node:
        if depth > MAX_DEPTH:
            raise self._error(node, f"nested more than {MAX_DEPTH} deep")
        built = self._simple(node, depth + 1) or self._logical(node, depth + 1)
        if built is None:
            raise self._error(node, "this is not part of the formula language")
        return built

    def _simple(self, node: ast.expr, below: int) -> Node | None:
        """Values, arithmetic and functions."""
        match node:
            case ast.Constant():
                return self._literal(node)
            case ast.Name():
                return Name(node.id, at=self._column(node))
            case ast.UnaryOp(op=ast.USub(), operand=operand):
                return Negative(self.build(operand, below), at=self._column(node))
            case ast.UnaryOp(op=ast.UAdd(), operand=operand):
                return self.build(operand, below)
            case ast.BinOp():
                return self._binary(node, below)
            case ast.Call():
                return self._call(node, below)
        return None

    def _logical(self, node: ast.expr, below: int) -> Node | None:
        """Conditions, and what depends on one."""
        match node:
            case ast.UnaryOp(op=ast.Not(), operand=operand):
                return Not(self.build(operand, below), at=self._column(node))
            case ast.BoolOp():
                word = "and" if isinstance(node.op, ast.And) else "or"
                return Logic(word, tuple(self.build(v, below) for v in node.values), at=self._column(node))
            case ast.Compare():
                return self._comparison(node, below)
            case ast.IfExp():
                parts = (self.build(part, below) for part in (node.test, node.body, node.orelse))
                return Conditional(*parts, at=self._column(node))
        return None

    def _literal(self, node: ast.Constant) -> Node:
        if isinstance(node.value, str):
            return Text(node.value, at=self._column(node))
        if isinstance(node.value, bool) or not isinstance(node.value, int | float):
            raise self._error(node, f"{ast.unparse(node)} is no number")
        written = ast.get_source_segment(self._source, node) or ""
        if not _NUMBER.fullmatch(written):
            raise self._error(node, f"{written} is no decimal number")
        value = Decimal(written.replace("_", ""))
        if len(value.as_tuple().digits) > MAX_DIGITS:
            raise self._error(node, f"a number with more than {MAX_DIGITS} digits")
        return Number(value, at=self._column(node))

    def _binary(self, node: ast.BinOp, below: int) -> Node:
        operator = _BINARY.get(type(node.op))
        if operator is None:
            raise self._error(node, "this operator is not part of the formula language", "use + - * / // % **")
        left, right = self.build(node.left, below), self.build(node.right, below)
        if operator == "**" and not (isinstance(right, Number) and right.value == int(right.value) <= MAX_EXPONENT):
            raise self._error(node.right, f"an exponent is a whole number up to {MAX_EXPONENT}", "or use sqrt(x)")
        if operator in {"/", "//", "%"} and isinstance(right, Number) and right.value == 0:
            raise self._error(node.right, "this divides by zero")
        return Binary(operator, left, right, at=self._column(node))

    def _comparison(self, node: ast.Compare, below: int) -> Node:
        sides = [node.left, *node.comparators]
        pairs = tuple(
            self._pair(left, operator, right, below)
            for left, operator, right in zip(sides, node.ops, sides[1:], strict=False)
        )
        return pairs[0] if len(pairs) == 1 else Logic("and", pairs, at=self._column(node))

    def _pair(self, left: ast.expr, operator: ast.cmpop, right: ast.expr, below: int) -> Node:
        if isinstance(operator, ast.Is | ast.IsNot):
            if not (isinstance(right, ast.Constant) and right.value is None):
                raise self._error(right, "'is' only asks for None", "write x is None, or use ==")
            test = IsMissing(self.build(left, below), at=self._column(left))
            return test if isinstance(operator, ast.Is) else Not(test, at=self._column(left))
        sign = _COMPARE.get(type(operator))
        if sign is None:
            raise self._error(left, "this comparison is not part of the formula language", "use == != < <= > >=")
        return Compare(sign, self.build(left, below), self.build(right, below), at=self._column(left))

    def _call(self, node: ast.Call, below: int) -> Node:
        if not isinstance(node.func, ast.Name) or node.keywords:
            raise self._error(node, "only listed functions with plain arguments", f"known: {', '.join(FUNCTIONS)}")
        name = node.func.id
        if name not in FUNCTIONS:
            hint = suggestion(name, FUNCTIONS) or f"known: {', '.join(FUNCTIONS)}"
            raise self._error(node, f"unknown function '{name}'", hint)
        least, most = FUNCTIONS[name]
        if not least <= len(node.args) <= most:
            count = str(least) if least == most else f"{least} to {most}"
            raise self._error(node, f"{name} takes {count} arguments, not {len(node.args)}")
        arguments = tuple(self.build(a, below) for a in node.args)
        if name == "round" and len(arguments) == 2 and not _is_places(arguments[1]):
            raise self._error(node, "the second argument of round is a whole number from 0 to 10")
        return Call(name, arguments, at=self._column(node))

    def _column(self, node: ast.expr) -> int:
        line = self._lines[node.lineno - 1]
        before = sum(len(part) for part in self._lines[: node.lineno - 1])
        return before + len(line.encode()[: node.col_offset].decode(errors="ignore"))

    def _error(self, node: ast.expr, message: str, hint: str = "") -> FormulaError:
        return FormulaError(message, self._source, self._column(node), hint)


def _is_places(node: Node) -> bool:
    return isinstance(node, Number) and node.value == int(node.value) and 0 <= node.value <= 10
