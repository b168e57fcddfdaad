"""A request through all tools, on a real database and a real sandbox; the rest of the world may fail."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from fakes import FailingAgents, MemoryWorkspace, RecordingProgress, UnavailableSandbox, UnreachableDatabase
from pydantic import SecretStr
from specs import dscr_spec

from daemon import pipeline, service
from daemon.compiler.header import spec_toml
from daemon.core.config import SandboxSettings, Settings
from daemon.core.errors import DatabaseUnavailable, WorkspaceError
from daemon.core.job import JobState
from daemon.core.outcome import Outcome
from daemon.core.ports import Ports
from daemon.core.request import parse
from daemon.pipeline.stages import STAGES

DSCR = "I need an agent to calculate DSCR for properties"
SMOOTHED = "Calculate DSCR for properties, smoothed by gut feeling"
PUBLISHED = {
    "agent_specs/calc_agent.toml",
    "src/agents/data_agent.py",
    "src/agents/calc_agent.py",
    "tests/agents/test_data_agent.py",
    "tests/agents/test_calc_agent.py",
    "docs/agents/data_agent.md",
    "docs/agents/calc_agent.md",
}


class Bench:
    """A pipeline over a workspace in memory, with what it reported."""

    def __init__(self, settings: Settings, ports: Ports) -> None:
        self.workspace = MemoryWorkspace()
        self.progress = RecordingProgress()
        self.settings = settings
        self.ports = replace(ports, workspace=self.workspace)

    def run(self, text: str = DSCR, front: str = "") -> Outcome:
        content = f"+++\n{front}\n+++\n{text}" if front else text
        return pipeline.run(parse("dscr.md", content.encode()), "job-7", self.ports, self.settings, self.progress)

    def states(self) -> dict[str, str]:
        return {stage.name: stage.state for stage in self.progress.reports[-1][0]}


@pytest.fixture
def bench(tmp_path: Path, orlando_sqlite: str) -> Bench:
    settings = Settings(
        workspace=tmp_path,
        state_dir=tmp_path / ".meta-agent",
        store_url=SecretStr("sqlite://"),
        database_urls={"DATABASE_URL": SecretStr(orlando_sqlite)},
        sandbox=SandboxSettings(backend="process"),
    )
    ports = service.ports_for(settings)
    return Bench(settings, ports)


def test_a_request_ends_with_everything_published(bench: Bench, orlando_sqlite: str) -> None:
    # The published agent is called where it lies: on the disk.
    bench.ports = service.ports_for(bench.settings)

    outcome = bench.run()

    assert outcome.state is JobState.SUCCEEDED, outcome
    assert {o.path for o in outcome.outputs} >= PUBLISHED
    assert outcome.message == "calc_agent is ready: DSCR"
    assert outcome.understanding is not None
    assert outcome.understanding.startswith("One result per property")
    assert outcome.tests is not None
    assert (outcome.tests.failed, outcome.tests.mutants) == (0, outcome.tests.mutants_killed)
    assert outcome.tests.passed > 0
    assert (outcome.backend, outcome.llm and outcome.llm.planner) == ("process", "rules")
    assert outcome.provenance is not None
    assert any("have no DSCR" in warning for warning in outcome.warnings)
    assert set(bench.states().values()) == {"done"}
    assert [stage.name for stage in bench.progress.reports[-1][0]] == list(STAGES)
    log = Path(bench.settings.workspace) / "logs" / "dscr" / "tests.log"
    assert log.read_text(encoding="utf-8").startswith("job job-7")


@pytest.mark.parametrize("content", [b"broken [", b"\xff\xfe", b"a.b = 1"])
def test_a_spec_that_was_broken_by_hand_keeps_no_request_from_its_agents(bench: Bench, content: bytes) -> None:
    bench.ports = service.ports_for(bench.settings)
    folder = Path(bench.settings.workspace) / "agent_specs"
    folder.mkdir()
    (folder / "other_agent.toml").write_bytes(content)

    assert bench.run().state is JobState.SUCCEEDED
    assert (folder / "other_agent.toml").read_bytes() == content


def test_an_agent_that_fails_once_published_is_withdrawn(bench: Bench) -> None:
    bench.ports = replace(bench.ports, agents=FailingAgents(bench.ports.agents))

    outcome = bench.run()

    assert outcome.state is JobState.FAILED
    assert outcome.error is not None
    assert (outcome.error.code, outcome.error.stage) == ("unhealthy", "verify_agent_health")
    assert bench.workspace.withdrawn == ["dscr.md"]


@pytest.mark.parametrize(("rehearsals", "stage"), [(True, "run_tests"), (False, "verify_agent_health")])
def test_a_database_that_goes_away_on_the_way_is_waited_for(bench: Bench, rehearsals: bool, stage: str) -> None:
    away = DatabaseUnavailable("the server closed the connection")
    bench.ports = replace(bench.ports, agents=FailingAgents(bench.ports.agents, away, rehearsals=rehearsals))

    outcome = bench.run()

    assert (outcome.state, outcome.deferral) == (JobState.DEFERRED, "database_unavailable")
    assert bench.states()[stage] == "failed"
    assert bench.workspace.withdrawn == ([] if rehearsals else ["dscr.md"]), "nothing unproven stays published"


def test_a_request_that_is_cancelled_once_published_is_withdrawn(bench: Bench) -> None:
    bench.progress = RecordingProgress(cancel_after=list(STAGES).index("verify_agent_health"))

    assert bench.run().state is JobState.CANCELLED
    assert bench.workspace.withdrawn == ["dscr.md"]


def test_a_publication_that_is_refused_fails_with_the_reason(bench: Bench) -> None:
    bench.workspace.refusal = WorkspaceError("src/agents/calc_agent.py was written by a person", hint="rename it")

    outcome = bench.run()

    assert outcome.state is JobState.FAILED
    assert outcome.error is not None
    assert (outcome.error.code, outcome.error.stage, outcome.error.hint) == ("workspace", "deploy_agent", "rename it")
    assert "src/agents/calc_agent.py" not in bench.workspace.files


def test_a_database_that_is_away_is_waited_for(bench: Bench) -> None:
    bench.ports = replace(bench.ports, database=UnreachableDatabase())

    outcome = bench.run()

    assert (outcome.state, outcome.deferral) == (JobState.DEFERRED, "database_unavailable")
    assert "does not answer" in outcome.message
    assert bench.workspace.files == {}


def test_a_sandbox_that_is_away_is_waited_for(bench: Bench) -> None:
    bench.ports = replace(bench.ports, sandbox=UnavailableSandbox())

    outcome = bench.run()

    assert (outcome.state, outcome.deferral) == (JobState.DEFERRED, "sandbox_unavailable")
    assert bench.states()["run_tests"] == "failed"
    assert bench.workspace.files == {}


@pytest.mark.parametrize(
    ("text", "front", "state", "stage"),
    [
        ("Delete all properties older than 1990", "", JobState.REFUSED, "analyze_requirements"),
        (SMOOTHED, "", JobState.DEFERRED, None),
        (
            SMOOTHED,
            "planner = 'rules'",
            JobState.FAILED,
            "analyze_requirements",
        ),
        ("Calculate the NOI per square foot of each property", "", JobState.NEEDS_ANSWER, None),
    ],
)
def test_a_request_that_is_not_built_publishes_nothing(
    bench: Bench, text: str, front: str, state: JobState, stage: str | None
) -> None:
    outcome = bench.run(text, front)

    assert outcome.state is state, outcome
    assert (outcome.error.stage if outcome.error else None) == stage
    assert bool(outcome.questions) is (state is JobState.NEEDS_ANSWER)
    assert bench.workspace.files == {}


@pytest.mark.parametrize("done", [0, 1, 4])
def test_a_cancelled_request_stops_before_its_next_stage(bench: Bench, done: int) -> None:
    bench.progress = RecordingProgress(cancel_after=done)

    outcome = bench.run()

    assert (outcome.state, outcome.message) == (JobState.CANCELLED, f"stopped before {STAGES[done]}")
    assert bench.workspace.files == {}


def test_a_broken_spec_of_somebody_else_does_not_matter(bench: Bench) -> None:
    bench.progress = RecordingProgress(cancel_after=3)
    bench.workspace.files |= {
        "agent_specs/odd.toml": b"title = ",
        "agent_specs/other.toml": b"title = 'x'",
        "agent_specs/ltv_calc.toml": spec_toml(dscr_spec()).encode(),
        "glossary.toml": b"",
    }

    assert bench.run().state is JobState.CANCELLED


def test_a_glossary_that_cannot_be_read_fails_with_its_place(bench: Bench) -> None:
    bench.workspace.files["glossary.toml"] = b"noi = "

    outcome = bench.run()

    assert outcome.state is JobState.FAILED
    assert outcome.error is not None
    assert "glossary" in outcome.error.message
