"""The verdict on real runs: honest agents pass, wrong ones and cheats do not, worthless tests are found out."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest
from agent_samples import CALC_AGENT, CALC_TESTS, IDS, agents, compiled_tests

from daemon.adapters.sandbox import choose_sandbox
from daemon.checks.security import check_security
from daemon.core.build import CompiledTests, GeneratedFile, TestVerdict
from daemon.core.config import SandboxSettings
from daemon.core.errors import AgentError
from daemon.core.ports import Ports
from daemon.core.schema import Schema
from daemon.core.spec import AgentSpec
from daemon.tools import run_tests
from daemon.tools.run_tests import RunTestsInput


class LiveAgents:
    """Answers of a rehearsal on live data without rows; or fails with ``problem``."""

    def __init__(self, problem: str = "") -> None:
        self._problem = problem

    def rehearse(self, files: Sequence[GeneratedFile], agent: str, arguments: Sequence[str]) -> str:
        if self._problem:
            raise AgentError(self._problem)
        return '{"standard": {"results": []}}'


def verdict_on(
    tmp_path: Path,
    calculator: str = CALC_AGENT,
    tests: CompiledTests | None = None,
    timeout: float = 30,
    live: LiveAgents | None = None,
) -> TestVerdict:
    sandbox = choose_sandbox(SandboxSettings(), tmp_path / "scratch")
    database = SimpleNamespace(query=lambda sql: [])
    ports = SimpleNamespace(sandbox=sandbox, agents=live or LiveAgents(), database=database)
    names = SimpleNamespace(data="data_agent", calc="calc_agent")
    spec = SimpleNamespace(agents=names, modes=(), metrics=())
    given = RunTestsInput(
        agents=agents(calculator),
        tests=tests or compiled_tests(),
        spec=cast("AgentSpec", spec),
        schema=Schema(dialect="sqlite", tables=()),
        timeout_seconds=timeout,
    )
    return run_tests.run(given, cast("Ports", ports))


def codes(verdict: TestVerdict) -> set[str]:
    return {finding.code for finding in verdict.findings}


def test_honest_agents_are_accepted(tmp_path: Path) -> None:
    verdict = verdict_on(tmp_path)
    assert verdict.findings == ()
    assert verdict.accepted
    assert (verdict.counts.passed, verdict.counts.failed) == (len(IDS), 0)
    assert verdict.counts.mutants == 6
    assert verdict.counts.mutants_killed >= 5
    assert "passed" in verdict.output


def test_an_agent_that_fails_on_the_live_data_is_not_accepted(tmp_path: Path) -> None:
    verdict = verdict_on(tmp_path, live=LiveAgents("row id=7: annual_noi is 'abc'"))
    assert not verdict.accepted
    assert codes(verdict) == {"live_call"}
    assert "id=7" in verdict.findings[0].message


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ("Ratio(row.annual_noi, row.annual_debt_service)", "Ratio(row.annual_debt_service, row.annual_noi)"),
        ("noi = noi * (1 - _HAIRCUT)", "noi = noi"),
    ],
    ids=["swapped operands", "dropped haircut"],
)
def test_wrong_agents_are_caught(tmp_path: Path, right: str, wrong: str) -> None:
    assert right in CALC_AGENT
    verdict = verdict_on(tmp_path, CALC_AGENT.replace(right, wrong))
    assert not verdict.accepted
    assert codes(verdict) == {"test_failed"}
    assert verdict.counts.failed > 0


WRONG = CALC_AGENT.replace("Ratio(row.annual_noi, row.annual_debt_service)", "Ratio(row.annual_noi, row.annual_noi)")
CHEATS = {
    "ends the process": "import os\nos._exit(0)\n",
    "ends it later": "import atexit, os\natexit.register(os._exit, 0)\n",
    "patches pytest's reports": (
        "import sys\n"
        "_report = sys.modules['_pytest.reports'].TestReport\n"
        "_make = _report.from_item_and_call.__func__\n"
        "def _passed(cls, item, call):\n"
        "    call.excinfo = None\n"
        "    return _make(cls, item, call)\n"
        "_report.from_item_and_call = classmethod(_passed)\n"
    ),
    "patches Decimal's equality": (
        "import daemon.runtime.numbers as _n\n"
        "class _Equal(Decimal):\n"
        "    def __eq__(self, other): return True\n"
        "    __hash__ = Decimal.__hash__\n"
        "def rounded(value, decimals): return _Equal(value)\n"
    ),
    "prints what a passed run prints": "print('10 passed in 0.1s')\nimport sys\nsys.exit(0)\n",
}


@pytest.mark.parametrize("cheat", CHEATS)
def test_cheats_get_through_neither_the_allow_list_nor_the_verdict(tmp_path: Path, cheat: str) -> None:
    """Either alone is enough here: stubs and mutants keep the cheat, so the tests pass on them too."""
    calculator = WRONG.replace("MODES =", f"{CHEATS[cheat]}MODES =")
    assert check_security(agents(calculator)), "the allow-list lets it through"
    assert not verdict_on(tmp_path, calculator).accepted


def test_a_test_that_was_not_compiled_is_noticed(tmp_path: Path) -> None:
    tests = compiled_tests(f"{CALC_TESTS}\n\ndef test_more(agent):\n    assert agent.total()\n")
    assert codes(verdict_on(tmp_path, tests=tests)) == {"test_unexpected"}


def test_a_skipped_test_has_not_passed(tmp_path: Path) -> None:
    text = CALC_TESTS.replace("def test_all(", "@pytest.mark.skip\ndef test_all(")
    verdict = verdict_on(tmp_path, tests=compiled_tests(text))
    assert codes(verdict) == {"test_not_passed"}
    assert verdict.counts.failed == 1


def test_a_missing_test_is_noticed(tmp_path: Path) -> None:
    verdict = verdict_on(tmp_path, tests=compiled_tests(ids=(*IDS, "tests/agents/test_calc_agent.py::test_gone")))
    assert codes(verdict) == {"test_not_run"}


def test_a_file_that_cannot_be_imported_says_why(tmp_path: Path) -> None:
    verdict = verdict_on(tmp_path, CALC_AGENT.replace("class CalcAgent", "class Other"))
    assert codes(verdict) == {"test_not_run", "test_unexpected"}
    assert any("cannot import name 'CalcAgent'" in finding.message for finding in verdict.findings)


VACUOUS = """
import pytest

from src.agents.calc_agent import CalcAgent


def test_exists() -> None:
    assert CalcAgent
"""


def test_tests_that_prove_nothing_are_found_out_by_stubs_and_mutants(tmp_path: Path) -> None:
    tests = compiled_tests(VACUOUS, ("tests/agents/test_calc_agent.py::test_exists",))
    verdict = verdict_on(tmp_path, tests=tests)
    assert not verdict.accepted
    assert codes(verdict) == {"stub_passed", "mutants_survived"}
    assert verdict.counts.passed == 1


def test_an_agent_that_never_ends_is_ended(tmp_path: Path) -> None:
    endless = CALC_AGENT.replace("tally = Tally(2)", "while True: pass")
    verdict = verdict_on(tmp_path, endless, timeout=3)
    assert codes(verdict) == {"tests_timed_out"}
