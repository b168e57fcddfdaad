"""The verdict on a test run, from the evidence a sandbox printed. Decided here, outside the process that was tested."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

from daemon.core.findings import Finding, Level
from daemon.core.ports import SandboxResult

REQUIRED_KILLS = 0.8
_SHOWN = 5
_CAUGHT = frozenset({1, 2})
"""pytest's exit codes for failed tests and for test files that cannot be read in."""


@dataclass(slots=True)
class Trial:
    """What was reported of one trial: outcomes with reasons by test id, and the exit code once it ended."""

    outcomes: dict[str, list[tuple[str, str]]] = field(default_factory=lambda: defaultdict(list))
    exit_codes: list[int] = field(default_factory=list)

    @property
    def is_caught(self) -> bool:
        """Whether the tests saw that something is wrong; a crash of the process counts as seen."""
        return len(self.exit_codes) == 1 and (self.exit_codes[0] in _CAUGHT or self.exit_codes[0] < 0)

    @property
    def is_accepted(self) -> bool:
        """Whether the tests saw nothing wrong."""
        return self.exit_codes == [0]


def read_trials(stdout: str, token: str) -> dict[str, Trial]:
    """Trials by name from the lines that carry ``token``; every other line is noise."""
    trials: dict[str, Trial] = defaultdict(Trial)
    for line in stdout.splitlines():
        mark, _, text = line.partition(" ")
        if mark != token:
            continue
        try:
            facts = json.loads(text)
        except ValueError:
            continue
        trial = trials[str(facts.get("trial"))]
        if "test" in facts:
            trial.outcomes[facts["test"]].append((facts["outcome"], facts["reason"]))
        else:
            trial.exit_codes.append(facts["exit_code"])
    return trials


def passed(expected: Sequence[str], trial: Trial) -> tuple[str, ...]:
    """Those expected tests that were reported exactly once, as passed."""
    return tuple(i for i in expected if [outcome for outcome, _ in trial.outcomes.get(i, ())] == ["passed"])


def judge_candidate(expected: Sequence[str], trial: Trial, run: SandboxResult) -> tuple[Finding, ...]:
    """Why the agents are not accepted; empty when every expected test passed once, and nothing else happened."""
    if run.timed_out:
        return (_finding("tests_timed_out", "tests", f"the tests did not end within {run.seconds:.0f} s"),)
    good = frozenset(passed(expected, trial))
    findings = [_not_passed(test, trial) for test in expected if test not in good]
    findings += [
        _finding("test_unexpected", test, f"a test that was not compiled was reported as {outcomes[0][0]}")
        for test, outcomes in trial.outcomes.items()
        if test not in expected
    ]
    if not expected:
        findings.append(_finding("tests_missing", "tests", "there is no test"))
    if not findings and not (trial.is_accepted and run.exit_code == 0):
        last = run.stderr.strip().splitlines()[-1:] or [f"exit codes {trial.exit_codes}, {run.exit_code}"]
        findings.append(_finding("tests_unfinished", "tests", f"the test run did not end properly: {last[0]}"))
    return tuple(findings)


def judge_stubs(names: Sequence[str], trials: dict[str, Trial]) -> tuple[Finding, ...]:
    """Stubs that the tests did not fail on."""
    return tuple(
        _finding("stub_passed", "tests", f"the tests do not notice an agent in which {name}")
        for name in names
        if not trials.get(name, Trial()).is_caught
    )


def judge_mutants(names: Sequence[str], trials: dict[str, Trial]) -> tuple[int, tuple[Finding, ...]]:
    """How many mutants the tests caught, and a finding when that is too few."""
    survivors = [name for name in names if not trials.get(name, Trial()).is_caught]
    killed = len(names) - len(survivors)
    if killed >= REQUIRED_KILLS * len(names):
        return killed, ()
    shown = "; ".join(survivors[:_SHOWN])
    return killed, (
        _finding("mutants_survived", "tests", f"the tests notice only {killed} of {len(names)} mistakes, not: {shown}"),
    )


def _not_passed(test: str, trial: Trial) -> Finding:
    outcomes = trial.outcomes.get(test)
    if not outcomes:
        file = trial.outcomes.get(test.partition("::")[0])
        reason = f": {file[0][1]}" if file else ""
        return _finding("test_not_run", test, f"the test was not run{reason}")
    outcome, reason = next((o for o in outcomes if o[0] != "passed"), outcomes[0])
    match outcome:
        case "passed":
            return _finding("test_repeated", test, f"the test was reported {len(outcomes)} times")
        case "failed":
            return _finding("test_failed", test, reason or "the test failed")
    return _finding("test_not_passed", test, f"the test was {outcome}: {reason}")


def _finding(code: str, place: str, message: str) -> Finding:
    return Finding(level=Level.ERROR, code=code, place=place, message=message)
