"""The ids pytest gives to the tests of a file, read from its source without running it."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping

from daemon.core.build import GeneratedFile


def node_ids(file: GeneratedFile) -> tuple[str, ...]:
    """Ids (``path::test[param]``) in the order of the file. Parameters are lists of texts, each with one name."""
    tree = ast.parse(file.text)
    constants = dict(_constants(tree))
    functions = (n for n in tree.body if isinstance(n, ast.FunctionDef) and n.name.startswith("test_"))
    return tuple(f"{file.path}::{name}" for function in functions for name in _names(function, constants))


def _constants(tree: ast.Module) -> Iterator[tuple[str, ast.expr]]:
    for node in tree.body:
        match node:
            case ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value):
                yield name, value


def _names(function: ast.FunctionDef, constants: Mapping[str, ast.expr]) -> list[str]:
    for decorator in function.decorator_list:
        match decorator:
            case ast.Call(func=ast.Attribute(attr="parametrize"), args=[_, values]):
                listed = constants[values.id] if isinstance(values, ast.Name) else values
                return [f"{function.name}[{value}]" for value in ast.literal_eval(listed)]
    return [function.name]
