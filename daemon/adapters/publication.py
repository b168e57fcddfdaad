"""Several files change together or not at all, whatever happens in between.

New content is written beside its target first, then a journal, then everything is renamed. Without a finished
journal nothing was renamed; with one the renames are completed, or all undone where one of them is impossible.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import secrets
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from daemon.core.errors import WorkspaceError

Replace = Callable[[Path, Path], None]
"""Renames a file over another; ``os.replace`` but in tests."""

_STAGED_SUFFIX = ".meta-agent-new"


@dataclass(frozen=True, slots=True)
class _Step:
    """One target with the staged files that hold its new and its old content; None means that there is no file."""

    target: Path
    new: Path | None
    old: Path | None


class Publisher:
    """Applies changes of several files, with its journals in one folder.

    ``apply`` and ``recover`` are only called while ``exclusive`` is held: the daemon and a command may meet here.
    """

    def __init__(self, journals: Path, replace: Replace = os.replace) -> None:
        self._journals = journals
        self._replace = replace

    @contextlib.contextmanager
    def exclusive(self) -> Iterator[None]:
        """Wait until no other process publishes, and keep others waiting. Raises ``WorkspaceError``."""
        try:
            self._journals.mkdir(parents=True, exist_ok=True)
            lock = self._journals.with_suffix(".lock").open("ab")
        except OSError as error:
            raise WorkspaceError(
                f"the state folder cannot be written: {error}", hint="check space and rights of the folder"
            ) from error
        with lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def apply(self, changes: Mapping[Path, bytes | None]) -> None:
        """Give every target its content (None removes it), all or none.

        Raises ``WorkspaceError`` when that is impossible; then nothing has changed.
        """
        if not changes:
            return
        token = secrets.token_hex(8)
        intent = self._journals / f"{token}.intent"
        steps: list[_Step] = []
        try:
            steps = [
                _Step(t, _staged(t, token, "n", new), _staged(t, token, "o", _content(t))) for t, new in changes.items()
            ]
            write_atomically(intent, _journal(steps), self._replace)
            for step, new in zip(steps, changes.values(), strict=True):
                _write_staged(step.new, new)
                _write_staged(step.old, _content(step.target))
            commit = intent.with_suffix(".commit")
            self._replace(intent, commit)
            _sync_folder(self._journals)
        except OSError as error:
            _discard(intent, steps)
            raise WorkspaceError(
                f"files cannot be written: {error}", hint="check space and rights of the folder"
            ) from error
        if cause := self._finish(commit, steps):
            raise WorkspaceError(
                f"{cause.filename2 or cause.filename or 'a file'} cannot be replaced: {cause.strerror or cause}",
                hint="nothing was published; make the file writable and retry",
            ) from cause

    def recover(self) -> None:
        """Complete what a dead process committed to, and sweep up what it only prepared.

        Raises ``WorkspaceError`` when files can neither be completed nor be restored.
        """
        for intent in self._journals.glob("*.intent"):
            _discard(intent, _steps(intent))
        for unfinished in self._journals.glob(f".*{_STAGED_SUFFIX}"):
            unfinished.unlink()
        for undo in self._journals.glob("*.undo"):
            self._restore(undo, _steps(undo))
        for commit in self._journals.glob("*.commit"):
            self._finish(commit, _steps(commit))

    def _finish(self, commit: Path, steps: list[_Step]) -> OSError | None:
        """Carry a journal out; the reason when that was impossible and everything was undone."""
        try:
            for step in steps:
                self._move(step.new, step.target)
        except OSError as error:
            undo = commit.with_suffix(".undo")
            commit.rename(undo)
            self._restore(undo, steps)
            return error
        for folder in {step.target.parent for step in steps}:
            _sync_folder(folder)
        _discard(commit, steps)
        return None

    def _restore(self, undo: Path, steps: list[_Step]) -> None:
        try:
            for step in steps:
                if step.new is None or not step.new.exists():  # its rename had happened
                    self._move(step.old, step.target)
        except OSError as error:  # the journal stays: the next start tries again
            raise WorkspaceError(
                f"a publication is half done and cannot be undone: {error}", hint="mend the folder and start again"
            ) from error
        _discard(undo, steps)

    def _move(self, staged: Path | None, target: Path) -> None:
        """Do one rename or removal; one that was done before is fine."""
        if staged is None:
            target.unlink(missing_ok=True)
        elif staged.exists():
            self._replace(staged, target)


def write_atomically(target: Path, content: bytes, replace: Replace = os.replace) -> None:
    """Replace one file: a reader sees the old content or the new, never a part. Raises ``OSError``."""
    target.parent.mkdir(parents=True, exist_ok=True)
    staged = target.with_name(f".{secrets.token_hex(8)}{_STAGED_SUFFIX}")
    try:
        _write_staged(staged, content)
        replace(staged, target)
    except OSError:
        staged.unlink(missing_ok=True)
        raise
    _sync_folder(target.parent)


def _staged(target: Path, token: str, role: str, content: bytes | None) -> Path | None:
    return None if content is None else target.with_name(f".{target.name}.{token}.{role}{_STAGED_SUFFIX}")


def _write_staged(staged: Path | None, content: bytes | None) -> None:
    if staged is None or content is None:
        return
    staged.parent.mkdir(parents=True, exist_ok=True)
    with staged.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _content(target: Path) -> bytes | None:
    return target.read_bytes() if target.exists() else None


def _journal(steps: list[_Step]) -> bytes:
    rows = [[str(p) if p is not None else None for p in (s.target, s.new, s.old)] for s in steps]
    return json.dumps(rows).encode()


def _steps(journal: Path) -> list[_Step]:
    rows = json.loads(journal.read_bytes())
    return [_Step(Path(target), Path(new) if new else None, Path(old) if old else None) for target, new, old in rows]


def _discard(journal: Path, steps: list[_Step]) -> None:
    for step in steps:
        for staged in (step.new, step.old):
            if staged is not None:
                staged.unlink(missing_ok=True)
    journal.unlink(missing_ok=True)


def _sync_folder(folder: Path) -> None:
    """Make renames survive a power cut; some file systems cannot do that for folders."""
    with contextlib.suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
