"""The jobs of a workspace: their store, their status files, and what a person may do to them."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from daemon.adapters.clock import SystemClock
from daemon.core.config import Settings
from daemon.core.errors import WorkspaceError
from daemon.core.job import Job

if TYPE_CHECKING:
    from daemon.adapters.statusfiles import StatusFiles
    from daemon.adapters.store import SqlStore


def inbox_of(settings: Settings) -> Path:
    """The folder requests are dropped into."""
    return Path(settings.workspace) / "inbox"


def make_folders(settings: Settings) -> None:
    """Create the folders the daemon writes to; its state is for the owner alone. Raises ``WorkspaceError``."""
    state = Path(settings.state_dir)
    try:
        inbox_of(settings).mkdir(exist_ok=True)
        (Path(settings.workspace) / "logs").mkdir(exist_ok=True)
        state.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as problem:
        raise WorkspaceError(
            f"{problem.filename} cannot be made or changed: {problem.strerror}",
            hint="check the workspace's permissions",
        ) from problem


def open_store(settings: Settings) -> SqlStore:
    """The job store. Raises ``StoreError``."""
    from daemon.adapters.store import open_store as opened

    return opened(settings.store_url.get_secret_value(), owner=f"{socket.gethostname()}:{settings.workspace}")


def open_board(settings: Settings, store: SqlStore) -> StatusFiles:
    """The status files in the inbox."""
    from daemon.adapters.statusfiles import StatusFiles

    return StatusFiles(inbox_of(settings), Path(settings.state_dir) / "status.lock", store, SystemClock())


@dataclass(frozen=True, slots=True)
class JobControl:
    """What a person may do to a job, with or without a running daemon. Names are file names of requests."""

    store: SqlStore
    board: StatusFiles

    def cancel(self, name: str) -> Job | None:
        """Stop a request that waits or runs; None when there is nothing to stop. Raises ``StoreError``."""
        return self._shown(self.store.request_cancel(name, SystemClock().now()))

    def retry(self, name: str) -> Job | None:
        """Queue a request again that has ended or is deferred; None when it has not. Raises ``StoreError``."""
        return self._shown(self.store.retry(name, SystemClock().now()))

    def latest(self, name: str) -> Job | None:
        """The newest revision of a request. Raises ``StoreError``."""
        return self.store.latest(name)

    def _shown(self, job: Job | None) -> Job | None:
        if job is not None:
            self.board.restate(job.request)
            self.board.restate_waiting()
        return job


@contextmanager
def job_control(settings: Settings) -> Iterator[JobControl]:
    """Access to the jobs of a workspace for as long as the block runs. Raises ``StoreError``, ``WorkspaceError``."""
    make_folders(settings)
    with closing(open_store(settings)) as store:
        yield JobControl(store, open_board(settings, store))
