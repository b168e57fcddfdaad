"""Folders of isolated runs: made for one run, removed after it, and swept up when a daemon died in between."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from daemon.adapters.confinement import confined

_PREFIX = "run-"


@dataclass(frozen=True, slots=True)
class RunFolder:
    """``job`` holds the files of the command, ``temporary`` is its scratch space."""

    job: Path
    temporary: Path


@contextmanager
def run_folder(scratch: Path, files: Mapping[str, bytes]) -> Iterator[RunFolder]:
    """A fresh folder below ``scratch`` with read-only ``files``; gone afterwards, whatever happens."""
    scratch.mkdir(parents=True, exist_ok=True)
    root = Path(tempfile.mkdtemp(prefix=f"{_PREFIX}{os.getpid()}-", dir=scratch)).resolve()
    try:
        folder = RunFolder(root / "job", root / "tmp")
        folder.job.mkdir()
        folder.temporary.mkdir()
        for path, content in files.items():
            place = confined(folder.job, path)
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(content)
            place.chmod(0o444)
        yield folder
    finally:
        _remove(root)


def sweep(scratch: Path) -> None:
    """Remove the folders of runs whose daemon is no more."""
    for folder in scratch.glob(f"{_PREFIX}*-*"):
        owner = folder.name.removeprefix(_PREFIX).partition("-")[0]
        if owner.isdigit() and not _is_alive(int(owner)):
            _remove(folder)


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:  # alive, and somebody else's
        return True
    return True


def _remove(folder: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    if not folder.exists():
        return
    folder.chmod(0o700)  # the run took permissions away from its own folders
    for place, names, _ in os.walk(folder):
        for name in names:
            if not (child := Path(place, name)).is_symlink():
                child.chmod(0o700)
    shutil.rmtree(folder, ignore_errors=True)
