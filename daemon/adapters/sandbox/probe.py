"""Self-test of a sandbox: what code inside it can really do, not what its options promise."""

from __future__ import annotations

import json
import socket
from pathlib import Path

from daemon.adapters.sandbox.folders import run_folder
from daemon.core.errors import SandboxUnavailable
from daemon.core.ports import Sandbox, SandboxCommand

_SECONDS = 10.0
_INSIDE = """
import json, socket, sys
canary, port = sys.argv[1], int(sys.argv[2])
done = []
def attempt(name, action):
    try:
        action()
    except OSError:
        return
    done.append(name)
attempt("read a file outside", lambda: open(canary).read())
attempt("write a file outside", lambda: open(canary, "a").close())
attempt("reach the network", lambda: socket.create_connection(("127.0.0.1", port), 1).close())
attempt("write its own files", lambda: open("probe", "w").close())
print(json.dumps(done))
"""


def problem_of(sandbox: Sandbox, scratch: Path) -> str:
    """Why ``sandbox`` does not isolate here; empty when it does."""
    with run_folder(scratch, {}) as folder, socket.create_server(("127.0.0.1", 0)) as door:
        canary = folder.temporary / "canary"
        canary.write_text("outside", encoding="utf-8")
        command = SandboxCommand(
            arguments=("-c", _INSIDE, str(canary), str(door.getsockname()[1])),
            files={},
            environment={},
            timeout_seconds=_SECONDS,
        )
        try:
            result = sandbox.run(command)
        except SandboxUnavailable as unavailable:
            return unavailable.message
    if result.timed_out:
        return f"a trial run did not end within {_SECONDS:.0f} s"
    try:
        escapes = json.loads(result.stdout)
    except ValueError:
        return f"a trial run failed: {(result.stderr or result.stdout).strip()[-300:]}"
    return f"code inside it can {', '.join(escapes)}" if escapes else ""
