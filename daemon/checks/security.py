"""The allow-list for generated code: imports, names, attributes, what runs on import, and no suppressed warnings."""

from __future__ import annotations

import ast
import io
import re
import tokenize
from collections.abc import Iterable, Iterator

from daemon.checks.security_rules import (
    AGENT_RULES,
    CALLED_ON_IMPORT,
    DENIED_NAMES,
    OWN_DUNDERS,
    READABLE_DUNDERS,
    TEST_RULES,
    Rules,
)
from daemon.core.build import GeneratedFile
from daemon.core.findings import Finding, Level

_DUNDER = re.compile(r"__[A-Za-z]\w*__")
_SUPPRESSION = re.compile(
    r"\b(noqa|nosec|nosemgrep|pragma|type:\s*ignore|pyright:|mypy:|pylint:|flake8:|ruff:|fmt:|isort:|yapf:)", re.I
)
_ON_IMPORT = ast.For | ast.While | ast.With | ast.Try | ast.AsyncFor | ast.AsyncWith | ast.Delete | ast.Raise


def check_security(files: Iterable[GeneratedFile]) -> tuple[Finding, ...]:
    """What the Python among ``files`` uses and may not, at ``path:line``.

    Support files are constant text of this package and not looked at. A file that does not parse is left to the
    syntax check.
    """
    looked_at = (f for f in files if f.path.endswith(".py") and f.kind in ("agent", "test"))
    return tuple(finding for file in looked_at for finding in _findings(file))


def _findings(file: GeneratedFile) -> Iterator[Finding]:
    try:
        tree = ast.parse(file.text)
    except (SyntaxError, ValueError, MemoryError, RecursionError):
        return
    gate = _Gate(file.path, TEST_RULES if file.kind == "test" else AGENT_RULES)
    gate.note_names(tree)
    gate.visit(tree)
    gate.check_top_level(tree)
    yield from sorted(gate.findings, key=lambda f: int(f.place.rpartition(":")[2]))
    yield from _suppressions(file)


def _suppressions(file: GeneratedFile) -> Iterator[Finding]:
    for token in tokenize.generate_tokens(io.StringIO(file.text).readline):
        if token.type == tokenize.COMMENT and (found := _SUPPRESSION.search(token.string)):
            yield _finding(
                file.path,
                token.start[0],
                "suppression",
                f"the comment {found.group()!r} switches a check off",
                "remove the comment and mend what it hides",
            )


