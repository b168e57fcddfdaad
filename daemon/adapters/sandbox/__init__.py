"""Isolation for code that no person here wrote. One file per backend; this one chooses by trying."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from daemon.adapters.sandbox.bubblewrap import BubblewrapSandbox
from daemon.adapters.sandbox.folders import sweep
from daemon.adapters.sandbox.limits import Limits
from daemon.adapters.sandbox.probe import problem_of
from daemon.adapters.sandbox.process import ProcessSandbox
from daemon.core.config import SandboxSettings
from daemon.core.errors import SandboxUnavailable
from daemon.core.ports import Sandbox
from daemon.core.status import Backend

_ISOLATING: Mapping[Backend, Callable[[Path, Limits], Sandbox]] = {"bubblewrap": BubblewrapSandbox}
"""Best first."""


def choose_sandbox(settings: SandboxSettings, scratch: Path) -> Sandbox:
    """The sandbox for ``settings``; run folders that dead daemons left in ``scratch`` are removed.

    ``auto`` takes the first backend that proves to isolate, else the limited subprocess, which only suits compiled
    code; ``Sandbox.backend`` tells which it is. Raises ``SandboxUnavailable`` when a backend that was asked for by
    name does not work here.
    """
    sweep(scratch)
    limits = Limits.from_settings(settings)
    if settings.backend == "process":
        return ProcessSandbox(scratch, limits)
    if settings.backend == "auto":
        working = (s for s in _isolating(limits, scratch).values() if not problem_of(s, scratch))
        return next(working, ProcessSandbox(scratch, limits))
    sandbox = _isolating(limits, scratch).get(settings.backend)
    if sandbox is None:
        raise SandboxUnavailable(
            f"this version has no sandbox backend {settings.backend!r}",
            hint=f"set SANDBOX_BACKEND to auto, {', '.join(_ISOLATING)} or process",
        )
    if problem := problem_of(sandbox, scratch):
        raise SandboxUnavailable(
            f"the sandbox backend {settings.backend!r} does not work here: {problem}",
            hint="install or repair it, or set SANDBOX_BACKEND to auto",
        )
    return sandbox


def sandbox_problems(settings: SandboxSettings, scratch: Path) -> dict[Backend, str]:
    """Every isolating backend with the reason why it does not work here, empty when it does."""
    return {name: problem_of(s, scratch) for name, s in _isolating(Limits.from_settings(settings), scratch).items()}


def _isolating(limits: Limits, scratch: Path) -> dict[Backend, Sandbox]:
    return {name: build(scratch, limits) for name, build in _ISOLATING.items()}
