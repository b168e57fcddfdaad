"""What every sandbox backend promises, and a corpus of hostile programs with what each backend stops."""

from __future__ import annotations

import json
import os
import socket
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import psutil
import pytest

from daemon.adapters.sandbox import choose_sandbox, sandbox_problems
from daemon.adapters.sandbox.bubblewrap import BubblewrapSandbox
from daemon.adapters.sandbox.limits import Limits
from daemon.adapters.sandbox.probe import problem_of
from daemon.adapters.sandbox.process import ProcessSandbox
from daemon.core.config import SandboxSettings
from daemon.core.errors import SandboxUnavailable, WorkspaceError
from daemon.core.ports import Sandbox, SandboxCommand, SandboxResult

MEGABYTE = 1024**2
LIMITS = Limits(memory_bytes=512 * MEGABYTE, disk_bytes=4 * MEGABYTE)
BACKENDS = ("bubblewrap", "process")


def make(backend: str, scratch: Path, limits: Limits = LIMITS) -> Sandbox:
    if backend == "process":
        return ProcessSandbox(scratch, limits)
    sandbox = BubblewrapSandbox(scratch, limits)
    if problem := problem_of(sandbox, scratch):
        pytest.skip(f"bubblewrap does not work here: {problem}")
    return sandbox


@pytest.fixture
def scratch(tmp_path: Path) -> Path:
    return tmp_path / "läufe 🧪" / "scratch"


@pytest.fixture(params=BACKENDS)
def sandbox(request: pytest.FixtureRequest, scratch: Path) -> Sandbox:
    return make(request.param, scratch)


def run(sandbox: Sandbox, code: str, *arguments: str, timeout: float = 20, **files: bytes) -> SandboxResult:
    return sandbox.run(
        SandboxCommand(
            arguments=("-c", code, *arguments),
            files={name.replace("__", "/") + ".py": content for name, content in files.items()},
            environment={"GIVEN": "yes"},
            timeout_seconds=timeout,
        )
    )


def test_it_reports_output_and_exit_code(sandbox: Sandbox) -> None:
    result = run(sandbox, "import sys; print('ä'); print('b', file=sys.stderr); sys.exit(3)")
    assert (result.stdout, result.stderr, result.exit_code) == ("ä\n", "b", 3)
    assert not result.timed_out
    assert result.backend == sandbox.backend


def test_the_working_folder_holds_the_files(sandbox: Sandbox) -> None:
    result = run(sandbox, "from src.agents.a import X; print(X)", src__agents__a=b"X = 5\n")
    assert result.stdout == "5\n"


