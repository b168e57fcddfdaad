"""Ids of questions, and answers to them."""

from __future__ import annotations

import pytest

from daemon.planning.questions import Questions, match_option

OPTIONS = ("deals.noi", "deals.annual_noi", "stop: do not build this")


def test_questions_are_numbered_in_the_order_of_asking() -> None:
    questions = Questions({"q1": "b"})
    assert questions.ask("first", ("a", "b"), "a") == "b"
    assert questions.ask("second", ("a", "b"), "a") is None
    assert [q.id for q in questions.open] == ["q2"]


def test_numbering_goes_on_after_earlier_questions() -> None:
    questions = Questions({"q3": "b"}, asked=2)
    assert questions.ask("third", ("a", "b"), "a") == "b"


def test_an_empty_answer_takes_the_default() -> None:
    assert Questions({"q1": " "}).ask("first", ("a", "b"), "b") == "b"


def test_an_unknown_answer_is_asked_again_with_a_hint() -> None:
    questions = Questions({"q1": "purple"})
    assert questions.ask("which?", OPTIONS, OPTIONS[0]) is None
    assert "purple" in questions.open[0].text


def test_accepted_answers_need_not_be_options() -> None:
    questions = Questions({"q1": "Deals.Area"})
    assert questions.ask("which?", OPTIONS, OPTIONS[0], accepted=("deals.area",)) == "deals.area"


def test_answers_without_a_question_are_known() -> None:
    questions = Questions({"q1": "a", "q9": "b"})
    questions.ask("which?", ("a", "b"), "a")
    assert questions.unused() == ("q9",)


@pytest.mark.parametrize(
    ("answer", "option"),
    [
        ("deals.noi", "deals.noi"),
        ("DEALS.NOI", "deals.noi"),
        ("2", "deals.annual_noi"),
        ("annual", "deals.annual_noi"),
        ("stop", "stop: do not build this"),
        ("noi", None),
        ("7", None),
        ("", None),
        ("do", None),
        ("something else", None),
    ],
)
def test_answers_match_exactly_one_option_or_none(answer: str, option: str | None) -> None:
    assert match_option(answer, OPTIONS) == option
