"""What holds for any request: the planner never crashes, never guesses silently, and is the same every time."""

from __future__ import annotations

import re

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from planning_scene import Planner

from daemon.checks.accounting import accounting_findings
from daemon.checks.measured import measured_findings
from daemon.checks.spec import spec_findings

UNDERSTOOD = (
    "I need an agent to calculate DSCR for properties",
    "DSCR with 15% stress test",
    "LTV and debt yield for each retail property, warn when the LTV is above 60%",
    "margin = (gross_income - operating_expenses) / gross_income for each property. Show in percent.",
    "Debt per unit of the multifamily properties: loan_balance divided by units. Warn above 60,000.",
)
WORDS = tuple(
    word
    for line in (
        "DSCR LTV NOI loan_balance units property properties for each every the of per and or with at least at most",
        "below above 1.25 15% 60,000 stress test conservative mode haircut warn flag fine status otherwise show",
        "percent decimals whole dollars total average number minimum limit is = / * ( ) , . : - not only except retail",
        "Kissimmee Orlando portfolio n/a missing no loan divided by in on please agent calculate delete drop rows",
    )
    for word in line.split()
)
STRANGE = st.text(alphabet=st.characters(min_codepoint=97, max_codepoint=122), min_size=4, max_size=12)
RELAXED = settings(suppress_health_check=[HealthCheck.function_scoped_fixture])


@given(st.text(max_size=200))
@example("\ue000\ue003 at least \ue003")
@example("\u0130 DSCR \u017f \u00df")
@example("> > >\n\n- - -\n+++")
@RELAXED
def test_any_text_comes_to_an_end(orlando_planner: Planner, text: str) -> None:
    assert orlando_planner.plan(text).end in {"spec", "questions", "leftovers", "refusal"}


@given(st.lists(st.sampled_from(WORDS), min_size=1, max_size=14))
@RELAXED
def test_known_words_in_any_order_give_a_valid_spec_or_none(orlando_planner: Planner, words: list[str]) -> None:
    plan = orlando_planner.plan(" ".join(words))
    if plan.end != "spec":
        return
    spec = plan.spec
    found = (
        *spec_findings(spec, orlando_planner.schema),
        *accounting_findings(spec, plan.analysis),
        *measured_findings(spec, orlando_planner.schema, orlando_planner.database),
    )
    assert not found
    written = [n.text for n in plan.analysis.numbers]
    for number in re.findall(r"\d[\d.,]*", " ".join(words)):
        assert any(number.strip(".,") in w for w in written), f"{number} is lost in {words}"


@pytest.mark.parametrize("text", UNDERSTOOD)
@given(word=STRANGE, at=st.integers(min_value=0, max_value=30))
@RELAXED
def test_a_strange_word_anywhere_is_never_swallowed(orlando_planner: Planner, text: str, word: str, at: int) -> None:
    words = text.split()
    words.insert(at % (len(words) + 1), f"x{word}q")
    plan = orlando_planner.plan(" ".join(words))
    assert plan.end != "spec" or f"x{word}q" in " ".join(m.title for m in plan.spec.metrics)


@pytest.mark.parametrize("text", UNDERSTOOD)
@pytest.mark.parametrize(
    "clause",
    [
        "except retail",
        "but only the new ones",
        "after tax",
        "not for offices",
        "ignoring vacancy",
        "in euros",
        "and compare with last year",
        "unless the loan is small",
        "as of 2023",
        "top 5",
        "excluding property 3",
    ],
)
def test_a_clause_more_is_never_swallowed(orlando_planner: Planner, text: str, clause: str) -> None:
    assert orlando_planner.plan(text).end == "spec"
    for longer in (f"{text} {clause}", f"{text.rstrip('.')}, {clause}", f"{clause}: {text}"):
        assert orlando_planner.plan(longer).end != "spec", longer


@pytest.mark.parametrize("text", UNDERSTOOD)
def test_the_same_request_gives_the_same_spec(orlando_planner: Planner, text: str) -> None:
    assert orlando_planner.plan(text).spec == orlando_planner.plan(text).spec


@pytest.mark.parametrize("text", UNDERSTOOD)
def test_white_space_and_case_change_nothing(orlando_planner: Planner, text: str) -> None:
    plain = orlando_planner.plan(text).spec
    spaced = orlando_planner.plan(text.replace(" ", "  ").replace(". ", ".\n\n")).spec
    assert [m.formula for m in spaced.metrics] == [m.formula for m in plain.metrics]
    assert spaced.entity == plain.entity
    assert spaced.modes == plain.modes


@pytest.mark.parametrize("text", UNDERSTOOD)
def test_what_is_understood_is_valid(orlando_planner: Planner, text: str) -> None:
    plan = orlando_planner.plan(text)
    assert not spec_findings(plan.spec, orlando_planner.schema)
    assert not accounting_findings(plan.spec, plan.analysis)
    assert not measured_findings(plan.spec, orlando_planner.schema, orlando_planner.database)