def test_nothing_of_the_environment_is_passed_on(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://me:secret@host/db")
    seen = json.loads(run(sandbox, "import json, os; print(json.dumps(dict(os.environ)))").stdout)
    assert seen["GIVEN"] == "yes"
    assert "DATABASE_URL" not in seen
    assert str(Path.home()) not in seen["HOME"]


def test_temporary_files_can_be_written_and_are_gone_afterwards(sandbox: Sandbox, scratch: Path) -> None:
    code = "import os, tempfile; f, name = tempfile.mkstemp(); os.write(f, b'x'); print(open(name).read())"
    assert run(sandbox, code).stdout == "x\n"
    assert list(scratch.iterdir()) == []


def test_it_ends_what_takes_too_long_and_cleans_up(sandbox: Sandbox, scratch: Path) -> None:
    result = run(sandbox, "print('began', flush=True)\nwhile True: pass", timeout=0.7)
    assert result.timed_out
    assert result.exit_code is None
    assert result.seconds < 10
    assert "time limit" in result.stderr
    assert list(scratch.iterdir()) == []


def test_default_limits_leave_room_for_pytest_and_sqlalchemy(scratch: Path, sandbox: Sandbox) -> None:
    roomy = make(sandbox.backend, scratch, Limits.from_settings(SandboxSettings()))
    test = b"import sqlalchemy, pydantic\ndef test_it(): assert sqlalchemy.create_engine('sqlite://').connect()\n"
    result = roomy.run(
        SandboxCommand(
            arguments=("-m", "pytest", "-q", "--noconftest", "-c", os.devnull, "--rootdir=.", "-p", "no:cacheprovider"),
            files={"tests/test_it.py": test},
            environment={},
            timeout_seconds=30,
        )
    )
    assert result.exit_code == 0, result.stdout + result.stderr
    assert "1 passed" in result.stdout


@pytest.mark.parametrize("path", ["../x.py", "/etc/x.py", "a/../../x.py"])
def test_files_stay_inside(sandbox: Sandbox, path: str) -> None:
    with pytest.raises(WorkspaceError):
        sandbox.run(SandboxCommand(arguments=("-c", ""), files={path: b""}, environment={}, timeout_seconds=5))


# The corpus. Each program prints ESCAPED when it got what it wanted; arguments are CANARY (a file outside), PORT (of a
# listening socket outside) and TOKEN (to recognise a process by).
#
# | program            | bubblewrap | process |
# |--------------------|------------|---------|
# | read a canary      | stopped    | NOT     |
# | environment        | stopped    | stopped |
# | write outside      | stopped    | NOT     |
# | network            | stopped    | NOT     |
# | see processes      | stopped    | NOT     |
# | 200 forks          | stopped    | stopped |
# | 2 GB in a process  | stopped    | stopped |
# | 600 MB in a tree   | stopped    | stopped |
# | fill the disk      | stopped    | NOT     |
# | endless loop       | stopped    | stopped |
# | ignore signals     | stopped    | stopped |
# | flood of output    | stopped    | stopped |
# | daemon             | stopped    | NOT     |
#
# The last column is why ``process`` may only run what was compiled.

PROGRAMS: dict[str, tuple[str, bool]] = {
    "read a canary": ("if 'secret' in open(CANARY).read(): print('ESCAPED')", False),
    "environment": ("import os\nif 'secret' in str(dict(os.environ)): print('ESCAPED')", True),
    "write outside": ("open(CANARY, 'a').write('x'); print('ESCAPED')", False),
    "network": ("import socket\nsocket.create_connection(('127.0.0.1', PORT), 2); print('ESCAPED')", False),
    "see processes": (
        "import os\nif any(TOKEN in open(f'/proc/{p}/cmdline').read() for p in os.listdir('/proc') if p.isdigit()"
        " and int(p) not in (1, os.getpid(), os.getppid())): print('ESCAPED')",
        False,
    ),
    "200 forks": (
        "import os, time\nfor _ in range(200):\n    if not os.fork(): time.sleep(20); os._exit(0)\n"
        "time.sleep(5); print('ESCAPED')",
        True,
    ),
    "2 GB in a process": ("x = b'x' * (2 << 30); print('ESCAPED')", True),
    "600 MB in a tree": (
        "import os, time\nfor _ in range(3):\n    if not os.fork():\n"
        "        x = b'x' * (200 << 20); time.sleep(20); os._exit(0)\n"
        "time.sleep(5); print('ESCAPED')",
        True,
    ),
    "fill the disk": (
        "import os\nfor n in range(3): open(os.environ['TMPDIR'] + f'/{n}', 'wb').write(bytes(3 << 20))\n"
        "print('ESCAPED')",
        False,
    ),
    "endless loop": ("while True: pass", True),
    "ignore signals": (
        "import signal\nfor s in set(signal.valid_signals()) - {9, 19}: signal.signal(s, signal.SIG_IGN)\n"
        "while True: pass",
        True,
    ),
    "flood of output": ("import sys\nwhile True: sys.stdout.write('x' * 65536)", True),
    "daemon": (
        "import subprocess, sys\nsubprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)', TOKEN],"
        " start_new_session=True, stdin=-3, stdout=-3, stderr=-3)",
        False,
    ),
}
STOPPED_BY_PROCESS = {name for name, (_, stopped) in PROGRAMS.items() if stopped}


@pytest.fixture
def canary(tmp_path: Path) -> Path:
    file = tmp_path / "id_ed25519"
    file.write_text("secret")
    return file


@pytest.fixture
def port() -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as door:
        yield door.getsockname()[1]


@pytest.mark.skipif(sys.platform != "linux", reason="the table was measured on Linux")
@pytest.mark.parametrize("program", PROGRAMS)
@pytest.mark.parametrize("backend", BACKENDS)
def test_hostile_programs(
    backend: str, program: str, scratch: Path, canary: Path, port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("API_KEY", "secret")
    token = f"token-{os.getpid()}-{backend}-{len(program)}"
    head = f"CANARY, PORT, TOKEN = {str(canary)!r}, {port}, {token!r}\n"
    bystander = psutil.Popen([sys.executable, "-c", "import time; time.sleep(60)", token]) if "see" in program else None
    try:
        result = run(make(backend, scratch), head + PROGRAMS[program][0], timeout=3)
        escaped = "ESCAPED" in result.stdout or _left_running(program, token)
    finally:
        if bystander:
            bystander.kill()
            bystander.wait()
    assert escaped == (backend == "process" and program not in STOPPED_BY_PROCESS), result
    assert result.seconds < 10
    assert len(result.stdout) <= MEGABYTE
    assert list(scratch.iterdir()) == []


def _left_running(program: str, token: str) -> bool:
    if program != "daemon":
        return False
    left = [p for p in psutil.process_iter(["cmdline"]) if token in (p.info["cmdline"] or ())]
    for process in left:
        process.kill()
    return bool(left)


def test_auto_prefers_isolation(scratch: Path) -> None:
    chosen = choose_sandbox(SandboxSettings(), scratch)
    works = not problem_of(BubblewrapSandbox(scratch, LIMITS), scratch)
    assert chosen.backend == ("bubblewrap" if works else "process")


def test_auto_falls_back_where_nothing_isolates(scratch: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert choose_sandbox(SandboxSettings(), scratch).backend == "process"


def test_a_backend_asked_for_by_name_is_never_replaced(
    scratch: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(SandboxUnavailable, match="not installed") as caught:
        choose_sandbox(SandboxSettings(backend="bubblewrap"), scratch)
    assert "SANDBOX_BACKEND" in caught.value.hint


def test_a_backend_that_is_not_there_yet_is_refused(scratch: Path) -> None:
    with pytest.raises(SandboxUnavailable, match="docker"):
        choose_sandbox(SandboxSettings(backend="docker"), scratch)


def test_the_probe_sees_a_sandbox_that_does_not_isolate(scratch: Path) -> None:
    problem = problem_of(ProcessSandbox(scratch, LIMITS), scratch)
    assert "read a file outside" in problem
    assert "reach the network" in problem


def test_folders_of_dead_daemons_are_swept_up(scratch: Path) -> None:
    dead = psutil.Popen([sys.executable, "-c", ""])
    dead.wait()
    (scratch / f"run-{dead.pid}-abc" / "job").mkdir(parents=True)
    (scratch / f"run-{os.getpid()}-abc").mkdir()
    choose_sandbox(SandboxSettings(backend="process"), scratch)
    assert [folder.name for folder in scratch.iterdir()] == [f"run-{os.getpid()}-abc"]


def test_folders_that_lost_their_permissions_are_removed_too(scratch: Path) -> None:
    code = "import os; t = os.environ['TMPDIR']; os.makedirs(t + '/a/b'); os.chmod(t + '/a', 0); os.chmod(t, 0)"
    assert run(ProcessSandbox(scratch, LIMITS), code).exit_code == 0
    assert list(scratch.iterdir()) == []


def test_every_backend_says_why_it_does_not_work(
    scratch: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    broken = tmp_path / "bin" / "bwrap"
    broken.parent.mkdir()
    broken.write_text("#!/bin/sh\necho 'bwrap: setting up uid map: Permission denied' >&2\nexit 1\n")
    broken.chmod(0o755)
    monkeypatch.setenv("PATH", str(broken.parent))
    assert "Permission denied" in sandbox_problems(SandboxSettings(), scratch)["bubblewrap"]
    broken.chmod(0o4755)
    assert "setuid" in sandbox_problems(SandboxSettings(), scratch)["bubblewrap"]


def test_more_memory_can_be_configured(scratch: Path) -> None:
    roomy = make("process", scratch, replace(LIMITS, memory_bytes=1024 * MEGABYTE))
    assert run(roomy, "x = bytearray(600 << 20); print(len(x))").exit_code == 0
