"""What every job store promises, on SQLite and on PostgreSQL."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from fakes import FakeClock

from daemon.adapters.store import SqlStore, open_store
from daemon.core.errors import StoreError
from daemon.core.job import MAX_RESUMES, Job, JobState
from daemon.core.ports import Store
from daemon.core.request import content_hash

REASON = {"code": "invalid_request", "message": "byte 1 is NUL", "hint": "save it as text"}
ODD_NAMES = ("caf\udce9.md", "a\nb.md", "-rf.md", "😀 Größe.md", "x" * 252 + ".md", 'it\'s "quoted" \\ 100%.md')


@pytest.fixture(params=["sqlite", "postgres"])
def store_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'a folder' / 'store ü.db'}"
    url: str = request.getfixturevalue("postgres_url")
    return url.replace("postgresql://", "postgresql+psycopg2://", 1)


@pytest.fixture
def open_again(store_url: str) -> Iterator[Callable[[], SqlStore]]:
    """Open the store once more, as another process would."""
    opened: list[SqlStore] = []

    def again() -> SqlStore:
        opened.append(open_store(store_url, owner="host:/workspace"))
        return opened[-1]

    yield again
    for store in opened:
        store.close()


@pytest.fixture
def store(open_again: Callable[[], SqlStore]) -> SqlStore:
    return open_again()


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


def accept(store: Store, clock: FakeClock, name: str = "dscr.md", text: str = "DSCR", priority: int = 5) -> Job:
    content = text.encode()
    return store.accept(name, content_hash(content), priority, content, clock.now())


def claimed(store: Store, clock: FakeClock) -> Job:
    job = store.claim(clock.now())
    assert job is not None
    return job


def ended(store: Store, clock: FakeClock, state: JobState = JobState.SUCCEEDED) -> Job:
    return store.finish(claimed(store, clock).id, state, {"message": "done"}, clock.now())


def latest(store: Store, name: str = "dscr.md") -> Job:
    job = store.latest(name)
    assert job is not None
    return job


def test_an_accepted_request_is_queued_with_its_copy(store: SqlStore, clock: FakeClock) -> None:
    job = accept(store, clock, text="DSCR\r\nplease  ")
    assert (job.state, job.revision, job.attempts, job.created_at) == (JobState.QUEUED, 1, 0, clock.now())
    assert store.content(job.id) == b"DSCR\r\nplease  "
    assert store.latest("dscr.md") == job


@pytest.mark.parametrize("name", ODD_NAMES, ids=ascii)
def test_a_name_comes_back_as_it_was(store: SqlStore, clock: FakeClock, name: str) -> None:
    job = accept(store, clock, name)
    assert job.request == name
    assert store.latest(name) == job
    assert store.twins("other.md", job.sha256, 9) == (name,)


def test_the_same_content_again_is_the_same_job_in_every_state(store: SqlStore, clock: FakeClock) -> None:
    first = accept(store, clock)
    assert accept(store, clock) == first
    running = claimed(store, clock)
    assert accept(store, clock) == running
    done = store.finish(running.id, JobState.SUCCEEDED, {"message": "done"}, clock.now())
    clock.advance(60)
    assert accept(store, clock) == done


def test_going_back_to_earlier_content_is_a_third_revision(store: SqlStore, clock: FakeClock) -> None:
    for number, text in enumerate(("A", "B", "A"), start=1):
        assert accept(store, clock, text=text).revision == number
        ended(store, clock)
    assert store.counts() == {"succeeded": 1}


def test_a_new_revision_supersedes_a_queued_one(store: SqlStore, clock: FakeClock) -> None:
    accept(store, clock, text="A")
    accept(store, clock, text="B")
    job = claimed(store, clock)
    assert store.content(job.id) == b"B"
    store.finish(job.id, JobState.SUCCEEDED, {}, clock.now())
    assert store.claim(clock.now()) is None


def test_a_new_revision_asks_a_running_one_to_stop(store: SqlStore, clock: FakeClock) -> None:
    accept(store, clock, text="A")
    old = claimed(store, clock)
    new = accept(store, clock, text="B")
    assert latest(store) == new
    assert store.claim(clock.now()) is None, "two jobs would run at once"
    stopped = store.finish(old.id, JobState.DEFERRED, {}, clock.now(), clock.now())
    assert (stopped.state, stopped.cancel_requested) == (JobState.SUPERSEDED, True)
    assert claimed(store, clock).id == new.id


def test_a_new_revision_answers_an_open_question(store: SqlStore, clock: FakeClock) -> None:
    accept(store, clock, text="A")
    ended(store, clock, JobState.NEEDS_ANSWER)
    accept(store, clock, text="A, net of debt")
    assert store.counts() == {"queued": 1}


def test_claims_go_by_priority_then_age(store: SqlStore, clock: FakeClock) -> None:
    for name, priority in (("a.md", 5), ("b.md", 9), ("c.md", 5), ("d.md", 0)):
        accept(store, clock, name, priority=priority)
    assert [job.request for job in store.waiting(3)] == ["b.md", "a.md", "c.md"]
    assert [store.ahead(latest(store, name)) for name in ("b.md", "a.md", "c.md", "d.md")] == [0, 1, 2, 3]
    order = [ended(store, clock).request for _ in range(4)]
    assert order == ["b.md", "a.md", "c.md", "d.md"]


def test_the_running_job_is_ahead_of_all_waiting_ones(store: SqlStore, clock: FakeClock) -> None:
    accept(store, clock, "a.md")
    accept(store, clock, "b.md")
    claimed(store, clock)
    assert store.ahead(latest(store, "b.md")) == 1


def test_a_deferred_job_comes_back_when_its_time_has_come(store: SqlStore, clock: FakeClock) -> None:
    accept(store, clock)
    job = claimed(store, clock)
    clock.advance(1)
    later = clock.now().replace(minute=1)
    store.finish(job.id, JobState.DEFERRED, {"message": "no model"}, clock.now(), later)
    assert store.claim(clock.now()) is None
    clock.advance(120)
    again = claimed(store, clock)
    assert (again.id, again.started_at, again.retry_at) == (job.id, job.started_at, None)


def test_finishing_keeps_report_and_times(store: SqlStore, clock: FakeClock) -> None:
    accept(store, clock)
    job = claimed(store, clock)
    store.report(job.id, {"message": "half \udce9 \x00 😀"}, clock.now())
    assert latest(store).report == {"message": "half \udce9 \x00 😀"}
    clock.advance(2.5)
    done = store.finish(job.id, JobState.FAILED, {"message": "no"}, clock.now())
    assert (done.report, done.finished_at, done.state) == ({"message": "no"}, clock.now(), JobState.FAILED)


def test_only_a_running_job_can_finish(store: SqlStore, clock: FakeClock) -> None:
    job = accept(store, clock)
    with pytest.raises(StoreError, match="not running"):
        store.finish(job.id, JobState.SUCCEEDED, {}, clock.now())
    with pytest.raises(StoreError, match="not running"):
        store.finish("unknown", JobState.SUCCEEDED, {}, clock.now())
    store.report(job.id, {"message": "late"}, clock.now())
    assert latest(store).report is None


def test_a_dead_daemons_job_is_resumed_so_many_times_then_fails(store: SqlStore, clock: FakeClock) -> None:
    accept(store, clock, "poison.md", priority=9)
    accept(store, clock, "good.md")
    for _ in range(MAX_RESUMES):
        claimed(store, clock)
        assert [job.state for job in store.recover(clock.now())] == [JobState.QUEUED]
    claimed(store, clock)
    (failed,) = store.recover(clock.now())
    assert failed.state is JobState.FAILED
    assert (failed.report or {})["error"]["code"] == "crashed_repeatedly"
    assert claimed(store, clock).request == "good.md"


def test_waiting_for_a_server_does_not_count_as_a_crash(store: SqlStore, clock: FakeClock) -> None:
    accept(store, clock)
    for _ in range(MAX_RESUMES + 3):
        job = claimed(store, clock)
        store.finish(job.id, JobState.DEFERRED, {}, clock.now(), clock.now())
    claimed(store, clock)
    assert store.recover(clock.now())[0].state is JobState.QUEUED


def test_a_job_that_was_asked_to_stop_is_not_resumed(store: SqlStore, clock: FakeClock) -> None:
    accept(store, clock)
    claimed(store, clock)
    store.request_cancel("dscr.md", clock.now())
    assert store.recover(clock.now())[0].state is JobState.CANCELLED


def test_cancelling(store: SqlStore, clock: FakeClock) -> None:
    assert store.request_cancel("unknown.md", clock.now()) is None
    accept(store, clock)
    cancelled = store.request_cancel("dscr.md", clock.now())
    assert cancelled is not None
    assert (cancelled.state, cancelled.finished_at) == (JobState.CANCELLED, clock.now())
    assert store.claim(clock.now()) is None
    assert store.request_cancel("dscr.md", clock.now()) is None
    assert accept(store, clock).state is JobState.CANCELLED, "the file still lies there: that is no new request"


def test_cancelling_a_running_job_asks_it(store: SqlStore, clock: FakeClock) -> None:
    accept(store, clock)
    job = claimed(store, clock)
    asked = store.request_cancel("dscr.md", clock.now())
    assert asked is not None
    assert (asked.state, asked.cancel_requested) == (JobState.RUNNING, True)
    assert store.finish(job.id, JobState.QUEUED, {}, clock.now()).state is JobState.CANCELLED


def test_a_withdrawn_request_that_is_dropped_again_is_new(store: SqlStore, clock: FakeClock) -> None:
    assert store.withdraw("unknown.md", clock.now()) is None
    accept(store, clock)
    withdrawn = store.withdraw("dscr.md", clock.now())
    assert withdrawn is not None
    assert withdrawn.state is JobState.CANCELLED
    assert accept(store, clock).revision == 2


def test_taking_away_the_file_of_a_finished_request_does_nothing(store: SqlStore, clock: FakeClock) -> None:
    accept(store, clock)
    done = ended(store, clock)
    assert store.withdraw("dscr.md", clock.now()) is None
    assert accept(store, clock) == done


def test_a_start_and_a_retry_look_at_deferred_jobs_at_once(store: SqlStore, clock: FakeClock) -> None:
    later = clock.now() + timedelta(minutes=5)
    for again in (lambda: store.recover(clock.now()), lambda: store.retry("dscr.md", clock.now())):
        accept(store, clock)
        store.finish(claimed(store, clock).id, JobState.DEFERRED, {}, clock.now(), later)
        assert store.claim(clock.now()) is None, "it is not due"
        again()
        assert store.claim(clock.now()) is not None
        store.recover(clock.now())


@pytest.mark.parametrize("state", [JobState.SUCCEEDED, JobState.FAILED, JobState.REFUSED, JobState.NEEDS_ANSWER])
def test_retry_queues_what_has_ended(store: SqlStore, clock: FakeClock, state: JobState) -> None:
    accept(store, clock)
    assert store.retry("dscr.md", clock.now()) is None, "it has not ended"
    ended(store, clock, state)
    again = store.retry("dscr.md", clock.now())
    assert again is not None
    assert (again.state, again.revision, again.attempts, again.finished_at) == (JobState.QUEUED, 1, 0, None)
    assert store.content(claimed(store, clock).id) == b"DSCR"


def test_a_retried_job_forgets_that_it_was_cancelled(store: SqlStore, clock: FakeClock) -> None:
    accept(store, clock)
    job = claimed(store, clock)
    store.request_cancel("dscr.md", clock.now())
    store.finish(job.id, JobState.CANCELLED, {}, clock.now())
    store.retry("dscr.md", clock.now())
    assert not claimed(store, clock).cancel_requested


def test_what_is_no_request_is_recorded_once_and_never_run(store: SqlStore, clock: FakeClock) -> None:
    bad = store.reject("x.md", "0" * 64, REASON, clock.now())
    clock.advance(5)
    assert store.reject("x.md", "0" * 64, REASON, clock.now()) == bad
    assert bad.state is JobState.INVALID
    assert (bad.report or {})["error"]["message"] == "byte 1 is NUL"
    assert store.claim(clock.now()) is None
    assert store.retry("x.md", clock.now()) is None
    assert store.twins("y.md", "0" * 64, 9) == ()
    assert accept(store, clock, "x.md").revision == 2


def test_a_broken_edit_stops_the_older_revision(store: SqlStore, clock: FakeClock) -> None:
    accept(store, clock)
    store.reject("dscr.md", "0" * 64, REASON, clock.now())
    assert store.claim(clock.now()) is None
    assert store.counts() == {"invalid": 1}


def test_a_job_without_a_copy_is_an_error(store: SqlStore) -> None:
    with pytest.raises(StoreError, match="no copy"):
        store.content("unknown")


def test_twins_are_other_names_with_the_same_newest_content(store: SqlStore, clock: FakeClock) -> None:
    first = accept(store, clock, "a.md")
    accept(store, clock, "b.md")
    accept(store, clock, "c.md", text="something else")
    assert store.twins("a.md", first.sha256, 9) == ("b.md",)
    accept(store, clock, "b.md", text="changed")
    assert store.twins("a.md", first.sha256, 9) == ()


def test_everything_is_there_after_opening_again(store: SqlStore, open_again: Callable[[], SqlStore]) -> None:
    clock = FakeClock()
    accept(store, clock, "a.md")
    accept(store, clock, "b.md")
    ended(store, clock)
    again = open_again()
    assert again.all_latest() == store.all_latest()
    assert again.counts() == {"queued": 1, "succeeded": 1}


def test_two_processes_may_cancel_and_claim_at_once(store: SqlStore, open_again: Callable[[], SqlStore]) -> None:
    clock = FakeClock()
    person = open_again()
    accept(store, clock, "a.md")
    running = claimed(store, clock)
    assert person.request_cancel("a.md", clock.now()) is not None
    assert latest(store, "a.md").cancel_requested
    assert person.claim(clock.now()) is None
    store.finish(running.id, JobState.CANCELLED, {}, clock.now())
    assert person.retry("a.md", clock.now()) is not None
    assert claimed(store, clock).id == running.id


def test_pruning_keeps_the_newest_revision(store: SqlStore, clock: FakeClock) -> None:
    for text in ("A", "B", "C"):
        accept(store, clock, text=text)
        ended(store, clock)
        clock.advance(60)
    assert store.prune(clock.now()) == 2
    clock.advance(60)
    assert store.prune(clock.now()) == 0
    assert store.content(latest(store).id) == b"C"
    assert accept(store, clock, text="D").revision == 4
