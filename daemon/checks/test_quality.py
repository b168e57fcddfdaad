"""Tests that can fail: each asserts on something a call gave, swallows nothing and leaves pytest as it is."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator

from daemon.core.build import GeneratedFile
from daemon.core.findings import Finding, Level

_INERT_CALLS = frozenset(
    {"Decimal", "str", "int", "float", "bool", "tuple", "list", "set", "dict", "frozenset", "date", "datetime", "range"}
)
"""Calls that only write a literal down."""
_NOT_RUN = frozenset({"skip", "skipif", "xfail", "importorskip", "exit"})
_BROAD = frozenset({"Exception", "BaseException", "AssertionError"})
_EXPECTATIONS = frozenset({"raises", "warns"})


def check_test_quality(files: Iterable[GeneratedFile]) -> tuple[Finding, ...]:
    """What makes test files worthless, at ``path:line``. A file that does not parse is left to the syntax check."""
    looked_at = (f for f in files if f.kind == "test" and f.path.endswith(".py"))
    return tuple(finding for file in looked_at for finding in _findings(file))


def _findings(file: GeneratedFile) -> Iterator[Finding]:
    try:
        tree = ast.parse(file.text)
    except (SyntaxError, ValueError, MemoryError, RecursionError):
        return
    tests = list(_tests(tree.body))
    if not tests:
        yield _finding(file, tree, "no_tests", "holds no test", "write functions named test_…")
    yield from _repeated(file, tests)
    for test in tests:
        yield from _judge(file, test)
    yield from _hooks(file, tree)


def _tests(body: list[ast.stmt], prefix: str = "") -> Iterator[tuple[str, ast.FunctionDef]]:
    for node in body:
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test"):
            yield f"{prefix}{node.name}", node
        elif isinstance(node, ast.ClassDef) and node.name.startswith("Test"):
            yield from _tests(node.body, f"{prefix}{node.name}::")


def _repeated(file: GeneratedFile, tests: list[tuple[str, ast.FunctionDef]]) -> Iterator[Finding]:
    seen: set[str] = set()
    for name, node in tests:
        if name in seen:
            yield _finding(file, node, "test_hidden", f"{name} replaces an earlier test of that name", "rename one")
        seen.add(name)


def _judge(file: GeneratedFile, test: tuple[str, ast.FunctionDef]) -> Iterator[Finding]:
    name, node = test
    values = _derived_names(node)
    checks = [n for n in ast.walk(node) if isinstance(n, ast.Assert)]
    for check in checks:
        if _is_vacuous(check.test) or not _depends_on_call(check.test, values):
            shown = ast.unparse(check.test)[:60]
            yield _finding(
                file, check, "assert_nothing", f"assert {shown} cannot fail", "assert on what a call returned"
            )
    if not checks and not any(_expects_error(n) for n in ast.walk(node)):
        yield _finding(file, node, "assert_nothing", f"{name} asserts nothing", "assert on what a call returned")
    for inner in ast.walk(node):
        if isinstance(inner, ast.ExceptHandler) and _is_broad(inner):
            yield _finding(file, inner, "except_all", f"{name} swallows every error", "let errors fail the test")
        elif isinstance(inner, ast.Return):
            yield _finding(file, inner, "test_returns", f"{name} returns before its end", "let the test run through")


def _hooks(file: GeneratedFile, tree: ast.Module) -> Iterator[Finding]:
    for node in ast.walk(tree):
        match node:
            case ast.FunctionDef(name=name) | ast.Name(id=name, ctx=ast.Store()) if name.startswith("pytest_"):
                yield _finding(file, node, "test_hook", f"{name} changes how pytest works", "remove it")
            case ast.Attribute(value=ast.Name(id="pytest") | ast.Attribute(attr="mark"), attr=name) if name in _NOT_RUN:
                yield _finding(file, node, "test_not_run", f"{name} keeps a test from being run", "remove it")


def _derived_names(test: ast.FunctionDef) -> frozenset[str]:
    """Names that hold something a call gave; fixtures (the arguments) count, parametrised values do not."""
    known = {argument.arg for argument in test.args.args} - _parametrised(test)
    for _ in range(2):  # once more for names used before the loop that sets them
        for node in ast.walk(test):
            match node:
                case ast.Assign(targets=targets, value=value) if _depends_on_call(value, known):
                    known |= {name for target in targets for name in _stored(target)}
                case (
                    ast.AnnAssign(target=target, value=ast.expr() as value)
                    | ast.NamedExpr(target=target, value=value)
                    | ast.For(target=target, iter=value)
                    | ast.comprehension(target=target, iter=value)
                ) if _depends_on_call(value, known):
                    known |= _stored(target)
                case ast.withitem(context_expr=value, optional_vars=ast.expr() as target) if _depends_on_call(
                    value, known
                ):
                    known |= _stored(target)
    return frozenset(known)


def _parametrised(test: ast.FunctionDef) -> set[str]:
    names: set[str] = set()
    for decorator in test.decorator_list:
        match decorator:
            case ast.Call(func=ast.Attribute(attr="parametrize"), args=[first, *_]):
                texts = (n.value for n in ast.walk(first) if isinstance(n, ast.Constant) and isinstance(n.value, str))
                names |= {name.strip() for text in texts for name in text.split(",")}
    return names


def _stored(target: ast.expr) -> set[str]:
    return {node.id for node in ast.walk(target) if isinstance(node, ast.Name)}


def _depends_on_call(value: ast.expr, known: Iterable[str]) -> bool:
    names = frozenset(known)
    for node in ast.walk(value):
        if isinstance(node, ast.Name) and node.id in names:
            return True
        if isinstance(node, ast.Call) and not (isinstance(node.func, ast.Name) and node.func.id in _INERT_CALLS):
            return True
    return False


def _is_vacuous(test: ast.expr) -> bool:
    match test:
        case ast.Constant() | ast.Tuple() | ast.Lambda():
            return True
        case ast.BoolOp(op=ast.Or(), values=values):
            return any(_is_vacuous(value) for value in values)
        case ast.BoolOp(op=ast.And(), values=values):
            return all(_is_vacuous(value) for value in values)
        case ast.Compare(left=left, comparators=[right]):
            return ast.dump(left) == ast.dump(right)
    return False


def _expects_error(node: ast.AST) -> bool:
    match node:
        case ast.With(items=[ast.withitem(context_expr=ast.Call(func=ast.Attribute(attr=name), args=[what, *_]))]):
            calls = any(isinstance(inner, ast.Call) for step in node.body for inner in ast.walk(step))
            return name in _EXPECTATIONS and calls and ast.unparse(what) not in _BROAD
    return False


def _is_broad(handler: ast.ExceptHandler) -> bool:
    if handler.type is None:
        return True
    return any(isinstance(node, ast.Name) and node.id in _BROAD for node in ast.walk(handler.type))


def _finding(file: GeneratedFile, node: ast.AST, code: str, message: str, suggestion: str) -> Finding:
    place = f"{file.path}:{getattr(node, 'lineno', 1)}"
    return Finding(level=Level.ERROR, code=code, place=place, message=message, suggestion=suggestion)
