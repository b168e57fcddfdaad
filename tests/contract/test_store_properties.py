"""Whatever people and crashes do in whatever order, no request is lost, none runs twice at once."""

from __future__ import annotations

import tempfile
from pathlib import Path

from fakes import FakeClock
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from daemon.adapters.store import open_store
from daemon.core.job import MAX_RESUMES, JobState
from daemon.core.request import content_hash

NAMES = st.sampled_from(["a.md", "b.md"])
TEXTS = st.sampled_from([b"A", b"B"])
ENDS = st.sampled_from([JobState.SUCCEEDED, JobState.FAILED, JobState.NEEDS_ANSWER, JobState.DEFERRED, JobState.QUEUED])


class StoreMachine(RuleBasedStateMachine):
    """A store beside a model of it: what was dropped last under each name, and how high its revisions went."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.store = open_store(f"sqlite:///{Path(self.folder.name) / 'store.db'}", owner="host:/workspace")
        self.clock = FakeClock()
        self.dropped: dict[str, bytes] = {}
        self.revisions: dict[str, int] = {}
        self.crashes: dict[str, int] = {}

    def teardown(self) -> None:
        self.store.close()
        self.folder.cleanup()

    @rule(name=NAMES, text=TEXTS, priority=st.integers(0, 9))
    def accept(self, name: str, text: bytes, priority: int) -> None:
        job = self.store.accept(name, content_hash(text), priority, text, self.clock.now())
        before = self.revisions.get(name, 0)
        assert job.revision in (before, before + 1)
        if self.dropped.get(name) != text:
            assert job.revision == before + 1
        self.dropped[name], self.revisions[name] = text, job.revision

    @rule()
    def claim(self) -> None:
        waiting = self.store.waiting(1)
        running = self.store.counts().get("running", 0)
        job = self.store.claim(self.clock.now())
        if job is not None:
            assert job.id == waiting[0].id
            assert running == 0
            assert self.store.content(job.id) == self.dropped[job.request], "an outdated revision was started"

    @rule(state=ENDS)
    def finish(self, state: JobState) -> None:
        job = next((job for job in self.store.all_latest() if job.state is JobState.RUNNING), None)
        if job is not None:
            done = self.store.finish(job.id, state, {"message": "x"}, self.clock.now())
            waits = state in (JobState.DEFERRED, JobState.QUEUED)
            assert done.state is (JobState.CANCELLED if waits and job.cancel_requested else state)
            self.crashes.pop(job.id, None)

    @rule(name=NAMES)
    def cancel(self, name: str) -> None:
        job = self.store.request_cancel(name, self.clock.now())
        assert job is None or job.cancel_requested or job.state is JobState.CANCELLED

    @rule(name=NAMES)
    def withdraw(self, name: str) -> None:
        if self.store.withdraw(name, self.clock.now()) is not None:
            self.dropped[name] = b""

    @rule(name=NAMES)
    def retry(self, name: str) -> None:
        job = self.store.retry(name, self.clock.now())
        if job is not None:
            self.crashes.pop(job.id, None)
            content = self.store.content(job.id)
            self.dropped[name] = content

    @rule()
    def die_and_recover(self) -> None:
        for job in self.store.recover(self.clock.now()):
            crashes = self.crashes[job.id] = self.crashes.get(job.id, 0) + 1
            if job.state is JobState.FAILED:
                assert crashes == MAX_RESUMES + 1
            elif job.state is JobState.QUEUED:
                assert crashes <= MAX_RESUMES

    @rule(seconds=st.integers(1, 400))
    def time_passes(self, seconds: int) -> None:
        self.clock.advance(seconds)

    @invariant()
    def nothing_is_lost(self) -> None:
        latest = {job.request: job for job in self.store.all_latest()}
        assert {name: job.revision for name, job in latest.items()} == self.revisions
        for job in latest.values():
            assert content_hash(self.store.content(job.id)) == job.sha256

    @invariant()
    def at_most_one_runs(self) -> None:
        assert sum(job.state is JobState.RUNNING for job in self.store.all_latest()) <= 1

    @invariant()
    def whatever_waits_has_its_place(self) -> None:
        waiting = self.store.waiting(10)
        ahead = [self.store.ahead(job) for job in waiting]
        assert [place - ahead[0] for place in ahead] == list(range(len(ahead)))


TestStoreMachine = StoreMachine.TestCase
TestStoreMachine.settings = settings(max_examples=25, stateful_step_count=25, deadline=None)
