"""Everything ``meta-agent doctor`` looks at. Every check ends with a finding, none changes anything."""

from __future__ import annotations

import os
import platform
import stat
import sys
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path

from daemon.adapters.database import open_database
from daemon.adapters.docker_probe import docker_version
from daemon.adapters.llm_probe import offered_models, shown_address
from daemon.adapters.machine import memory, network_file_system
from daemon.adapters.sandbox import sandbox_problems
from daemon.adapters.settings import load_settings
from daemon.core.config import Settings
from daemon.core.errors import ConfigError, LlmUnavailable, MetaAgentError, SandboxUnavailable
from daemon.core.health import Check, CheckState

OLDEST, NEWEST = (3, 11), (3, 13)
FOLDERS = ("inbox", "agent_specs", "src/agents", "tests/agents", "docs/agents", "logs")
ENOUGH_MEMORY = 1024**3
GIB = 1024**3


def diagnose(root: Path, environment: Mapping[str, str]) -> tuple[Check, ...]:
    """The checks of a workspace, in the order in which they should be mended."""
    checks = [_python(), _folders(root), _disk(root)]
    try:
        settings = load_settings(root, environment)
    except ConfigError as problem:
        return (*checks, _failed("settings", problem), _memory())
    checks += [_settings(root, settings), *_databases(settings), _sandbox(settings)]
    return (*checks, _docker(settings, environment), _llm(settings), _memory())


def _python() -> Check:
    version = platform.python_version()
    if OLDEST <= sys.version_info[:2] <= NEWEST:
        return _fine("python", f"{version} in {sys.prefix}")
    return _worth_knowing("python", f"{version} is not tested with", f"use {OLDEST[0]}.{OLDEST[1]} to {NEWEST[1]}")


def _folders(root: Path) -> Check:
    if not (root / "inbox").is_dir():
        mend = "make a workspace with 'meta-agent init', or choose one with -C DIR"
        return Check(name="workspace", state=CheckState.FAIL, detail=f"{root} has no inbox/", mend=mend)
    closed = [name for name in FOLDERS if not _can_write(root / name)]
    if closed:
        detail = f"not writable: {', '.join(closed)}"
        return Check(name="workspace", state=CheckState.FAIL, detail=detail, mend="give yourself write permission")
    return _fine("workspace", f"{root}, all folders writable")


def _can_write(folder: Path) -> bool:
    """Whether files can be made in ``folder``, or the folder itself."""
    while not folder.exists():
        folder = folder.parent
    return folder.is_dir() and os.access(folder, os.W_OK | os.X_OK)


def _disk(root: Path) -> Check:
    kind = network_file_system(root)
    if kind:
        mend = "put META_AGENT_STATE_DIR on a local disk; new requests are found by looking, up to seconds later"
        return _worth_knowing("disk", f"the workspace lies on a network drive ({kind})", mend)
    return _fine("disk", "the workspace lies on a local disk")


def _settings(root: Path, settings: Settings) -> Check:
    secrets = root / ".env"
    if secrets.exists() and stat.S_IMODE(secrets.stat().st_mode) & 0o077:
        return _worth_knowing("settings", ".env can be read by other users", f"chmod 600 {secrets}")
    if not _can_write(Path(settings.state_dir)):
        error = ConfigError(
            f"{settings.state_dir} is not writable", hint="set META_AGENT_STATE_DIR to a folder that is"
        )
        return _failed("settings", error)
    return _fine("settings", f"valid; planner {settings.planner}, state in {settings.state_dir}")


def _databases(settings: Settings) -> Iterator[Check]:
    if not settings.database_urls:
        error = ConfigError("no database is set", hint="write DATABASE_URL=… into .env")
        yield _failed("database", error)
    for variable, url in settings.database_urls.items():
        name = "database" if variable == "DATABASE_URL" else f"database {variable}"
        try:
            database = open_database(url.get_secret_value())
            tables = database.schema().tables
        except MetaAgentError as problem:
            yield _failed(name, problem)
            continue
        if tables:
            yield _fine(name, f"{database.dialect}, {len(tables)} tables, opened read-only")
        else:
            yield _worth_knowing(name, f"{database.dialect} without a table", f"does {variable} name the right one?")


def _sandbox(settings: Settings) -> Check:
    with tempfile.TemporaryDirectory(prefix="meta-agent-doctor-") as scratch:
        problems = {str(name): problem for name, problem in sandbox_problems(settings.sandbox, Path(scratch)).items()}
    working = [name for name, problem in problems.items() if not problem]
    wanted = settings.sandbox.backend
    if wanted not in {"auto", "process", *working}:
        reason = problems.get(wanted) or "this version does not have it"
        error = SandboxUnavailable(f"{wanted}: {reason}", hint="set SANDBOX_BACKEND=auto, or repair it")
        return _failed("sandbox", error)
    if working and wanted != "process":
        return _fine("sandbox", f"{working[0]} isolates test runs")
    reasons = "; ".join(f"{name}: {problem}" for name, problem in problems.items() if problem)
    detail = "tests run in a limited process, without isolation" + (f" ({reasons})" if reasons else "")
    return _worth_knowing("sandbox", detail, "good for compiled agents; install bubblewrap to isolate them")


def _docker(settings: Settings, environment: Mapping[str, str]) -> Check:
    try:
        return _fine("docker", f"engine {docker_version(environment)}")
    except SandboxUnavailable as problem:
        if settings.sandbox.backend == "docker":
            return _failed("docker", problem)
        return _worth_knowing("docker", problem.message, "not needed while another sandbox works")


def _llm(settings: Settings) -> Check:
    try:
        models = offered_models(settings.llm)
    except LlmUnavailable as problem:
        if settings.planner == "llm":
            return _failed("model server", problem)
        return _worth_knowing(
            "model server", f"{problem.message}; requests that rules understand work without", problem.hint
        )
    wanted, address = settings.llm.model_name, shown_address(settings.llm.base_url)
    if wanted and wanted not in models:
        offered = f"the server offers {', '.join(models) or 'none'}"
        return _worth_knowing("model server", f"no model '{wanted}'", f"{offered}; set LLM_MODEL_NAME to one of them")
    if not models:
        return _worth_knowing("model server", f"{address} has no model", "download or load one there")
    return _fine("model server", f"{address}, {wanted or models[0]}")


def _memory() -> Check:
    now = memory()
    detail = f"{now.available / GIB:.1f} of {now.total / GIB:.1f} GiB available"
    if now.available < ENOUGH_MEMORY:
        return _worth_knowing("memory", detail, "close something large, or unload the model")
    return _fine("memory", detail)


def _fine(name: str, detail: str) -> Check:
    return Check(name=name, state=CheckState.OK, detail=detail)


def _worth_knowing(name: str, detail: str, mend: str) -> Check:
    return Check(name=name, state=CheckState.WARN, detail=detail, mend=mend)


def _failed(name: str, problem: MetaAgentError) -> Check:
    return Check(name=name, state=CheckState.FAIL, detail=problem.message, mend=problem.hint)
