"""Wrong variants of an agent. Tests that accept one of them prove too little; nothing here is ever published."""

from __future__ import annotations

import ast
import copy
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from itertools import zip_longest

_ORDERED_CALLS = frozenset({"Ratio", "floor_quotient", "floor_rest", "days_between"})
_COPIES = frozenset({"model_copy", "replace"})
_OPPOSITE: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.GtE,
    ast.GtE: ast.Lt,
    ast.Gt: ast.LtE,
    ast.LtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
}
_OTHER: dict[type[ast.operator], type[ast.operator]] = {ast.Add: ast.Sub, ast.Mult: ast.Div}
_Place = ast.BinOp | ast.Call | ast.Compare | ast.Assign | ast.AugAssign | ast.Return


@dataclass(frozen=True, slots=True, kw_only=True)
class Mutant:
    """A wrong variant: ``description`` says what was changed, in which line of the original."""

    description: str
    source: str


def stubs(source: str, agent: str) -> tuple[Mutant, ...]:
    """The source with all public methods of the class ``agent`` answering None, and with all of them raising."""
    bodies = {
        "every public method returns None": ast.parse("return None").body,
        "every public method raises": ast.parse('raise RuntimeError("stub")').body,
    }
    return tuple(Mutant(description=name, source=_stubbed(source, agent, body)) for name, body in bodies.items())


def mutants(source: str, limit: int = 6) -> tuple[Mutant, ...]:
    """Up to ``limit`` variants with one mistake each, a kind of mistake at a time, always the same for a source."""
    by_kind = [_mutants(source, kind) for kind in _KINDS]
    mixed = (m for row in zip_longest(*by_kind) for m in row if m is not None)
    known = {ast.unparse(ast.parse(source))}
    kept: list[Mutant] = []
    while len(kept) < limit and (mutant := next(mixed, None)) is not None:
        if mutant.source not in known:
            known.add(mutant.source)
            kept.append(mutant)
    return tuple(kept)


def _stubbed(source: str, agent: str, body: list[ast.stmt]) -> str:
    tree = ast.parse(source)
    for cls in (node for node in tree.body if isinstance(node, ast.ClassDef) and node.name == agent):
        for method in cls.body:
            if isinstance(method, ast.FunctionDef | ast.AsyncFunctionDef) and not method.name.startswith("_"):
                method.body = copy.deepcopy(body)
    return ast.unparse(ast.fix_missing_locations(tree))


def _mutants(source: str, kind: Callable[[ast.AST], str]) -> Iterator[Mutant]:
    """Every place where a mistake of that kind can be made, in the order of the source."""
    for index, original in enumerate(_places(ast.parse(source))):
        description = kind(copy.deepcopy(original))
        if description:
            tree = ast.parse(source)
            kind(_places(tree)[index])
            changed = ast.unparse(ast.fix_missing_locations(tree))
            yield Mutant(description=f"line {original.lineno}: {description}", source=changed)


def _places(tree: ast.Module) -> list[_Place]:
    return [node for node in _outside_constructors(tree) if isinstance(node, _Place)]


def _outside_constructors(node: ast.AST) -> Iterator[ast.AST]:
    if isinstance(node, ast.FunctionDef) and node.name.startswith("__"):
        return
    yield node
    if _asks_for_zero(node):
        return
    for child in ast.iter_child_nodes(node):
        yield from _outside_constructors(child)


def _asks_for_zero(node: ast.AST) -> bool:
    """``b - a`` is zero wherever ``a - b`` is: arithmetic in there can be changed without being wrong."""
    match node:
        case ast.Compare(ops=[ast.Eq() | ast.NotEq()], comparators=[ast.Constant(value=0)]):
            return True
        case ast.Compare(
            ops=[ast.Eq() | ast.NotEq()],
            comparators=[ast.Call(func=ast.Name(id="Decimal"), args=[ast.Constant(value=value)])],
        ):
            return str(value) in {"0", "0.0"}
    return False


# Each kind changes the node in place and says how; an empty answer means that it does not apply.


def _swap(node: ast.AST) -> str:
    match node:
        case ast.BinOp(op=ast.Sub() | ast.Div() | ast.FloorDiv() | ast.Mod() | ast.Pow()):
            node.left, node.right = node.right, node.left
            return "operands swapped"
        case ast.Call(func=ast.Name(id=name), args=[_, _]) if name in _ORDERED_CALLS:
            node.args.reverse()
            return f"arguments of {name} swapped"
    return ""


def _drop(node: ast.AST) -> str:
    """An adjustment is left out: ``noi = noi * (1 - haircut)``, or a changed copy that stays unchanged."""
    match node:
        case ast.Assign(targets=[ast.Name(id=name)], value=ast.expr() as value) if _mentions(value, name):
            node.value = ast.Name(name, ast.Load())
            return f"{name} not adjusted"
        case ast.AugAssign(target=ast.Name(id=name)):
            node.op, node.value = ast.Add(), ast.Constant(0)
            return f"{name} not adjusted"
        case ast.Call(func=ast.Attribute(attr=name), keywords=[_, *_]) if name in _COPIES:
            node.keywords = []
            return f"{name} changes nothing"
        case ast.Call(func=ast.Name(id="replace"), keywords=[_, *_]):
            node.keywords = []
            return "replace changes nothing"
    return ""


def _negate(node: ast.AST) -> str:
    if isinstance(node, ast.Compare) and (opposite := _OPPOSITE.get(type(node.ops[0]))):
        node.ops[0] = opposite()
        return "comparison negated"
    return ""


def _shift(node: ast.AST) -> str:
    """One more in ``Decimal("0.10")`` and in whole numbers that take part in arithmetic."""
    match node:
        case ast.Call(func=ast.Name(id="Decimal"), args=[ast.Constant(value=str() | int() as value) as constant]):
            try:
                constant.value = str(Decimal(str(value)) + 1)
            except InvalidOperation:
                return ""
            return f"{value} changed to {constant.value}"
        case (
            ast.BinOp(left=ast.Constant(value=int() as number) as constant)
            | ast.BinOp(right=ast.Constant(value=int() as number) as constant)
        ):
            constant.value = number + 1
            return f"{number} changed to {constant.value}"
    return ""


def _exchange(node: ast.AST) -> str:
    if isinstance(node, ast.BinOp) and (other := _OTHER.get(type(node.op))):
        node.op = other()
        return f"arithmetic changed to {other.__name__}"
    return ""


def _forget(node: ast.AST) -> str:
    if isinstance(node, ast.Return) and node.value is not None and not isinstance(node.value, ast.Constant):
        node.value = ast.Constant(None)
        return "result forgotten"
    return ""


def _mentions(value: ast.expr, name: str) -> bool:
    return any(isinstance(node, ast.Name) and node.id == name for node in ast.walk(value))


_KINDS: tuple[Callable[[ast.AST], str], ...] = (_swap, _drop, _negate, _shift, _exchange, _forget)
