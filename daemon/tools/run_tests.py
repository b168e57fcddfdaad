"""Tool run_tests: the compiled tests on the agents, and on wrong variants of them, judged from outside."""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

from daemon.checks.mutants import Mutant, mutants, stubs
from daemon.checks.reconcile import SAMPLE_ROWS, reconcile, undefined_words
from daemon.checks.trial import QUICK, TOKEN_VARIABLE
from daemon.checks.verdict import Trial, judge_candidate, judge_mutants, judge_stubs, passed, read_trials
from daemon.core.build import CompiledTests, GeneratedFile, TestVerdict
from daemon.core.errors import AgentError
from daemon.core.findings import Finding, Level
from daemon.core.naming import class_name
from daemon.core.ports import Ports, Sandbox, SandboxCommand, SandboxResult
from daemon.core.schema import Schema
from daemon.core.spec import AgentSpec
from daemon.core.status import TestCounts

NAME = "run_tests"
DESCRIPTION = "Run the compiled tests isolated; they must fail on wrong variants; then reconcile live data with SQL."

_CANDIDATE = "candidate"


@dataclass(frozen=True, slots=True, kw_only=True)
class RunTestsInput:
    """Agents with their tests; ``timeout_seconds`` bounds each of the two sandbox runs."""

    agents: tuple[GeneratedFile, ...]
    tests: CompiledTests
    spec: AgentSpec
    schema: Schema
    timeout_seconds: float


@dataclass(frozen=True, slots=True)
class _Evidence:
    run: SandboxResult
    trials: dict[str, Trial]


def run(given: RunTestsInput, ports: Ports) -> TestVerdict:
    """The verdict. Raises ``SandboxUnavailable`` when nothing can isolate."""
    calculator = _calculator(given)
    known_bad = {
        m.description: _replaced(given, calculator, m)
        for m in stubs(calculator.text, class_name(given.spec.agents.calc))
    }
    mistakes = {m.description: _replaced(given, calculator, m) for m in mutants(calculator.text)}
    with ThreadPoolExecutor(max_workers=2) as pool:  # apart, so that the agents cannot touch the other trials
        waiting = pool.submit(_try, ports.sandbox, {**known_bad, **mistakes}, given.timeout_seconds, QUICK)
        candidate = _try(ports.sandbox, {_CANDIDATE: _files(given)}, given.timeout_seconds)
        variants = waiting.result()
    expected = given.tests.expected_ids
    trial = candidate.trials.get(_CANDIDATE, Trial())
    findings = judge_candidate(expected, trial, candidate.run)
    killed, survived = judge_mutants(tuple(mistakes), variants.trials)
    if not findings:  # tests that fail on the agents fail on every variant too, which says nothing
        findings = (*judge_stubs(tuple(known_bad), variants.trials), *survived)
    good = len(passed(expected, trial))
    verdict = TestVerdict(
        accepted=not findings,
        counts=TestCounts(passed=good, failed=len(expected) - good, mutants=len(mistakes), mutants_killed=killed),
        backend=candidate.run.backend,
        findings=findings,
        output=candidate.run.stderr,
        seconds=max(candidate.run.seconds, variants.run.seconds),
    )
    return _reconciled(given, verdict, ports) if verdict.accepted else verdict


def _reconciled(given: RunTestsInput, verdict: TestVerdict, ports: Ports) -> TestVerdict:
    """The verdict after the live data had its say: the agent's figures against the independent SQL."""
    try:
        answer = ports.agents.rehearse(given.agents, given.spec.agents.calc, ("--rehearse", str(SAMPLE_ROWS)))
    except AgentError as error:
        finding = Finding(level=Level.ERROR, code="live_call", place=given.spec.agents.calc, message=str(error))
        return replace(verdict, accepted=False, findings=(finding,))
    answers = json.loads(answer)
    findings = reconcile(given.spec, given.schema, answers, ports.database.query)
    return replace(
        verdict,
        accepted=not findings,
        findings=findings,
        notes=undefined_words(given.spec, answers),
        example=json.dumps(answers["standard"], ensure_ascii=False),
    )


def _try(sandbox: Sandbox, trials: Mapping[str, Mapping[str, bytes]], timeout: float, *options: str) -> _Evidence:
    """One sandbox run over all ``trials``, each in a numbered folder of its own."""
    token = secrets.token_hex(16)
    folders = {str(number): name for number, name in enumerate(trials)}
    result = sandbox.run(
        SandboxCommand(
            arguments=("-m", "daemon.checks.trial", *options, *folders),
            files={f"{folder}/{path}": data for folder, name in folders.items() for path, data in trials[name].items()},
            environment={TOKEN_VARIABLE: token},
            timeout_seconds=timeout,
        )
    )
    reported = read_trials(result.stdout, token)
    return _Evidence(result, {folders[number]: trial for number, trial in reported.items() if number in folders})


def _calculator(given: RunTestsInput) -> GeneratedFile:
    """The file whose mistakes the tests must notice."""
    path = f"src/agents/{given.spec.agents.calc}.py"
    return next(file for file in given.agents if file.path == path)


def _files(given: RunTestsInput) -> dict[str, bytes]:
    return _contents((*given.agents, *given.tests.files))


def _replaced(given: RunTestsInput, original: GeneratedFile, mutant: Mutant) -> dict[str, bytes]:
    return {**_files(given), original.path: mutant.source.encode()}


def _contents(files: Iterable[GeneratedFile]) -> dict[str, bytes]:
    return {file.path: file.content for file in files if file.path.endswith(".py")}
