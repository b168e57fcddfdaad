"""A daemon whose pipeline does what the request says: run as ``python scripted_daemon.py WORKSPACE [--once]``.

``done``, ``refused``, ``needs_answer`` end like that; ``die`` kills the process; ``wait`` runs until the file ``go``
is there or somebody asks it to stop; ``stuck`` does not even listen. Every start is a line of the file ``effects``.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
from pathlib import Path

from daemon import service
from daemon.core.errors import MetaAgentError
from daemon.core.job import Job, JobState
from daemon.core.outcome import Outcome, Progress
from daemon.core.request import Request
from daemon.core.status import StageReport


class ScriptedPipeline:
    def __init__(self, root: Path) -> None:
        self.root = root

    def __call__(self, job: Job, request: Request, progress: Progress) -> Outcome:
        with (self.root / "effects").open("a") as effects:
            effects.write(f"{job.request} {job.revision}\n")
        progress.report((StageReport(name="analyze_requirements", state="running"),), "reading")
        command = request.text.split()[0]
        if command == "die":
            os.kill(os.getpid(), signal.SIGKILL)
        pause = threading.Event()
        while command in ("wait", "stuck") and not (self.root / "go").exists():
            if command == "wait" and progress.is_cancelled():
                return Outcome(state=JobState.CANCELLED, message="asked to stop")
            pause.wait(0.01)
        state = JobState(command) if command in ("refused", "needs_answer") else JobState.SUCCEEDED
        return Outcome(state=state, message="done")


def main() -> int:
    root = Path(sys.argv[1])
    try:
        return service.Daemon(service.open_workspace(root), ScriptedPipeline(root)).run(once="--once" in sys.argv)
    except MetaAgentError as problem:
        print(problem, file=sys.stderr)  # noqa: T201
        return problem.exit_code


if __name__ == "__main__":
    sys.exit(main())
