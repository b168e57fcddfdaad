"""Published agents, called in a process of their own: none disturbs the daemon, and old code is never kept."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

from daemon.core.build import GeneratedFile
from daemon.core.errors import AgentError, DatabaseUnavailable


@dataclass(frozen=True, slots=True)
class PythonAgentRunner:
    """Runs ``python -m daemon.runtime.call`` in the workspace.

    ``environment`` is all the agent gets besides PATH and the locale: the database variables, and what the driver
    needs. ``timeout_seconds`` bounds one call.
    """

    workspace: Path
    environment: Mapping[str, str] = field(repr=False)
    timeout_seconds: float

    def call(self, agent: str, arguments: Sequence[str]) -> str:
        """The agent's JSON.

        Raises ``AgentError`` with its last line of error output or when it takes too long, ``DatabaseUnavailable``
        when it finds no database.
        """
        return self._run(self.workspace, agent, arguments)

    def rehearse(self, files: Sequence[GeneratedFile], agent: str, arguments: Sequence[str]) -> str:
        """The same for an agent that is not published yet, in a folder that is gone afterwards."""
        with TemporaryDirectory(prefix="rehearsal-") as folder:
            for file in files:
                target = Path(folder) / file.path
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(file.content)
            return self._run(Path(folder), agent, arguments)

    def _run(self, folder: Path, agent: str, arguments: Sequence[str]) -> str:
        try:
            ended = subprocess.run(  # noqa: S603 - our own module; the agent passed all checks before it was published
                [sys.executable, "-B", "-X", "utf8", "-m", "daemon.runtime.call", agent, *arguments],
                cwd=folder,
                env={"PATH": os.defpath, "LANG": "C.UTF-8", **self.environment},
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                encoding="utf-8",
                errors="replace",
                timeout=self.timeout_seconds,
                check=False,
            )
        except subprocess.TimeoutExpired as error:
            raise AgentError(
                f"{agent} did not answer within {self.timeout_seconds:.0f} s", hint="ask for one row with --key"
            ) from error
        except OSError as error:
            raise AgentError(f"{agent} cannot be started: {error}", hint="meta-agent doctor") from error
        if ended.returncode != 0:
            lines = ended.stderr.strip().splitlines()
            reason = lines[-1] if lines else f"it ended with exit code {ended.returncode} and said nothing"
            if ended.returncode == DatabaseUnavailable.exit_code:
                raise DatabaseUnavailable(f"{agent}: {reason}", hint="check the database URL and that the server runs")
            raise AgentError(f"{agent} failed: {reason}", hint="meta-agent doctor checks the database it reads")
        return ended.stdout
