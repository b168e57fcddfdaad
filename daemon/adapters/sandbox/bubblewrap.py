"""bubblewrap: own user, process, network and mount namespaces; sees Python, the agent's files and nothing else."""

from __future__ import annotations

import shutil
import stat
import subprocess
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from daemon.adapters.sandbox.folders import RunFolder, run_folder
from daemon.adapters.sandbox.interpreter import command as python
from daemon.adapters.sandbox.interpreter import environment, readable_folders
from daemon.adapters.sandbox.limits import Limits, launcher
from daemon.adapters.sandbox.report import result_of
from daemon.adapters.sandbox.supervise import supervise
from daemon.core.errors import SandboxUnavailable
from daemon.core.ports import SandboxCommand, SandboxResult
from daemon.core.status import Backend

_JOB = "/sandbox/job"
_HOME = "/tmp"  # noqa: S108 - of the sandbox, where nobody else writes
_NOBODY = "65534"
_SHARED_MEMORY_BYTES = 8 * 1024**2
_NAMESPACES = (
    *("--unshare-user", "--unshare-all", "--die-with-parent", "--new-session", "--clearenv"),
    *("--hostname", "sandbox", "--uid", _NOBODY, "--gid", _NOBODY, "--cap-drop", "ALL"),
)
_SYSTEM_FILES = ("/etc/ld.so.cache", "/etc/localtime", "/etc/alternatives")


@dataclass(frozen=True)
class BubblewrapSandbox:
    """Runs commands under bubblewrap, as root or as a normal user."""

    scratch: Path
    limits: Limits

    @property
    def backend(self) -> Backend:
        """``bubblewrap``."""
        return "bubblewrap"

    def run(self, command: SandboxCommand) -> SandboxResult:
        """Run to the end or a limit. Raises ``SandboxUnavailable`` when bubblewrap is missing or refuses."""
        with run_folder(self.scratch, command.files) as folder:
            try:
                ended = supervise(
                    self._arguments(command, folder),
                    folder=folder.job,
                    environment={},  # the first process of the sandbox keeps it readable in /proc/1/environ
                    limits=self.limits,
                    timeout_seconds=command.timeout_seconds,
                )
            except OSError as error:
                raise SandboxUnavailable(f"bubblewrap cannot be started: {error}") from error
        result = result_of(ended, self.backend)
        if result.exit_code == 1 and result.stderr.startswith("bwrap: "):
            raise SandboxUnavailable(f"bubblewrap refused: {result.stderr.splitlines()[0]}")
        return result

    def _arguments(self, command: SandboxCommand, folder: RunFolder) -> tuple[str, ...]:
        variables = {**environment(_HOME), **command.environment}
        limited = launcher(self.limits, command.timeout_seconds, count_processes=True)
        return (
            self._program,
            *_NAMESPACES,
            *(("--disable-userns",) if "--disable-userns" in self._known_options else ()),
            *_system(),
            *("--proc", "/proc", "--dev", "/dev"),
            *self._temporary("/dev/shm", _SHARED_MEMORY_BYTES),  # noqa: S108 - of the sandbox
            *self._temporary(_HOME, self.limits.disk_bytes),
            *(part for place in readable_folders() for part in ("--ro-bind", str(place), str(place))),
            *("--ro-bind", str(folder.job), _JOB, "--remount-ro", "/dev", "--remount-ro", "/", "--chdir", _JOB),
            *(part for name, value in variables.items() for part in ("--setenv", name, value)),
            "--",
            *limited,
            *python(command.arguments),
        )

    def _temporary(self, place: str, size: int) -> tuple[str, ...]:
        sized = ("--size", str(size)) if "--size" in self._known_options else ()
        return (*sized, "--tmpfs", place)

    @cached_property
    def _program(self) -> str:
        found = shutil.which("bwrap")
        if found is None:
            raise SandboxUnavailable("bubblewrap is not installed", hint="install the package 'bubblewrap'")
        if Path(found).stat().st_mode & stat.S_ISUID:
            raise SandboxUnavailable(
                f"{found} runs with the rights of root (setuid)", hint=f"sudo chmod u-s {found}, or install a newer one"
            )
        return found

    @cached_property
    def _known_options(self) -> frozenset[str]:
        shown = subprocess.run(  # noqa: S603 - a fixed command
            [self._program, "--help"], capture_output=True, text=True, timeout=5, check=False, env={}
        )
        return frozenset(shown.stdout.split())


def _system() -> tuple[str, ...]:
    """The system's programs and libraries, laid out as here."""
    arguments = ["--ro-bind", "/usr", "/usr"]
    for name in ("bin", "sbin", "lib", "lib32", "lib64"):
        place = Path("/", name)
        if place.is_symlink():
            arguments += ["--symlink", str(place.readlink()), str(place)]
        elif place.is_dir():
            arguments += ["--ro-bind", str(place), str(place)]
    for file in _SYSTEM_FILES:
        arguments += ["--ro-bind-try", file, file]
    return tuple(arguments)
