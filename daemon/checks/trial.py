"""Runs inside the sandbox: the tests of each trial folder in a process of its own, reported one line per test.

``python -m daemon.checks.trial [--quick] FOLDER…`` with a token in the environment; each folder is laid out as a
workspace. Libraries are loaded once and the trials forked from there, which makes a trial ten times cheaper than a
new interpreter. What is printed is only evidence: the verdict is computed outside, by ``daemon.checks.verdict``.
"""

from __future__ import annotations

import gc
import json
import os
import signal
import sys
from importlib import import_module
from typing import TYPE_CHECKING, Any, TextIO

if TYPE_CHECKING:
    import pytest

TOKEN_VARIABLE = "META_AGENT_TRIAL_TOKEN"  # noqa: S105 - a name, not a secret
QUICK = "--quick"
_PYTEST = ("--noconftest", "-c", os.devnull, "--rootdir=.", "-p", "no:cacheprovider", "-p", "no:faulthandler")
_NEEDLESS = (
    "doctest",
    "junitxml",
    "logging",
    "pastebin",
    "stepwise",
    "threadexception",
    "unraisableexception",
    "warnings",
)
_QUICK_OPTIONS = ("-x", "-p", "no:terminal", "--assert=plain", *(f"-pno:{plugin}" for plugin in _NEEDLESS))
"""A wrong variant only has to fail, and fast."""
_PARALLEL = 2
_QUICK_SECONDS = 10
_LIBRARIES = (
    *("sqlite3", "pydantic", "pytest", "sqlalchemy.dialects.sqlite"),
    *(f"daemon.runtime.{name}" for name in ("database", "dates", "errors", "numbers", "rows", "sql", "statuses")),
    "daemon.runtime.totals",
)


class Reporter:
    """A pytest plugin: one line per test phase that decides something."""

    def __init__(self, trial: str, token: str, out: TextIO) -> None:
        self._trial = trial
        self._token = token
        self._out = out

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """The test itself, and setup or teardown unless they just passed."""
        if report.when == "call" or report.outcome != "passed":
            outcome = "xfailed" if hasattr(report, "wasxfail") else report.outcome
            self._write(test=report.nodeid, outcome=outcome, reason=_last_line(report.longrepr))

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """A file that could not be read in."""
        if report.outcome != "passed":
            self._write(test=report.nodeid, outcome="not collected", reason=_last_line(report.longrepr))

    def end(self, exit_code: int) -> None:
        """The trial as a whole; written by the process that waited for it."""
        self._write(exit_code=exit_code)

    def _write(self, **facts: Any) -> None:
        print(f"{self._token} {json.dumps({'trial': self._trial, **facts})}", file=self._out, flush=True)


def main(arguments: list[str]) -> int:
    """Run all trials; the exit code says nothing about them."""
    token = os.environ.pop(TOKEN_VARIABLE)
    quick = arguments[:1] == [QUICK]
    _load_libraries()
    gc.collect()
    gc.freeze()
    out = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    running: dict[int, Reporter] = {}
    for trial in arguments[quick:]:
        if len(running) >= _PARALLEL:
            _wait_for_one(running)
        reporter = Reporter(trial, token, out)
        pid = os.fork()
        if not pid:
            _run(trial, reporter, quick)
        running[pid] = reporter
    while running:
        _wait_for_one(running)
    return 0


def _run(trial: str, reporter: Reporter, quick: bool) -> None:
    """The forked process: becomes the trial and ends with its exit code."""
    import pytest

    if quick:
        signal.alarm(_QUICK_SECONDS)  # a wrong variant may loop for ever
    os.chdir(trial)
    sys.path[0] = os.getcwd()  # noqa: PTH109
    options = _QUICK_OPTIONS if quick else ("-q", "--tb=short")
    code = pytest.main([*_PYTEST, *options, "tests"], plugins=[reporter])
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


def _wait_for_one(running: dict[int, Reporter]) -> None:
    pid, status = os.wait()
    running.pop(pid).end(os.waitstatus_to_exitcode(status))


def _load_libraries() -> None:
    """All that agents and their tests are sure to import."""
    from _pytest.config import default_plugins

    for name in (*_LIBRARIES, *(f"_pytest.{plugin}" for plugin in default_plugins)):
        import_module(name)


def _last_line(problem: object) -> str:
    lines = str(problem or "").strip().splitlines()
    errors = [line for line in lines if line.startswith("E ")]
    return (errors or lines or [""])[0].removeprefix("E").strip()[:300]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
