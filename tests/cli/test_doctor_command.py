"""``meta-agent doctor`` and its probes."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from person import Person
from status_documents import write_daemon_status

from daemon.adapters import machine
from daemon.adapters.diagnosis import diagnose
from daemon.adapters.docker_probe import docker_version
from daemon.adapters.llm_probe import offered_models
from daemon.cli.main import main
from daemon.cli.render.checks import checks_view
from daemon.core.config import LlmSettings
from daemon.core.errors import LlmUnavailable, SandboxUnavailable
from daemon.core.health import Check, CheckState

Serve = Callable[[int, Any], str]
NO_DOCKER = "unix:///nowhere/docker.sock"


@pytest.fixture(autouse=True)
def _nothing_of_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOCKER_HOST", NO_DOCKER)
    monkeypatch.setenv("LLM_BASE_URL", "http://127.0.0.1:1/v1")


@pytest.fixture
def serve() -> Iterator[Serve]:
    """Start a model server that answers everything with a status and a JSON value; returns its base URL."""
    servers = []

    def start(status: int, answer: Any) -> str:
        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                content = json.dumps(answer).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, *_arguments: object) -> None:
                pass

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        servers.append((server, thread))
        return f"http://127.0.0.1:{server.server_port}/v1"

    yield start
    for server, thread in servers:
        server.shutdown()
        thread.join()
        server.server_close()


def _models(*names: str) -> dict[str, Any]:
    return {"object": "list", "data": [{"id": name, "object": "model"} for name in names]}


def _found(root: Path, name: str, **environment: str) -> Check:
    given = {"LLM_BASE_URL": "http://127.0.0.1:1/v1", "DOCKER_HOST": NO_DOCKER, **environment}
    return next(check for check in diagnose(root, given) if check.name == name)


def test_a_model_server_is_asked_for_its_models(serve: Serve) -> None:
    url = serve(200, _models("coder-7b", "embedder"))
    assert offered_models(LlmSettings(base_url=url)) == ("coder-7b", "embedder")


@pytest.mark.parametrize(
    ("status", "answer", "words"),
    [
        (401, {"error": {"message": "bad token sk-secret", "code": "invalid_api_key"}}, "LLM_API_KEY"),
        (404, {"detail": "nothing here"}, "OpenAI-compatible"),
        (500, {}, "HTTP status 500"),
        (200, ["a list"], "no list of models"),
        (200, {"error": "Unexpected endpoint or method. (GET /models)"}, "no list of models"),
    ],
)
def test_a_server_that_refuses_is_told_without_its_words(serve: Serve, status: int, answer: object, words: str) -> None:
    with pytest.raises(LlmUnavailable) as problem:
        offered_models(LlmSettings(base_url=serve(status, answer)))
    assert words in str(problem.value)
    assert "sk-secret" not in str(problem.value)


def test_no_server_is_told_without_password_and_with_the_way_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    with pytest.raises(LlmUnavailable) as problem:
        offered_models(LlmSettings(base_url="http://me:hunter2@127.0.0.1:1/v1"))
    assert "no model server answers at http://127.0.0.1:1/v1" in str(problem.value)
    assert "LLM_BASE_URL" in str(problem.value)


def test_no_docker_engine_is_told() -> None:
    with pytest.raises(SandboxUnavailable, match="no Docker engine answers"):
        docker_version({"DOCKER_HOST": "tcp://127.0.0.1:1"})
    with pytest.raises(SandboxUnavailable, match="no Docker engine answers"):
        docker_version({"DOCKER_HOST": NO_DOCKER})


def test_a_sample_workspace_has_nothing_that_fails(workspace: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_daemon_status(workspace)
    assert main(["-C", str(workspace), "doctor", "--json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    checks = {check["name"]: check for check in answer["checks"]}
    assert answer["ok"] is True
    assert checks["database"]["detail"] == "sqlite, 2 tables, opened read-only"
    assert checks["daemon"]["state"] == "ok"
    assert all(check["mend"] for check in answer["checks"] if check["state"] != "ok")


def test_what_fails_is_shown_with_how_to_mend_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["-C", str(tmp_path), "doctor"]) == 1
    shown = " ".join(capsys.readouterr().out.split())
    assert "has no inbox/" in shown
    assert "meta-agent init" in shown
    assert "write DATABASE_URL=" in shown
    assert "checks failed" in shown


def test_broken_settings_are_one_of_the_checks(workspace: Path) -> None:
    (workspace / "meta-agent.toml").write_text("LLM_TEMPRATURE = 1\n")
    check = _found(workspace, "settings")
    assert check.state is CheckState.FAIL
    assert "LLM_TEMPERATURE" in check.mend


def test_a_readable_env_file_is_worth_knowing(workspace: Path) -> None:
    (workspace / ".env").chmod(0o644)
    assert "chmod 600" in _found(workspace, "settings").mend


@pytest.mark.parametrize(
    ("url", "state", "words"),
    [
        ("sqlite:///missing.db", CheckState.FAIL, "does not exist"),
        ("postgresql://reader:hunter2@127.0.0.1:1/db", CheckState.FAIL, ""),
    ],
)
def test_a_database_out_of_reach_fails_without_its_password(
    workspace: Path, url: str, state: CheckState, words: str
) -> None:
    check = _found(workspace, "database", DATABASE_URL=url)
    assert check.state is state
    assert words in check.detail
    assert check.mend
    assert "hunter2" not in f"{check.detail}{check.mend}"


def test_every_database_is_looked_at(workspace: Path) -> None:
    check = _found(workspace, "database OTHER_URL", OTHER_URL="sqlite:///orlando.db")
    assert check.state is CheckState.OK


@pytest.mark.parametrize(
    ("wanted", "models", "state"),
    [
        ("", ["coder-7b"], CheckState.OK),
        ("coder-7b", ["x", "coder-7b"], CheckState.OK),
        ("missing", ["coder-7b"], CheckState.WARN),
        ("", [], CheckState.WARN),
    ],
)
def test_the_wanted_model_must_be_there(
    serve: Serve, workspace: Path, wanted: str, models: list[str], state: CheckState
) -> None:
    url = serve(200, _models(*models))
    assert _found(workspace, "model server", LLM_BASE_URL=url, LLM_MODEL_NAME=wanted).state is state


def test_without_a_model_server_only_the_llm_planner_fails(workspace: Path) -> None:
    assert _found(workspace, "model server").state is CheckState.WARN
    assert _found(workspace, "model server", META_AGENT_PLANNER="llm").state is CheckState.FAIL


def test_a_sandbox_that_was_asked_for_must_work(workspace: Path) -> None:
    assert _found(workspace, "sandbox", SANDBOX_BACKEND="seatbelt").state is CheckState.FAIL
    assert _found(workspace, "sandbox", SANDBOX_BACKEND="process").state is CheckState.WARN
    assert _found(workspace, "docker", SANDBOX_BACKEND="docker").state is CheckState.FAIL
    assert _found(workspace, "docker").state is CheckState.WARN


def test_little_memory_is_worth_knowing(workspace: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("psutil.virtual_memory", lambda: SimpleNamespace(total=16 * 2**30, available=2**29))
    check = _found(workspace, "memory")
    assert (check.state, check.detail) == (CheckState.WARN, "0.5 of 16.0 GiB available")


def test_a_network_drive_is_worth_knowing(workspace: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    mounts = [SimpleNamespace(mountpoint="/", fstype="ext4"), SimpleNamespace(mountpoint=str(workspace), fstype="nfs4")]
    monkeypatch.setattr("psutil.disk_partitions", lambda all: mounts)
    assert machine.network_file_system(workspace / "inbox") == "nfs4"
    assert machine.network_file_system(workspace.parent) == ""
    assert "META_AGENT_STATE_DIR" in _found(workspace, "disk").mend


@pytest.mark.parametrize("columns", [60, 120])
def test_long_findings_wrap(workspace: Path, columns: int) -> None:
    person = Person(workspace, columns=columns)
    checks = [
        Check(name="database", state=CheckState.FAIL, detail="word " * 40, mend="mend " * 30),
        Check(name="disk", state=CheckState.WARN, detail="x", mend="y"),
        Check(name="python", state=CheckState.OK, detail="3.11"),
    ]
    person.terminal.console.print(checks_view(checks, person.terminal.symbols))
    assert max(len(line) for line in person.sees.splitlines()) <= columns
    assert "1 of 3 checks failed" in person.sees
