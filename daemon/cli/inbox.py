"""The inbox as a person sees it: status documents, the daemon's heartbeat, request files. Reads only.

Documents are JSON values, not ``core.status`` types: a reader forgives what a writer must not, so that the status
of an older or newer daemon still shows, and ``status`` answers at once.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Literal

from daemon.core.errors import ConfigError, UsageError, WorkspaceError
from daemon.core.inbox_names import DAEMON_STATUS, STATUS_SUFFIX, is_request_name
from daemon.core.nearest import suggestion

Document = dict[str, Any]

STALE_AFTER = timedelta(seconds=30)


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """What the inbox holds at one moment.

    ``requests`` are status documents, oldest first; ``files`` maps each request name to its status file;
    ``unseen`` are request files without a status; ``damaged`` says which status files could not be read, and why.
    """

    requests: tuple[Document, ...]
    files: dict[str, str]
    daemon: Document | None
    unseen: tuple[str, ...]
    damaged: tuple[str, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """File names of all requests."""
        return (*self.files, *self.unseen)

    def document(self, name: str) -> Document | None:
        """The status document of a request by its exact file name."""
        return next((d for d in self.requests if d["request"] == name), None)

    def resolve(self, name: str) -> str:
        """The request meant by ``dscr``, ``dscr.md`` or ``inbox/dscr.md``.

        Raises ``UsageError`` when none or several fit.
        """
        wanted = Path(name).name
        if wanted in self.names:
            return wanted
        fitting = sorted(n for n in self.names if Path(n).stem == wanted)
        if len(fitting) == 1:
            return fitting[0]
        if fitting:
            raise UsageError(f"'{name}' may be {' or '.join(fitting)}", hint="write the whole file name")
        near = suggestion(wanted, (*self.names, *(Path(n).stem for n in self.names)))
        raise UsageError(f"no request '{name}' in the inbox", hint=near or "meta-agent status lists them")


@dataclass(frozen=True, slots=True, kw_only=True)
class DaemonState:
    """Whether somebody works on this inbox, and one line about it."""

    state: Literal["running", "stopped", "silent", "absent"]
    message: str

    @property
    def is_running(self) -> bool:
        """Whether the heart beats."""
        return self.state == "running"


def folder(root: Path) -> Path:
    """The inbox of a workspace. Raises ``ConfigError`` when the folder is no workspace."""
    inbox = root / "inbox"
    try:
        if inbox.is_dir():
            return inbox
    except OSError as problem:
        raise WorkspaceError(f"{inbox} cannot be read: {problem.strerror}", hint="check its permissions") from problem
    what = "has no inbox/ folder" if root.is_dir() else "does not exist"
    raise ConfigError(f"no workspace: {root} {what}", hint="make one with 'meta-agent init', or choose it with -C DIR")


def read(root: Path) -> Listing:
    """Everything the inbox says. Raises ``ConfigError`` without a workspace, ``WorkspaceError`` when unreadable."""
    inbox = folder(root)
    try:
        names = sorted(entry.name for entry in inbox.iterdir() if entry.is_file())
    except OSError as problem:
        raise WorkspaceError(f"{inbox} cannot be read: {problem.strerror}", hint="check its permissions") from problem
    documents: dict[str, Document] = {}
    damaged: list[str] = []
    for name in names:
        if name.endswith(STATUS_SUFFIX) and not name.startswith("."):
            document = read_document(inbox / name)
            if isinstance(document, str):
                damaged.append(f"{name}: {document}")
            elif document is not None:
                documents[name] = document
    daemon = documents.pop(DAEMON_STATUS, None)
    requests = sorted(documents.values(), key=lambda d: str(d.get("created_at") or d.get("updated_at")))
    files = {str(document["request"]): name for name, document in documents.items()}
    unseen = tuple(name for name in names if is_request_name(name) and name not in files)
    return Listing(requests=tuple(requests), files=files, daemon=daemon, unseen=unseen, damaged=tuple(damaged))


def read_document(path: Path) -> Document | str | None:
    """A status document; text says why it cannot be read, None that it is gone meanwhile."""
    try:
        value = json.loads(path.read_bytes())
    except FileNotFoundError:
        return None
    except OSError as problem:
        return problem.strerror or "cannot be read"
    except ValueError:
        return "is not valid JSON; the daemon writes it anew when it starts"
    if not isinstance(value, dict) or ("request" not in value and path.name != DAEMON_STATUS):
        return "is no status document"
    return value


def daemon_state(document: Document | None, now: datetime) -> DaemonState:
    """What the daemon's own status document says about its life."""
    start = "start it with 'meta-agent run'"
    if document is None:
        return DaemonState(state="absent", message=f"no daemon has run here yet; {start}")
    if document.get("state") == "stopped":
        return DaemonState(state="stopped", message=f"the daemon is stopped; {start}")
    beat = parse_time(document.get("heartbeat_at"))
    if beat is None or now - beat > STALE_AFTER:
        return DaemonState(state="silent", message=f"the daemon does not answer any more; {start}")
    return DaemonState(state="running", message=str(document.get("message") or "the daemon runs"))


def parse_time(value: object) -> datetime | None:
    """A time of a status document; None when there is none, or none that can be read."""
    if not isinstance(value, str):
        return None
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        return None
    return moment if moment.tzinfo else None
