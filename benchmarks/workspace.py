"""What the measurements share: a workspace, a daemon process, and waiting for what the status files say."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

DSCR = "I need an agent to calculate DSCR for properties\n"
PATIENCE_SECONDS = 60.0
POLL_SECONDS = 0.005


@dataclass(frozen=True, kw_only=True)
class Measurement:
    """One figure and the most it may be, both in ``unit``."""

    name: str
    value: float
    target: float
    unit: str
    decimals: int = 2

    @property
    def is_met(self) -> bool:
        return self.value <= self.target

    def text(self, value: float) -> str:
        return f"{value:,.{self.decimals}f} {self.unit}"


@dataclass(frozen=True)
class Bench:
    """A workspace with the sample database, used from outside only."""

    root: Path

    def drop(self, name: str, text: str) -> None:
        """A request into the inbox, in one step."""
        hidden = self.root / "inbox" / f".{name}.tmp"
        hidden.write_text(text, encoding="utf-8")
        hidden.rename(self.root / "inbox" / name)

    def status(self, name: str) -> dict[str, Any]:
        """The status document; empty while there is none."""
        try:
            document: dict[str, Any] = json.loads((self.root / "inbox" / f"{name}.status.json").read_bytes())
        except FileNotFoundError:
            return {}
        return document

    def wait(self, name: str, until: Callable[[dict[str, Any]], bool]) -> float:
        """Monotonic time at which the status first satisfied ``until``."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not until(self.status(name)):
            if time.monotonic() > deadline:
                raise TimeoutError(f"{name}: {self.status(name)}")
            time.sleep(POLL_SECONDS)
        return time.monotonic()

    def run(self, *arguments: str) -> None:
        """A command, to its end."""
        done = subprocess.run(
            _command(self.root, *arguments), check=False, env=_environment(), capture_output=True, text=True
        )
        if done.returncode:
            raise RuntimeError(f"{arguments}: {done.stdout}{done.stderr}")

    @contextmanager
    def daemon(self) -> Iterator[subprocess.Popen[bytes]]:
        """A daemon that watches the inbox, for as long as the block runs."""
        process = subprocess.Popen(
            _command(self.root, "run"), env=_environment(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        try:
            self.wait("daemon", lambda s: s.get("state") == "running" and s.get("pid") == process.pid)
            yield process
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(timeout=PATIENCE_SECONDS)


@contextmanager
def workspace() -> Iterator[Bench]:
    """A fresh workspace, gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="meta-agent-bench-") as folder:
        bench = Bench(Path(folder) / "workspace")
        bench.root.mkdir()
        bench.run("init", "--sample")
        yield bench


def _command(root: Path, *arguments: str) -> list[str]:
    return [sys.executable, "-m", "daemon", "-C", str(root), *arguments]


def _environment() -> dict[str, str]:
    """Without the settings of whoever runs this; no Docker, whose start would be measured instead."""
    foreign = ("META_AGENT_", "LLM_", "SANDBOX_", "DATABASE_URL")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(foreign)}
    return {**kept, "DOCKER_HOST": "unix:///nowhere"}
