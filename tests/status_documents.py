"""Status files as the daemon writes them, made from the same types."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from daemon.core.inbox_names import DAEMON_STATUS, status_name
from daemon.core.job import JobState
from daemon.core.status import (
    DaemonStatus,
    Deferral,
    ErrorReport,
    LlmUse,
    OutputFile,
    Question,
    RequestStatus,
    SandboxUse,
    StageReport,
    TestCounts,
)

QUESTION = Question(
    id="q1",
    text="Which figure is stressed by 15 %?",
    options=("net operating income falls", "debt service rises"),
    default="net operating income falls",
)


def write_request_status(root: Path, name: str = "dscr.md", **changes: Any) -> RequestStatus:
    """The status file of a request; ``state`` and everything else may be given."""
    now = datetime.now(UTC)
    given = {
        "request": name,
        "state": JobState.QUEUED,
        "message": "waits for its turn",
        "created_at": now,
        "updated_at": now,
        **changes,
    }
    status = RequestStatus.model_validate(given)
    _write(root / "inbox" / status_name(name), status.model_dump(mode="json"))
    return status


def write_daemon_status(root: Path, *, age_seconds: float = 0.0, state: str = "running", **changes: Any) -> None:
    """The daemon's own status file, its last heartbeat ``age_seconds`` old."""
    beat = datetime.now(UTC) - timedelta(seconds=age_seconds)
    status = DaemonStatus.model_validate(
        {
            "state": state,
            "message": "watches the inbox",
            "pid": 4711,
            "version": "0.1.0",
            "started_at": beat,
            "heartbeat_at": beat,
            "workspace": str(root),
            **changes,
        }
    )
    _write(root / "inbox" / DAEMON_STATUS, status.model_dump(mode="json"))


def succeeded(**changes: Any) -> dict[str, Any]:
    """Everything a finished request says."""
    now = datetime.now(UTC)
    return {
        "state": JobState.SUCCEEDED,
        "message": "data_agent and calc_agent are published and answer",
        "revision": 1,
        "progress": 1.0,
        "started_at": now - timedelta(seconds=2.4),
        "finished_at": now,
        "understanding": "For each property: DSCR = net operating income (financial_metrics.annual_noi) divided by "
        "debt service (financial_metrics.annual_debt_service); PASS from 1.25 on.",
        "assumptions": ("1.25 is the usual limit; the request names none",),
        "warnings": ("2 of 10 properties have no figure for debt service",),
        "stages": (
            StageReport(name="analyze_requirements", state="done", seconds=0.21, detail="1 metric, no model needed"),
            StageReport(name="generate_agent_code", state="done", seconds=0.4),
            StageReport(name="run_tests", state="done", seconds=1.3, detail="34 tests in bubblewrap"),
        ),
        "outputs": (
            OutputFile(kind="agent", path="src/agents/calc_agent.py", sha256="0" * 64),
            OutputFile(kind="test", path="tests/agents/test_calc_agent.py", sha256="0" * 64),
        ),
        "tests": TestCounts(passed=34, mutants=12, mutants_killed=12),
        "sandbox": SandboxUse(backend="bubblewrap"),
        "llm": LlmUse(),
        **changes,
    }


def running(**changes: Any) -> dict[str, Any]:
    """A request under way."""
    return {
        "state": JobState.RUNNING,
        "stage": "generate_agent_code",
        "progress": 0.62,
        "message": "compiles the agents",
        "stages": (
            StageReport(name="analyze_requirements", state="done", seconds=0.21, detail="1 metric"),
            StageReport(name="generate_agent_code", state="running"),
            StageReport(name="run_tests", state="pending"),
        ),
        **changes,
    }


def failed(**changes: Any) -> dict[str, Any]:
    """A request that ended without agents."""
    return {
        "state": JobState.FAILED,
        "message": "the compiled tests fail",
        "error": ErrorReport(
            code="tests_failed",
            message="3 of 34 tests fail",
            hint="see the log, then retry",
            stage="run_tests",
            log="logs/dscr.md/sandbox.txt",
        ),
        **changes,
    }


def deferred(**changes: Any) -> dict[str, Any]:
    """A request that waits for memory."""
    later = datetime.now(UTC) + timedelta(seconds=30)
    return {
        "state": JobState.DEFERRED,
        "message": "waits for memory",
        "progress": 0.3,
        "deferral": Deferral(reason="memory", available_bytes=2 * 2**30, required_bytes=6 * 2**30, next_check_at=later),
        **changes,
    }


def needs_answer(**changes: Any) -> dict[str, Any]:
    """A request that waits for the person."""
    return {"state": JobState.NEEDS_ANSWER, "message": "one question is open", "questions": (QUESTION,), **changes}


def _write(path: Path, document: dict[str, Any]) -> None:
    path.write_text(json.dumps(document), encoding="utf-8")
