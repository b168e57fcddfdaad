"""One rule for every path that comes from outside: it stays below its root, whatever it is called."""

from __future__ import annotations

from pathlib import Path, PurePosixPath

from daemon.core.errors import WorkspaceError


def confined(root: Path, path: str) -> Path:
    """The place of the relative ``path`` below ``root``, links followed.

    Raises ``WorkspaceError`` for an absolute path, one with ``..``, one that is no plain name on every system
    (backslash, NUL), and one that a link leads out of ``root``.
    """
    parts = PurePosixPath(path).parts
    if not parts or path.startswith("/") or ".." in parts or "\\" in path or "\0" in path:
        raise WorkspaceError(f"{path!r} is no path inside {root}", hint="use a relative path without '..'")
    base = root.resolve()
    place = base.joinpath(*parts).resolve()
    if not place.is_relative_to(base) or place == base:
        raise WorkspaceError(f"{path!r} leads out of {root} through a link", hint="remove the link, or move its target")
    return place
