"""What an isolated run may use, and the shell line that makes the kernel hold it to that."""

from __future__ import annotations

import math
from dataclasses import dataclass

from daemon.core.config import SandboxSettings

OUTPUT_BYTES = 1024**2
DISK_BYTES = 64 * 1024**2
OPEN_FILES = 128
PROCESSES = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Bounds of one run; sizes in bytes.

    ``memory_bytes`` holds for each process (address space) and, watched from outside, for all together.
    ``processes`` counts the whole tree of the run.
    """

    memory_bytes: int
    output_bytes: int = OUTPUT_BYTES
    disk_bytes: int = DISK_BYTES
    open_files: int = OPEN_FILES
    processes: int = PROCESSES

    @classmethod
    def from_settings(cls, settings: SandboxSettings) -> Limits:
        """Limits as configured."""
        return cls(memory_bytes=settings.memory_bytes)


def launcher(limits: Limits, timeout_seconds: float, *, count_processes: bool) -> tuple[str, ...]:
    """A command prefix that sets kernel limits, then becomes the command that follows it.

    A shell does it because a hook between fork and exec is unsafe in a program with threads. A limit the system
    does not know (address space on macOS) is left out. ``count_processes`` only makes sense where the user has no
    other processes, as the kernel counts all of a user's together.
    """
    settings = [
        "-c 0",
        f"-t {math.ceil(timeout_seconds) + 1}",
        f"-f {limits.disk_bytes // 512}",
        f"-n {limits.open_files}",
        f"-v {limits.memory_bytes // 1024}",
    ]
    lines = [f"ulimit {setting} 2>/dev/null || :" for setting in settings]
    if count_processes:  # dash calls it -p, where -p is the pipe size elsewhere
        lines.append(f"ulimit -u {limits.processes} 2>/dev/null || ulimit -p {limits.processes} 2>/dev/null || :")
    return ("/bin/sh", "-c", "\n".join([*lines, 'exec "$@"']), "sh")
