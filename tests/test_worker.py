"""The worker: every way an attempt can end, and what the store and the status file say then."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from fakes import FakeClock, RecordingBoard

from daemon.adapters.store import SqlStore, open_store
from daemon.core.errors import ConfigError, DatabaseUnavailable, StoreError
from daemon.core.job import Job, JobState
from daemon.core.outcome import Outcome, Progress
from daemon.core.request import Request, content_hash
from daemon.core.status import ErrorReport, OutputFile, StageReport, TestCounts
from daemon.worker import LONGEST_WAIT, SHORTEST_WAIT, Pipeline, Worker

STAGES = (
    StageReport(name="analyze_requirements", state="done", seconds=0.1),
    StageReport(name="design_agent_architecture", state="running"),
    StageReport(name="deploy_agent", state="pending"),
    StageReport(name="verify_agent_health", state="pending"),
)
DONE = Outcome(state=JobState.SUCCEEDED, message="2 agents")


class Bench:
    """A worker on a real store, with what it did."""

    def __init__(self, store: SqlStore) -> None:
        self.store = store
        self.clock = FakeClock()
        self.board = RecordingBoard()
        self.logs: list[str] = []
        self.pipeline: Pipeline = lambda job, request, progress: DONE
        self.worker = Worker(store, self.board, self.clock, self._run, self._keep)

    def drop(self, name: str = "dscr.md", text: str = "DSCR", priority: int = 5) -> Job:
        content = text.encode()
        return self.store.accept(name, content_hash(content), priority, content, self.clock.now())

    def work(self) -> Job:
        job = self.worker.run_next()
        assert job is not None
        return job

    def report(self, name: str = "dscr.md") -> dict[str, Any]:
        job = self.store.latest(name)
        assert job is not None
        assert job.report is not None
        return job.report

    def raising(self, problem: Exception) -> None:
        def pipeline(job: Job, request: Request, progress: Progress) -> Outcome:
            progress.report(STAGES, "designing")
            raise problem

        self.pipeline = pipeline

    def _run(self, job: Job, request: Request, progress: Progress) -> Outcome:
        return self.pipeline(job, request, progress)

    def _keep(self, job: Job, text: str) -> str:
        self.logs.append(text)
        return "logs/dscr/1.log"


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    store = open_store(f"sqlite:///{tmp_path / 'store.db'}", owner="host:/workspace")
    yield Bench(store)
    store.close()


def test_without_jobs_there_is_nothing_to_do(bench: Bench) -> None:
    assert bench.worker.run_next() is None
    assert bench.board.restated == []


def test_the_pipeline_gets_the_request_as_it_was_accepted(bench: Bench) -> None:
    bench.drop(text="+++\ntitle = 'T'\n+++\nDSCR please\n")
    seen: list[Request] = []

    def pipeline(job: Job, request: Request, progress: Progress) -> Outcome:
        seen.append(request)
        assert bench.worker.current == "dscr.md"
        return DONE

    bench.pipeline = pipeline
    job = bench.work()
    assert (seen[0].name, seen[0].text, seen[0].options.title, seen[0].sha256) == (
        "dscr.md",
        "DSCR please",
        "T",
        job.sha256,
    )
    assert bench.worker.current is None


def test_progress_is_kept_and_shown_at_every_step(bench: Bench) -> None:
    bench.drop()

    def pipeline(job: Job, request: Request, progress: Progress) -> Outcome:
        progress.report(STAGES, "designing")
        report = bench.report()
        assert (report["stage"], report["progress"], report["message"]) == (
            "design_agent_architecture",
            0.25,
            "designing",
        )
        assert bench.board.restated == ["dscr.md", "dscr.md"]
        return DONE

    bench.pipeline = pipeline
    assert bench.work().state is JobState.SUCCEEDED


def test_an_outcome_is_recorded_whole(bench: Bench) -> None:
    bench.drop()
    output = OutputFile(kind="agent", path="src/agents/calc_agent.py", sha256="0" * 64)
    bench.pipeline = lambda *_: Outcome(
        state=JobState.SUCCEEDED,
        message="done",
        understanding="DSCR is …",
        warnings=("w",),
        assumptions=("a",),
        outputs=(output,),
        tests=TestCounts(passed=3),
        backend="bubblewrap",
    )
    job = bench.work()
    assert (job.state, job.finished_at) == (JobState.SUCCEEDED, bench.clock.now())
    report = bench.report()
    assert report["outputs"] == [output.model_dump()]
    assert report["sandbox"] == {"backend": "bubblewrap"}
    assert (report["understanding"], report["warnings"], report["assumptions"]) == ("DSCR is …", ["w"], ["a"])
    assert (report["progress"], report["tests"]["passed"]) == (1.0, 3)
    assert bench.board.restated[-1] == "dscr.md"


@pytest.mark.parametrize("state", [JobState.FAILED, JobState.REFUSED, JobState.NEEDS_ANSWER, JobState.CANCELLED])
def test_every_end_frees_the_worker(bench: Bench, state: JobState) -> None:
    bench.drop("a.md")
    bench.drop("b.md")
    bench.pipeline = lambda *_: Outcome(state=state, message="no")
    assert bench.work().state is state
    assert bench.work().request == "b.md"


def test_a_mistake_of_ours_fails_the_job_and_keeps_its_trace(bench: Bench) -> None:
    bench.drop("a.md")
    bench.drop("b.md")
    bench.raising(KeyError("secret value"))
    job = bench.work()
    error = ErrorReport.model_validate(bench.report("a.md")["error"])
    assert job.state is JobState.FAILED
    assert (error.code, error.stage, error.log) == (
        "internal_error",
        "design_agent_architecture",
        "logs/dscr/1.log",
    )
    assert "KeyError: 'secret value'" in bench.logs[0]
    assert "secret" not in str(bench.report("a.md"))
    assert [s["state"] for s in bench.report("a.md")["stages"]] == ["done", "failed", "pending", "pending"]
    bench.pipeline = lambda *_: DONE
    assert bench.work().request == "b.md"


def test_an_error_that_does_not_mend_itself_fails_with_its_own_words(bench: Bench) -> None:
    bench.drop()
    bench.raising(ConfigError("CHINOOK_URL holds no database URL", hint="write it into .env"))
    assert bench.work().state is JobState.FAILED
    error = bench.report()["error"]
    assert (error["code"], error["message"], error["hint"]) == (
        "configuration",
        "CHINOOK_URL holds no database URL",
        "write it into .env",
    )


@pytest.mark.parametrize(
    "pipeline",
    [
        lambda *_: Outcome(state=JobState.DEFERRED, message="no server", deferral="llm_unavailable"),
        lambda *_: (_ for _ in ()).throw(DatabaseUnavailable("no server")),
    ],
    ids=["outcome", "error"],
)
def test_what_mends_itself_waits_ever_longer(bench: Bench, pipeline: Pipeline) -> None:
    bench.drop()
    bench.pipeline = pipeline
    waits: list[timedelta] = []
    for _ in range(8):
        job = bench.work()
        assert job.state is JobState.DEFERRED
        assert job.retry_at is not None
        assert bench.report()["deferral"]["next_check_at"] == job.retry_at.isoformat().replace("+00:00", "Z")
        waits.append(job.retry_at - bench.clock.now())
        bench.clock.advance(waits[-1].total_seconds() - 1)
        assert bench.worker.run_next() is None
        bench.clock.advance(1)
    assert waits[0] == SHORTEST_WAIT
    assert waits[-1] == LONGEST_WAIT
    assert waits == sorted(waits)


def test_a_request_may_be_stopped_by_the_person_or_a_newer_revision(bench: Bench) -> None:
    answers: list[bool] = []

    def pipeline(job: Job, request: Request, progress: Progress) -> Outcome:
        answers.append(progress.is_cancelled())
        if request.text == "A":
            bench.drop(text="B")
        else:
            bench.store.request_cancel("dscr.md", bench.clock.now())
        answers.append(progress.is_cancelled())
        return Outcome(state=JobState.CANCELLED, message="stopped")

    bench.pipeline = pipeline
    bench.drop(text="A")
    assert (bench.work().revision, bench.work().revision) == (1, 2)
    assert answers == [False, True, False, True]
    assert bench.store.counts() == {"cancelled": 1}


def test_a_job_stopped_with_the_daemon_goes_on_at_its_next_start(bench: Bench) -> None:
    bench.drop()

    def pipeline(job: Job, request: Request, progress: Progress) -> Outcome:
        bench.worker.stop.set()
        assert progress.is_cancelled()
        return Outcome(state=JobState.CANCELLED, message="stopped")

    bench.pipeline = pipeline
    job = bench.work()
    assert (job.state, job.attempts, job.finished_at) == (JobState.QUEUED, 0, None)
    assert "starts again" in bench.report()["message"]


def test_a_private_copy_that_is_no_request_any_more_fails_the_job(bench: Bench) -> None:
    bench.store.accept("dscr.md", "0" * 64, 5, b"\0", bench.clock.now())
    assert bench.work().state is JobState.FAILED
    assert bench.report()["error"]["code"] == "invalid_request"


@pytest.fixture
def running(bench: Bench) -> Iterator[Callable[[], None]]:
    """Start the worker's thread; it is stopped at the end."""
    thread = threading.Thread(target=bench.worker.run)
    yield thread.start
    bench.worker.stop.set()
    bench.worker.wake.set()
    if thread.ident:
        thread.join(10)
    assert not thread.is_alive()


def test_a_waiting_worker_is_woken(bench: Bench, running: Callable[[], None]) -> None:
    worked = threading.Event()

    def pipeline(job: Job, request: Request, progress: Progress) -> Outcome:
        worked.set()
        return DONE

    bench.pipeline = pipeline
    running()
    bench.drop()
    bench.worker.wake.set()
    assert worked.wait(10)


def test_a_store_that_fails_in_the_middle_is_asked_again(
    bench: Bench, running: Callable[[], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("daemon.worker.STORE_PAUSE_SECONDS", 0.01)
    attempts: list[int] = []
    done = threading.Event()

    def pipeline(job: Job, request: Request, progress: Progress) -> Outcome:
        attempts.append(job.attempts)
        if len(attempts) == 1:
            raise StoreError("disk full")
        done.set()
        return DONE

    bench.pipeline = pipeline
    bench.drop()
    running()
    assert done.wait(10)
    assert attempts == [1, 2]
