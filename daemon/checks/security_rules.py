"""What generated code may use. Everything else is refused: a list of what is allowed cannot be outwitted by a new name.

This is a gate for quality, not the wall: the wall is the sandbox.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass

_PURE = frozenset(
    {
        *("__future__", "collections", "collections.abc", "dataclasses", "datetime", "decimal", "enum", "functools"),
        *("itertools", "math", "re", "statistics", "types", "typing"),
    }
)
_LIBRARIES = frozenset({"pydantic", "sqlalchemy", "sqlalchemy.engine", "sqlalchemy.sql", "pathlib"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """Imports that are allowed (modules, packages with all below them) and names of them that are not."""

    modules: frozenset[str]
    packages: tuple[str, ...]
    denied_imports: frozenset[tuple[str, str]]
    denied_attributes: frozenset[str]

    def allows(self, module: str) -> bool:
        """Whether ``module`` may be imported."""
        return module in self.modules or any(module == p or module.startswith(f"{p}.") for p in self.packages)

    def leads_elsewhere(self, module: str, name: str) -> bool:
        """Whether ``module.name`` is another module that happens to be reachable through ``module``."""
        if self.allows(f"{module}.{name}") or module.rpartition(".")[2] == name:
            return False
        return name.startswith("_") or (module in _PURE and name in sys.stdlib_module_names)


_WRITING = ("insert", "update", "delete", "DDL")
_DOORS = ("event", "inspect", "util", "pool", "ext", "testing", "dialects", "create_mock_engine", "engine_from_config")
_FILES = frozenset(
    {
        *(
            "open",
            "read_text",
            "read_bytes",
            "write_text",
            "write_bytes",
            "unlink",
            "rmdir",
            "mkdir",
            "touch",
            "rename",
        ),
        *("symlink_to", "hardlink_to", "chmod", "lchmod", "iterdir", "glob", "rglob", "walk", "expanduser", "home"),
    }
)
_ALWAYS = frozenset(
    {
        *("exec_driver_sql", "raw_connection", "format_map", "mro", "gi_frame", "gi_code", "cr_frame", "cr_code"),
        *("ag_frame", "f_globals", "f_locals", "f_builtins", "f_back", "tb_frame", "tb_next", "func_globals"),
        *("os", "sys", "io", "builtins", "importlib", "subprocess", "socket", "shutil", "ctypes", "pickle", "marshal"),
        *("system", "popen", "environ", "modules", "load_extension", "enable_load_extension"),
    }
)

AGENT_RULES = Rules(
    modules=_PURE | _LIBRARIES,
    packages=("daemon.runtime", "src.agents"),
    denied_imports=frozenset(("sqlalchemy", name) for name in (*_WRITING, *_DOORS, "create_engine", "MetaData")),
    denied_attributes=_ALWAYS | _FILES | frozenset({*_WRITING, *_DOORS, "create_engine", "begin", "commit"}),
)
TEST_RULES = Rules(
    modules=_PURE | _LIBRARIES | {"pytest", "sqlite3", "contextlib"},
    packages=("daemon.runtime", "src.agents"),
    denied_imports=frozenset(("sqlalchemy", name) for name in _DOORS),
    denied_attributes=_ALWAYS | (_FILES - {"mkdir"}) | frozenset(_DOORS),
)

DENIED_NAMES = frozenset(
    {
        *("exec", "eval", "compile", "open", "input", "globals", "locals", "vars", "dir", "setattr", "delattr"),
        *("breakpoint", "exit", "quit", "help", "memoryview", "print", "__import__", "__builtins__", "__loader__"),
        *("__spec__",),
    }
)
OWN_DUNDERS = frozenset({"__init__", "__post_init__", "__str__", "__repr__", "__iter__", "__enter__", "__exit__"})
"""Methods that generated classes may define."""
READABLE_DUNDERS = frozenset({"__name__", "__doc__", "__file__", "__all__", "__slots__", "__init__", "__post_init__"})
CALLED_ON_IMPORT = frozenset(
    {"tuple", "frozenset", "dict", "list", "set", "range", "int", "str", "min", "max", "sum", "len", "sorted", "zip"}
)
"""Builtins that may run while a module is loaded, besides what allowed libraries offer."""
