"""What a Python process needs to run compiled agents: folders it reads and the environment it gets."""

from __future__ import annotations

import os
import sys
from importlib.util import find_spec
from pathlib import Path

_LIBRARIES = ("sqlalchemy", "pydantic", "pytest")


def command(arguments: tuple[str, ...]) -> tuple[str, ...]:
    """The full command line: this interpreter, writing no bytecode, speaking UTF-8."""
    return (sys.executable, "-B", "-X", "utf8", *arguments)


def environment(home: str) -> dict[str, str]:
    """The whole environment of an isolated process; nothing of the daemon's own is passed on."""
    base = {
        "PATH": os.pathsep.join((str(Path(sys.executable).parent), "/usr/bin", "/bin")),
        "HOME": home,
        "TMPDIR": home,
        "LANG": "C.UTF-8",
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONHASHSEED": "0",
        "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
    }
    outside = [str(folder) for folder in library_folders() if not _is_below(folder, _prefixes())]
    return {**base, "PYTHONPATH": os.pathsep.join(outside)} if outside else base


def readable_folders() -> tuple[Path, ...]:
    """Folders that interpreter, libraries and this package are read from, outermost first, each once."""
    wanted = [*_prefixes(), *library_folders(), package_folder()]
    wanted += [folder.resolve() for folder in wanted]
    kept: list[Path] = []
    for folder in sorted(set(wanted)):
        if not _is_below(folder, (Path("/usr"), *kept)):
            kept.append(folder)
    return tuple(kept)


def package_folder() -> Path:
    """The folder of this package, and nothing beside it: it may be part of somebody's checkout."""
    return Path(__file__).resolve().parents[2]


def library_folders() -> tuple[Path, ...]:
    """Where the libraries of agents are installed; usually inside the interpreter's own folders."""
    specs = (find_spec(name) for name in _LIBRARIES)
    return tuple(dict.fromkeys(Path(s.origin).parent.parent for s in specs if s is not None and s.origin))


def _prefixes() -> tuple[Path, ...]:
    return Path(sys.prefix), Path(sys.base_prefix)


def _is_below(folder: Path, roots: tuple[Path, ...]) -> bool:
    return any(folder.is_relative_to(root) for root in roots)
