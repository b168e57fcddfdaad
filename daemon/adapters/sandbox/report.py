"""From a supervised end to the port's result."""

from __future__ import annotations

from daemon.adapters.sandbox.supervise import Ended
from daemon.core.ports import SandboxResult
from daemon.core.status import Backend


def result_of(ended: Ended, backend: Backend) -> SandboxResult:
    """The result; a run that was ended for breaking a limit says so in the last line of its error output."""
    stderr = ended.stderr.decode("utf-8", "replace")
    if ended.killed_for:
        stderr = f"{stderr}\n[ended: it reached {ended.killed_for}]"
    return SandboxResult(
        exit_code=ended.exit_code,
        stdout=ended.stdout.decode("utf-8", "replace"),
        stderr=stderr.strip(),
        seconds=ended.seconds,
        timed_out=ended.timed_out,
        backend=backend,
    )