class _Gate(ast.NodeVisitor):
    """Walks a file once and collects findings."""

    def __init__(self, path: str, rules: Rules) -> None:
        self.findings: list[Finding] = []
        self._path = path
        self._rules = rules
        self._modules: dict[str, str] = {}
        self._imported: set[str] = set()
        self._docstrings: set[int] = set()
        self._values: set[str] = set()
        self._fields: set[str] = set()
        self._called: set[int] = set()
        self._own_names: list[set[str]] = []

    def visit_Import(self, node: ast.Import) -> None:
        for alias in node.names:
            self._check_module(node, alias.name)
            name = alias.asname or alias.name.partition(".")[0]
            self._modules[name] = alias.name if alias.asname else name
            self._imported.add(name)

    def visit_ImportFrom(self, node: ast.ImportFrom) -> None:
        module = node.module or ""
        if node.level:
            self._add(node, "import", "imports relative to itself", "write the full module name")
            return
        self._check_module(node, module)
        for alias in node.names:
            if alias.name == "*" or (module, alias.name) in self._rules.denied_imports:
                self._add(
                    node, "import", f"imports {alias.name} from {module}", "import only what reads and calculates"
                )
            elif self._rules.leads_elsewhere(module, alias.name):
                self._add(node, "import", f"reaches {alias.name} through {module}", "import only documented names")
            if not module.startswith("src."):
                self._imported.add(alias.asname or alias.name)

    def visit_Name(self, node: ast.Name) -> None:
        if node.id in DENIED_NAMES and not any(node.id in names for names in self._own_names):
            self._add(node, "denied_name", f"uses {node.id}", "agents only read rows and calculate")
        elif _DUNDER.fullmatch(node.id) and node.id not in READABLE_DUNDERS:
            self._add(node, "dunder", f"uses {node.id}", "use no names that Python reserves for itself")

    def visit_Attribute(self, node: ast.Attribute) -> None:
        module = self._modules.get(node.value.id) if isinstance(node.value, ast.Name) else None
        if _DUNDER.fullmatch(node.attr) and node.attr not in READABLE_DUNDERS:
            self._add(node, "dunder", f"reaches into {node.attr}", "use no names that Python reserves for itself")
        elif node.attr in self._rules.denied_attributes and not self._is_data(node):
            self._add(node, "denied_attribute", f"uses .{node.attr}", "agents only read rows and calculate")
        elif module and self._rules.leads_elsewhere(module, node.attr):
            self._add(node, "import", f"reaches {node.attr} through {module}", "import only documented names")
        self.generic_visit(node)

    def visit_Call(self, node: ast.Call) -> None:
        match node.func, node.args:
            case ast.Name(id="getattr" | "hasattr" as name), args:
                shown = args[1].value if len(args) > 1 and isinstance(args[1], ast.Constant) else None
                if not isinstance(shown, str) or shown.startswith("_"):
                    self._add(node, "denied_name", f"uses {name} with a hidden name", "write the attribute out")
            case ast.Name(id="type"), [_, _, *_]:
                self._add(node, "denied_name", "makes a class with type()", "write the class out")
            case ((ast.Name(id="text") | ast.Attribute(attr="text")), args):
                if not all(isinstance(arg, ast.Constant) for arg in args):
                    self._add(node, "raw_sql", "builds SQL from text", "use select() and bound parameters")
        self.generic_visit(node)

    def visit_FunctionDef(self, node: ast.FunctionDef) -> None:
        if _DUNDER.fullmatch(node.name) and node.name not in OWN_DUNDERS:
            self._add(node, "dunder", f"defines {node.name}", "define ordinary methods")
        self._note_docstring(node)
        self._own_names.append(_own_names(node))
        self.generic_visit(node)
        self._own_names.pop()

    def visit_ClassDef(self, node: ast.ClassDef) -> None:
        if any(keyword.arg == "metaclass" for keyword in node.keywords):
            self._add(node, "dunder", f"gives {node.name} a metaclass", "write an ordinary class")
        self._imported.add(node.name)
        self._note_docstring(node)
        self._own_names.append({n.id for n in _fields(node)})
        self.generic_visit(node)
        self._own_names.pop()

    def visit_Module(self, node: ast.Module) -> None:
        self._note_docstring(node)
        self.generic_visit(node)

    def visit_AsyncFunctionDef(self, node: ast.AsyncFunctionDef) -> None:
        self._add(node, "denied_name", f"{node.name} is asynchronous", "write an ordinary function")

    def visit_Global(self, node: ast.Global) -> None:
        self._add(node, "denied_name", "changes global names", "pass values as arguments")

    def visit_Constant(self, node: ast.Constant) -> None:
        if not isinstance(node.value, str) or id(node) in self._docstrings or "{" not in node.value:
            return
        if hidden := _DUNDER.search(node.value):
            self._add(
                node, "dunder", f"reaches {hidden.group()} by a format", "use no names Python reserves for itself"
            )

    def note_names(self, tree: ast.Module) -> None:
        """What the file itself calls its values and fields; a column may well be named ``open``."""
        for statement in tree.body:
            match statement:
                case ast.Assign(targets=[ast.Name(id=name)]) | ast.AnnAssign(target=ast.Name(id=name)):
                    self._values.add(name)
                case ast.ClassDef():
                    self._fields |= {field.id for field in _fields(statement)}
        self._called = {id(node.func) for node in ast.walk(tree) if isinstance(node, ast.Call)}

    def _is_data(self, node: ast.Attribute) -> bool:
        """Whether it is a column of a table (``t.c.open``) or a declared field, and is not called."""
        is_column = isinstance(node.value, ast.Attribute) and node.value.attr == "c"
        return (is_column or node.attr in self._fields) and id(node) not in self._called

    def check_top_level(self, tree: ast.Module) -> None:
        """Loading a module may define things, not do things."""
        for statement in _runs_on_import(tree.body):
            if isinstance(statement, _ON_IMPORT):
                self._add(statement, "runs_on_import", "does something while it is loaded", "move it into a function")
                continue
            for call in (n for n in _evaluated_now(statement) if isinstance(n, ast.Call)):
                if not self._may_run_on_import(call):
                    called = ast.unparse(call.func)[:40]
                    self._add(call, "runs_on_import", f"calls {called} while it is loaded", "move it into a function")

    def _may_run_on_import(self, call: ast.Call) -> bool:
        root: ast.expr = call
        while isinstance(root, ast.Call | ast.Attribute | ast.Subscript):
            root = root.func if isinstance(root, ast.Call) else root.value
        if not isinstance(root, ast.Name):
            return isinstance(root, ast.Constant)
        is_method = isinstance(call.func, ast.Attribute) and root.id in self._values
        return is_method or root.id in CALLED_ON_IMPORT or root.id in self._imported

    def _check_module(self, node: ast.stmt, module: str) -> None:
        if not self._rules.allows(module):
            allowed = "the standard library's pure parts, pydantic, sqlalchemy, daemon.runtime and src.agents"
            self._add(node, "import", f"imports {module}", f"use only {allowed}")

    def _note_docstring(self, node: ast.Module | ast.ClassDef | ast.FunctionDef) -> None:
        match node.body:
            case [ast.Expr(value=ast.Constant(value=str()) as constant), *_]:
                self._docstrings.add(id(constant))

    def _add(self, node: ast.stmt | ast.expr, code: str, message: str, suggestion: str) -> None:
        self.findings.append(_finding(self._path, node.lineno, code, message, suggestion))


