"""Wiring: what a request gets of the outside world, and what it is told when that is not there."""

from __future__ import annotations

import stat
import threading
from pathlib import Path

import pytest

from daemon import service
from daemon.core.errors import ConfigError, WorkspaceError
from daemon.core.job import JobState
from daemon.core.outcome import Outcome


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "inbox").mkdir()
    (tmp_path / "meta-agent.toml").write_text("META_AGENT_SETTLE_SECONDS = 0\nSANDBOX_BACKEND = 'process'\n")
    return tmp_path


def test_ports_are_those_of_the_database_that_is_named(
    root: Path, chinook_sqlite: str, orlando_sqlite: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", orlando_sqlite)
    monkeypatch.setenv("CHINOOK_URL", chinook_sqlite)
    settings = service.open_workspace(root)
    plain, named = service.ports_for(settings), service.ports_for(settings, "CHINOOK_URL")
    assert "properties" in {table.ref.name for table in plain.database.schema().tables}
    assert "Invoice" in {table.ref.name for table in named.database.schema().tables}
    assert plain.sandbox.backend == "process"


def test_a_variable_without_a_database_is_named_with_the_nearest_one(root: Path) -> None:
    settings = service.open_workspace(root)
    with pytest.raises(ConfigError, match="DATABASE_URL holds no database URL") as caught:
        service.ports_for(settings)
    assert ".env" in caught.value.hint
    (root / ".env").write_text("CHINOOK_URL=sqlite:///c.db\n")
    with pytest.raises(ConfigError, match="CHINOK_URL") as caught:
        service.ports_for(service.open_workspace(root), "CHINOK_URL")
    assert "CHINOOK_URL" in caught.value.hint


def test_a_request_for_an_unknown_database_fails_with_that_reason(root: Path) -> None:
    (root / "inbox" / "a.md").write_text('+++\ndatabase = "NOWHERE_URL"\n+++\nDSCR')
    assert service.Daemon(service.open_workspace(root)).run(once=True) == 1
    with service.job_control(service.open_workspace(root)) as jobs:
        job = jobs.latest("a.md")
    assert job is not None
    assert job.report is not None
    assert (job.state, job.report["error"]["code"]) == (JobState.FAILED, "configuration")
    assert "NOWHERE_URL" in job.report["error"]["message"]


def test_state_is_private_and_a_folder_that_was_there_stays_as_it_was(root: Path) -> None:
    with service.job_control(service.open_workspace(root)):
        pass
    assert stat.S_IMODE((root / ".meta-agent").stat().st_mode) == 0o700
    shared = root / "shared"
    shared.mkdir(mode=0o755)
    with service.job_control(service.open_workspace(root, {"META_AGENT_STATE_DIR": str(shared)})):
        pass
    assert stat.S_IMODE(shared.stat().st_mode) == 0o755


def test_a_workspace_without_room_for_an_inbox_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "inbox").write_text("in the way")
    with pytest.raises(WorkspaceError, match="inbox"):
        service.Daemon(service.open_workspace(tmp_path)).run(once=True)


def test_a_daemon_may_be_stopped_from_another_thread(root: Path) -> None:
    worked = threading.Event()

    def pipeline(*_: object) -> Outcome:
        worked.set()
        return Outcome(state=JobState.SUCCEEDED, message="done")

    (root / "inbox" / "a.md").write_text("DSCR")
    daemon = service.Daemon(service.open_workspace(root), pipeline)
    codes: list[int] = []
    thread = threading.Thread(target=lambda: codes.append(daemon.run()))
    thread.start()
    assert worked.wait(20)
    daemon.stop()
    thread.join(20)
    assert codes == [0]
    log = (root / "logs" / "daemon.log").read_text()
    assert "started" in log
    assert "stopped" in log


def test_the_formula_library_and_the_diagnosis_are_offered(root: Path) -> None:
    assert service.formulas().formula("dscr") is not None
    assert {check.name for check in service.diagnose(root)} >= {"python", "workspace"}
