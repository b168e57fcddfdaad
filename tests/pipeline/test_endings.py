"""How a request ends before its agents are published."""

from __future__ import annotations

import pytest

from daemon.core.build import Analysis, Draft
from daemon.core.errors import (
    ConfigError,
    DatabaseUnavailable,
    LlmUnavailable,
    MetaAgentError,
    SandboxUnavailable,
    WorkspaceError,
)
from daemon.core.job import JobState
from daemon.core.outcome import Outcome
from daemon.core.request import Planner
from daemon.core.status import Question
from daemon.pipeline.endings import Stop, problem, stop_unless_clear

WHICH = Question(id="q1", text="Which price?", options=("list price", "price charged"), default="list price")
STAGE = "analyze_requirements"


def ending(found: Analysis | Draft, planner: Planner = "auto", analysis: Analysis | None = None) -> Outcome:
    with pytest.raises(Stop) as stopped:
        stop_unless_clear(found, analysis or Analysis(text=""), planner, STAGE)
    return stopped.value.outcome


def test_what_is_clear_goes_on() -> None:
    stop_unless_clear(Analysis(text=""), Analysis(text=""), "auto", STAGE)


@pytest.mark.parametrize(
    "found", [Analysis(text="", refusal="it would delete rows"), Draft(refusal="it would delete rows")]
)
def test_a_refusal_has_its_reason(found: Analysis | Draft) -> None:
    outcome = ending(found, analysis=Analysis(text="", warnings=("odd",)))

    assert (outcome.state, outcome.message, outcome.warnings) == (JobState.REFUSED, "it would delete rows", ("odd",))
    assert outcome.error is not None
    assert (outcome.error.code, outcome.error.stage) == ("refused", STAGE)


@pytest.mark.parametrize(
    ("questions", "message"),
    [
        ((WHICH,), "1 question to answer: Which price?"),
        ((WHICH, WHICH), "2 questions to answer: Which price?"),
        ((WHICH.model_copy(update={"text": "why " * 100}),), "1 question to answer: why why"),
    ],
)
def test_questions_wait_for_the_person(questions: tuple[Question, ...], message: str) -> None:
    analysis = Analysis(text="", warnings=("odd",), assumptions=("per year",))

    outcome = ending(Draft(questions=questions), analysis=analysis)

    assert outcome.state is JobState.NEEDS_ANSWER
    assert outcome.message.startswith(message)
    assert len(outcome.message) < 160
    assert (outcome.questions, outcome.warnings, outcome.assumptions) == (questions, ("odd",), ("per year",))
    assert outcome.error is None


@pytest.mark.parametrize("planner", ["auto", "llm"])
def test_what_rules_do_not_understand_waits_for_a_model(planner: Planner) -> None:
    outcome = ending(Analysis(text="", leftovers=("seasonally adjusted",)), planner)

    assert (outcome.state, outcome.deferral) == (JobState.DEFERRED, "llm_unavailable")
    assert outcome.message == "needs a language model: rules do not understand 'seasonally adjusted'"
    assert outcome.llm is not None
    assert outcome.llm.planner == "llm"


def test_without_a_model_it_fails_and_says_what_to_do() -> None:
    outcome = ending(Draft(leftovers=("a", "b")), "rules")

    assert (outcome.state, outcome.deferral) == (JobState.FAILED, None)
    assert outcome.error is not None
    assert (outcome.error.code, outcome.error.stage) == ("needs_llm", STAGE)
    assert "'a', 'b'" in outcome.message
    assert "planner = auto" in outcome.error.hint


def test_a_long_request_makes_no_long_message() -> None:
    outcome = ending(Analysis(text="", leftovers=tuple(f"{n} {'x' * 500}" for n in range(50))))

    assert len(outcome.message) < 700
    assert outcome.message.endswith(" and 42 more")


def test_a_refusal_comes_before_questions_and_these_before_leftovers() -> None:
    everything = Analysis(text="", refusal="no", questions=(WHICH,), leftovers=("x",))

    assert ending(everything).state is JobState.REFUSED
    assert ending(Draft(questions=(WHICH,), leftovers=("x",))).state is JobState.NEEDS_ANSWER


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (DatabaseUnavailable("it is away", hint="start it"), "database_unavailable"),
        (SandboxUnavailable("it is away", hint="start it"), "sandbox_unavailable"),
        (LlmUnavailable("it is away", hint="start it"), "llm_unavailable"),
    ],
)
def test_what_mends_itself_is_waited_for(error: MetaAgentError, reason: str) -> None:
    outcome = problem(error, STAGE)

    assert (outcome.state, outcome.deferral, outcome.message) == (JobState.DEFERRED, reason, "it is away (start it)")


@pytest.mark.parametrize("error", [WorkspaceError("not yours", hint="rename it"), ConfigError("odd", hint="mend it")])
def test_other_errors_of_ours_fail_the_request(error: MetaAgentError) -> None:
    outcome = problem(error, "deploy_agent")

    assert (outcome.state, outcome.deferral) == (JobState.FAILED, None)
    assert outcome.error is not None
    assert (outcome.error.code, outcome.error.message, outcome.error.hint, outcome.error.stage) == (
        error.code,
        error.message,
        error.hint,
        "deploy_agent",
    )


def test_every_error_that_can_be_retried_is_waited_for() -> None:
    retryable = [cls for cls in MetaAgentError.__subclasses__() if cls.retryable]

    assert {problem(cls("away"), None).state for cls in retryable} == {JobState.DEFERRED}
