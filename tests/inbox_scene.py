"""An inbox with its store and status files, for tests that drop files into it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
from fakes import FakeClock

from daemon.adapters.inbox import Inbox, Scan
from daemon.adapters.statusfiles import StatusFiles
from daemon.adapters.store import SqlStore, open_store
from daemon.core.inbox_names import status_name
from daemon.core.job import Job
from daemon.core.status import RequestStatus

SETTLE = 0.5


class Scene:
    """Time passes by hand; ``settled`` sees, waits and takes."""

    def __init__(self, root: Path, settle_seconds: float = SETTLE) -> None:
        self.folder = root / "in box"
        self.folder.mkdir(exist_ok=True)
        self.root = root
        self.clock = FakeClock()
        self.settle_seconds = settle_seconds
        self.store: SqlStore = open_store(f"sqlite:///{root / 'store.db'}", owner="host:/workspace")
        self.restart()

    def restart(self) -> None:
        """A new daemon on the same folder and store."""
        self.board = StatusFiles(self.folder, self.root / "status.lock", self.store, self.clock)
        self.inbox = Inbox(self.folder, self.store, self.board, self.clock, self.settle_seconds)

    def drop(self, name: str, content: bytes | str = "DSCR please") -> None:
        data = content if isinstance(content, bytes) else content.encode()
        (self.folder / name).write_bytes(data)

    def settled(self) -> Scan:
        """See, wait until complete, take."""
        self.inbox.scan()
        self.clock.advance(SETTLE)
        return self.inbox.scan()

    def job(self, name: str) -> Job:
        job = self.store.latest(name)
        assert job is not None
        return job

    def status(self, name: str) -> dict[str, Any]:
        text = (self.folder / status_name(name)).read_text(encoding="ascii")
        document: dict[str, Any] = json.loads(text)
        jsonschema.validate(document, RequestStatus.model_json_schema())
        return document
