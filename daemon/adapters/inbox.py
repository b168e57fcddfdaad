"""The inbox: what lies in the folder becomes jobs. One idempotent ``scan`` stands behind every wake-up.

The folder is the truth and events are hints: whoever wakes the daemon, and how often, the same scan looks at all names.
A file is taken when it has not changed for the settle time; an unchanged one is never opened again.
"""

from __future__ import annotations

import logging
import stat
from dataclasses import dataclass
from pathlib import Path

from daemon.adapters.inbox_files import Fingerprint, Unreadable, look, read_request
from daemon.adapters.logs import fields
from daemon.core.errors import RequestInvalid, StoreError
from daemon.core.inbox_names import is_passing_name, is_request_name
from daemon.core.job import Job, JobState
from daemon.core.ports import Clock, StatusBoard, Store
from daemon.core.request import content_hash, parse

log = logging.getLogger(__name__)

AT_ONCE = 100
"""How many files one scan takes; the others follow at the next one, which comes at once."""
_SHOWN = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Scan:
    """What one look at the inbox did.

    ``accepted`` and ``rejected`` are new revisions; ``settling`` names of files that are not complete yet;
    ``warnings`` what a person should know of the folder. ``next_look_in`` are the seconds until the first settling
    file may be complete; None when only time or an event will tell.
    """

    accepted: tuple[str, ...] = ()
    rejected: tuple[str, ...] = ()
    settling: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    next_look_in: float | None = None


@dataclass(slots=True)
class _Sighting:
    fingerprint: Fingerprint
    since: float
    taken: bool = False
    trouble: str = ""


class Inbox:
    """The folder ``folder`` as a source of jobs. Not for several threads."""

    def __init__(self, folder: Path, store: Store, board: StatusBoard, clock: Clock, settle_seconds: float) -> None:
        self._folder = folder
        self._store = store
        self._board = board
        self._clock = clock
        self._settle_seconds = settle_seconds
        self._seen: dict[str, _Sighting] = {}
        self._started = False

    def scan(self) -> Scan:
        """Look at the folder, take what is complete, cancel what was removed. Never raises for what lies there."""
        try:
            found = look(self._folder)
        except OSError as problem:  # a folder that is away is not an empty one: nothing is cancelled
            return Scan(warnings=(f"the inbox cannot be read: {problem.strerror}",))
        requests = {name: fingerprint for name, fingerprint in found.items() if is_request_name(name)}
        news: list[Job] = []
        try:
            self._withdraw_missing(requests)
            now = self._clock.monotonic()  # one for all: files seen together are complete together
            complete = [name for name, fingerprint in requests.items() if self._is_complete(name, fingerprint, now)]
            oldest_first = sorted(complete, key=lambda name: (requests[name].modified_ns, name))
            for name in oldest_first[:AT_ONCE]:
                news += self._take(name, self._seen[name])
        except StoreError as problem:  # the rest is seen at the next look
            log.warning("store failed %s", fields(reason=problem))
            return self._summary(news, (*_ignored(found), str(problem)), next_look_in=None)
        return self._summary(news, _ignored(found), next_look_in=self._next_look_in())

    def _is_complete(self, name: str, fingerprint: Fingerprint, now: float) -> bool:
        """Whether a file is to be taken now: new or changed, and unchanged for the settle time."""
        seen = self._seen.get(name)
        if seen is None or seen.fingerprint != fingerprint:
            seen = self._seen[name] = _Sighting(fingerprint, now)
            if self._settle_seconds > 0 and self._store.latest(name) is None:
                self._board.settling(name)
        return not seen.taken and now - seen.since >= self._settle_seconds

    def _take(self, name: str, seen: _Sighting) -> tuple[Job, ...]:
        """Accept or reject a file that is complete; its job when that is new."""
        now = self._clock.now()
        seen.trouble = ""
        job: Job | None
        try:
            content = read_request(self._folder / name, seen.fingerprint)
            if content is None:
                self._seen.pop(name)
                return ()
            job = self._accept(name, content)
        except Unreadable as problem:
            job = self._refuse_unreadable(name, seen, problem)
        except RequestInvalid as problem:
            job = self._reject(name, f"kind {seen.fingerprint.kind}".encode(), problem)
        seen.taken = True
        self._board.restate(name)
        if job is None or job.created_at < now:
            return ()
        log.info("request %s", fields(name=name, state=job.state, revision=job.revision, job=job.id))
        return (job,)

    def _accept(self, name: str, content: bytes) -> Job:
        try:
            request = parse(name, content)
        except RequestInvalid as problem:
            return self._reject(name, content, problem)
        return self._store.accept(name, request.sha256, request.options.priority, content, self._clock.now())

    def _reject(self, name: str, content: bytes, problem: RequestInvalid) -> Job:
        reason = {"code": problem.code, "message": problem.message, "hint": problem.hint}
        return self._store.reject(name, content_hash(content), reason, self._clock.now())

    def _refuse_unreadable(self, name: str, seen: _Sighting, problem: Unreadable) -> Job | None:
        """Nothing is known of the content: what was accepted before stays as it is."""
        before = self._store.latest(name)
        if before is not None and before.state is not JobState.INVALID:
            seen.trouble = f"{name}: {problem}"
            return None
        return self._reject(name, b"unreadable", problem)

    def _withdraw_missing(self, requests: dict[str, Fingerprint]) -> None:
        """Cancel waiting requests whose file is gone: known ones, and at the first scan those the store knows."""
        names = set(self._seen)
        if not self._started:
            names |= {job.request for job in self._store.all_latest() if job.is_waiting}
        for name in sorted(names - requests.keys()):
            job = self._store.withdraw(name, self._clock.now())
            if job is not None:
                log.info("request withdrawn %s", fields(name=name, job=job.id))
                self._board.restate(name)
            elif self._store.latest(name) is None:
                self._board.forget(name)
            self._seen.pop(name, None)
        self._started = True

    def _next_look_in(self) -> float | None:
        pending = [seen.since for seen in self._seen.values() if not seen.taken]
        return max(0.0, min(pending) + self._settle_seconds - self._clock.monotonic()) if pending else None

    def _summary(self, news: list[Job], warnings: tuple[str, ...], *, next_look_in: float | None) -> Scan:
        return Scan(
            accepted=tuple(job.request for job in news if job.state is not JobState.INVALID),
            rejected=tuple(job.request for job in news if job.state is JobState.INVALID),
            settling=tuple(name for name, seen in self._seen.items() if not seen.taken),
            warnings=(*warnings, *(seen.trouble for seen in self._seen.values() if seen.trouble)),
            next_look_in=next_look_in,
        )


def _ignored(found: dict[str, Fingerprint]) -> tuple[str, ...]:
    """One line for each name that is neither a request nor somebody's temporary file, up to a limit."""
    names = sorted(name for name in found if not is_request_name(name) and not is_passing_name(name))
    lines = [
        f"ignored: {name!r} is {'a folder' if found[name].kind == stat.S_IFDIR else 'no .md, .txt or .toml file'}"
        for name in names[:_SHOWN]
    ]
    rest = len(names) - _SHOWN
    return (*lines, f"ignored: {rest} more names") if rest > 0 else tuple(lines)
