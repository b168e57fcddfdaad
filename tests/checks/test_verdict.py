"""The verdict from evidence: only lines with the token count, and each expected test exactly once."""

from __future__ import annotations

import json

import pytest

from daemon.checks.verdict import Trial, judge_candidate, judge_mutants, judge_stubs, passed, read_trials
from daemon.core.ports import SandboxResult

RUN = SandboxResult(exit_code=0, stdout="", stderr="", seconds=1.0, timed_out=False, backend="process")


def line(token: str = "T", **facts: object) -> str:
    return f"{token} {json.dumps({'trial': 'c', **facts})}"


def trial(*outcomes: tuple[str, str], exit_code: int = 0) -> Trial:
    lines = [line(test=test, outcome=outcome, reason="why") for test, outcome in outcomes]
    return read_trials("\n".join([*lines, line(exit_code=exit_code)]), "T")["c"]


def judged(expected: list[str], shown: Trial, run: SandboxResult = RUN) -> set[str]:
    return {finding.code for finding in judge_candidate(expected, shown, run)}


def test_only_lines_with_the_token_count() -> None:
    text = "\n".join([line("X", test="a", outcome="passed", reason=""), "10 passed", "T no json", line(exit_code=1)])
    assert read_trials(text, "T") == {"c": Trial(outcomes={}, exit_codes=[1])}


def test_all_passed() -> None:
    shown = trial(("a", "passed"), ("b", "passed"))
    assert judged(["a", "b"], shown) == set()
    assert passed(["a", "b"], shown) == ("a", "b")


@pytest.mark.parametrize(
    ("expected", "shown", "codes"),
    [
        (["a"], trial(("a", "failed"), exit_code=1), {"test_failed"}),
        (["a"], trial(("a", "passed"), ("a", "failed"), exit_code=1), {"test_failed"}),
        (["a"], trial(("a", "passed"), ("a", "passed")), {"test_repeated"}),
        (["a"], trial(("a", "skipped")), {"test_not_passed"}),
        (["a"], trial(("a", "xfailed")), {"test_not_passed"}),
        (["a", "b"], trial(("a", "passed")), {"test_not_run"}),
        (["a"], trial(("a", "passed"), ("b", "passed")), {"test_unexpected"}),
        (["a"], trial(("a", "passed"), exit_code=1), {"tests_unfinished"}),
        (["a"], Trial(outcomes=trial(("a", "passed")).outcomes), {"tests_unfinished"}),
        ([], trial(), {"tests_missing"}),
    ],
)
def test_what_is_not_accepted(expected: list[str], shown: Trial, codes: set[str]) -> None:
    assert judged(expected, shown) == codes


def test_a_run_that_was_ended_is_not_accepted() -> None:
    killed = SandboxResult(exit_code=None, stdout="", stderr="x", seconds=9, timed_out=True, backend="process")
    assert judged(["a"], trial(("a", "passed")), killed) == {"tests_timed_out"}


@pytest.mark.parametrize(
    ("exit_code", "caught"), [(0, False), (1, True), (2, True), (-14, True), (3, False), (5, False)]
)
def test_what_counts_as_caught(exit_code: int, caught: bool) -> None:
    assert trial(exit_code=exit_code).is_caught is caught


def test_a_stub_without_a_trial_is_not_caught() -> None:
    assert [f.code for f in judge_stubs(["gone"], {})] == ["stub_passed"]
    assert judge_stubs(["c"], {"c": trial(exit_code=1)}) == ()


def test_too_few_mutants_killed_names_the_survivors() -> None:
    caught, missed = trial(exit_code=1), trial(exit_code=0)
    names = ["m1", "m2", "m3", "m4", "m5"]
    enough = dict.fromkeys(names, caught) | {"m5": missed}
    assert judge_mutants(names, enough) == (4, ())
    killed, findings = judge_mutants(names, enough | {"m4": missed})
    assert killed == 3
    assert "m4; m5" in findings[0].message