def _fields(cls: ast.ClassDef) -> list[ast.Name]:
    targets = (statement.target for statement in cls.body if isinstance(statement, ast.AnnAssign))
    return [target for target in targets if isinstance(target, ast.Name)]


def _own_names(function: ast.FunctionDef) -> set[str]:
    """Arguments and variables, which hide builtins of the same name: a key or a figure may well be called ``input``."""
    stored = {n.id for n in ast.walk(function) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}
    return stored | {a.arg for a in ast.walk(function.args) if isinstance(a, ast.arg)}


def _runs_on_import(body: list[ast.stmt]) -> Iterator[ast.stmt]:
    for statement in body:
        yield statement
        if isinstance(statement, ast.If):
            if "__main__" not in ast.unparse(statement.test):
                yield from _runs_on_import([*statement.body, *statement.orelse])
        elif isinstance(statement, ast.ClassDef):
            yield from _runs_on_import(statement.body)


def _evaluated_now(statement: ast.stmt) -> Iterator[ast.AST]:
    """Expressions of a statement that are evaluated when it is reached: not bodies of functions and lambdas."""
    match statement:
        case ast.FunctionDef():
            parts: list[ast.AST | None] = [
                *statement.decorator_list,
                *statement.args.defaults,
                *statement.args.kw_defaults,
            ]
        case ast.ClassDef():
            parts = [*statement.decorator_list, *statement.bases, *statement.keywords]
        case ast.If():
            parts = [statement.test]
        case _:
            parts = [statement]
    for part in parts:
        if part is not None:
            yield from _without_lambdas(part)


def _without_lambdas(node: ast.AST) -> Iterator[ast.AST]:
    if isinstance(node, ast.Lambda):
        return
    yield node
    for child in ast.iter_child_nodes(node):
        yield from _without_lambdas(child)


def _finding(path: str, line: int, code: str, message: str, suggestion: str) -> Finding:
    return Finding(level=Level.ERROR, code=code, place=f"{path}:{line}", message=message, suggestion=suggestion)
