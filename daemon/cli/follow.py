"""Watch one request until it ends: live on a terminal, one line per finished step elsewhere."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from daemon.cli.inbox import Document, daemon_state, read
from daemon.cli.render.symbols import one_line
from daemon.cli.terminal import Terminal
from daemon.core.errors import MetaAgentError, RequestInvalid
from daemon.core.job import JobState

Ends = Callable[[Document], bool]

LOOK_SECONDS = 0.1
PATIENCE = timedelta(seconds=30)

EXIT_CODES = {
    JobState.SUCCEEDED: 0,
    JobState.NEEDS_ANSWER: 3,
    JobState.INVALID: RequestInvalid.exit_code,
}


def exit_code(document: Document) -> int:
    """What a shell is told about a final state: 0 done, 1 failed or refused, 3 needs an answer, 4 no request."""
    return EXIT_CODES.get(JobState(document["state"]), 1)


def is_final(document: Document) -> bool:
    """Whether nothing more happens to the request by itself. Unknown states of a newer daemon are not final."""
    state = document.get("state")
    return state in set(JobState) and JobState(state).is_final


def is_over_for_now(document: Document) -> bool:
    """Whether it is final, or waits for something that may take long."""
    return is_final(document) or document.get("state") == JobState.DEFERRED


def follow(terminal: Terminal, name: str, sha256: str | None = None, ends: Ends = is_final) -> Document:
    """Show the progress of a request until ``ends`` holds; returns its last status document.

    ``sha256`` is the content that is meant: an older revision's end does not count.
    Raises ``MetaAgentError`` when no daemon works on the inbox for 30 s.
    """
    watch = _Watch(terminal, name, sha256)
    return _follow_live(watch, ends) if terminal.out.isatty() else _follow_lines(watch, ends)


class _Watch:
    """Looks at the status file again and again, and at the daemon's pulse."""

    def __init__(self, terminal: Terminal, name: str, sha256: str | None) -> None:
        self.terminal = terminal
        self.name = name
        self._sha256 = sha256
        self._alive_at = terminal.now()
        self._stage: object = None
        self._stage_since = terminal.now()

    def look(self) -> Document | None:
        """The document as it stands; None while the daemon has not taken the request up."""
        listing = read(self.terminal.root)
        now = self.terminal.now()
        self._check_pulse(daemon_state(listing.daemon, now).is_running, now)
        document = listing.document(self.name)
        if document is None or self._sha256 not in (None, document.get("request_sha256")):
            return None
        if document.get("stage") != self._stage:
            self._stage, self._stage_since = document.get("stage"), now
        return document

    @property
    def elapsed(self) -> float:
        """Seconds since the running step began, as far as it was watched."""
        return (self.terminal.now() - self._stage_since).total_seconds()

    def _check_pulse(self, alive: bool, now: datetime) -> None:
        if alive:
            self._alive_at = now
        elif now - self._alive_at > PATIENCE:
            raise MetaAgentError(
                f"no daemon has worked on this inbox for {PATIENCE.seconds} s; {self.name} stays in it",
                hint="start one with 'meta-agent run'",
            )


def _follow_live(watch: _Watch, ends: Ends) -> Document:
    from rich.live import Live

    from daemon.cli.render.stages import progress_view

    terminal = watch.terminal
    with Live(console=terminal.console, auto_refresh=False) as live:
        while True:
            document = watch.look()
            live.update(progress_view(document, watch.name, terminal.symbols, watch.elapsed), refresh=True)
            if document and ends(document):
                return document
            terminal.pause(LOOK_SECONDS)


def _follow_lines(watch: _Watch, ends: Ends) -> Document:
    terminal = watch.terminal
    told: set[str] = set()
    while True:
        document = watch.look()
        for line in _news(document) if document else ():
            if line not in told:
                told.add(line)
                terminal.write(line)
        if document and ends(document):
            terminal.write(f"{document['state']}: {one_line(str(document.get('message') or ''))}")
            return document
        terminal.pause(LOOK_SECONDS)


def _news(document: Document) -> list[str]:
    lines = [
        f"{stage['name']} {stage['state']} {float(stage.get('seconds') or 0):.1f} s {stage.get('detail') or ''}"
        for stage in document.get("stages") or ()
        if stage.get("state") in {"done", "failed", "skipped"}
    ]
    if document.get("state") in {"queued", "deferred"}:
        lines.append(f"{document['state']}: {document.get('message') or ''}")
    return [one_line(line) for line in lines]
