"""Limited subprocess: time, memory, output and a clean environment, but the user's own rights.

It stops mistakes, not malice: only code that was purely compiled may run in it, and the status names it.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from daemon.adapters.sandbox.folders import run_folder
from daemon.adapters.sandbox.interpreter import command as python
from daemon.adapters.sandbox.interpreter import environment
from daemon.adapters.sandbox.limits import Limits, launcher
from daemon.adapters.sandbox.report import result_of
from daemon.adapters.sandbox.supervise import supervise
from daemon.core.errors import SandboxUnavailable
from daemon.core.ports import SandboxCommand, SandboxResult
from daemon.core.status import Backend


@dataclass(frozen=True, slots=True)
class ProcessSandbox:
    """Runs commands in a session of their own below ``scratch``."""

    scratch: Path
    limits: Limits

    @property
    def backend(self) -> Backend:
        """``process``."""
        return "process"

    def run(self, command: SandboxCommand) -> SandboxResult:
        """Run to the end or a limit. Raises ``SandboxUnavailable`` when no process can be started."""
        with run_folder(self.scratch, command.files) as folder:
            try:
                ended = supervise(
                    (
                        *launcher(self.limits, command.timeout_seconds, count_processes=False),
                        *python(command.arguments),
                    ),
                    folder=folder.job,
                    environment={**environment(str(folder.temporary)), **command.environment},
                    limits=self.limits,
                    timeout_seconds=command.timeout_seconds,
                )
            except OSError as error:
                raise SandboxUnavailable(f"no subprocess can be started: {error}") from error
        return result_of(ended, self.backend)
