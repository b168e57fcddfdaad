"""Agent against SQL on the live data: what agrees, and every way to differ."""

from __future__ import annotations

import copy
from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any

import pytest
from compiled import ORLANDO
from specs import dscr_metric, dscr_spec

from daemon.adapters.database import open_database
from daemon.checks.reconcile import Query, reconcile, undefined_words
from daemon.core.findings import Level


@pytest.fixture
def query(orlando_sqlite: str) -> Query:
    return open_database(orlando_sqlite).query


@pytest.fixture
def answers(query: Query) -> dict[str, Any]:
    """What an agent would say, calculated here by hand in Python."""
    found = query("SELECT property_id, annual_noi, annual_debt_service FROM financial_metrics ORDER BY 1")
    rows = [(key, *(None if v is None else Decimal(str(v)) for v in values)) for key, *values in found]
    return {"standard": _answer(rows, Decimal(1)), "conservative": _answer(rows, Decimal("0.9"))}


def _answer(rows: Sequence[tuple[Any, ...]], factor: Decimal) -> dict[str, Any]:
    figures, sums = [], [Decimal(0), Decimal(0)]
    for key, noi, debt in rows:
        # A haircut takes a tenth of the size away, so that a loss grows.
        cut = None if noi is None else noi - abs(noi) * (1 - factor)
        exact = None if cut is None or not debt or debt < 0 else cut / debt
        if exact is not None and cut is not None:
            sums = [sums[0] + cut, sums[1] + debt]
        reason = None if exact is not None else "no value"
        figures.append({"key": {"id": key}, "exact": None if exact is None else str(exact), "reason": reason})
    counted = sum(f["exact"] is not None for f in figures)
    total = {"exact": str(sums[0] / sums[1]), "rows": counted, "undefined": len(figures) - counted}
    return {"results": [{"metric": "dscr", "rows": figures, "total": total}]}


def test_an_agent_that_agrees_has_no_findings(answers: dict[str, Any], query: Query) -> None:
    assert reconcile(dscr_spec(), ORLANDO, answers, query) == ()


Change = Callable[[dict[str, Any]], None]


def in_row(number: int, exact: str | None) -> Change:
    return lambda answers: answers["conservative"]["results"][0]["rows"][number].update(exact=exact)


def in_total(exact: str | None) -> Change:
    return lambda answers: answers["standard"]["results"][0]["total"].update(exact=exact)


@pytest.mark.parametrize(
    ("change", "place", "words"),
    [
        (in_row(4, "1.2150001"), "dscr in mode conservative, row 5", "the agent says 1.2150001, the SQL 1.215"),
        (in_row(2, "0"), "dscr in mode conservative, row 3", "the agent says 0, the SQL None"),
        (in_row(4, None), "dscr in mode conservative, row 5", "the agent says None, the SQL 1.215"),
        (in_total("1.5"), "dscr in mode standard, total", "the agent says 1.5, the SQL"),
        (in_total(None), "dscr in mode standard, total", "the agent says None, the SQL"),
        (
            lambda answers: answers["standard"]["results"][0]["rows"].pop(),
            "dscr in mode standard",
            "the agent answers 9 rows, the SQL 10",
        ),
        (
            lambda answers: answers["standard"]["results"][0]["rows"][0].update(key={"id": 77}),
            "dscr in mode standard",
            "the agent answers 10 rows, the SQL 10 (or others)",
        ),
    ],
)
def test_every_difference_is_found(
    answers: dict[str, Any], query: Query, change: Change, place: str, words: str
) -> None:
    changed = copy.deepcopy(answers)
    change(changed)

    [found] = reconcile(dscr_spec(), ORLANDO, changed, query)

    assert (found.code, found.level, found.place) == ("reconciliation", Level.ERROR, place)
    assert found.message.startswith(words)


def test_the_last_digits_of_binary_arithmetic_are_no_difference(answers: dict[str, Any], query: Query) -> None:
    in_row(4, "1.21500000000001")(answers)

    assert reconcile(dscr_spec(), ORLANDO, answers, query) == ()


def test_a_figure_that_is_not_additive_has_no_total_to_compare(answers: dict[str, Any], query: Query) -> None:
    spec = dscr_spec(metrics=(dscr_metric().model_copy(update={"total": "none"}),))
    for answer in answers.values():
        answer["results"][0]["total"]["exact"] = None

    assert reconcile(spec, ORLANDO, answers, query) == ()


def test_both_engines_say_the_same(orlando: str, answers: dict[str, Any]) -> None:
    database = open_database(orlando)

    assert reconcile(dscr_spec(), database.schema(), answers, database.query) == ()
    database.close()


def test_rows_without_a_value_are_told_with_their_reasons() -> None:
    rows: list[dict[str, Any]] = [{"key": {"id": n}, "reason": "no debt"} for n in range(1, 8)]
    rows += [{"key": {"id": 8}, "reason": "NOI missing"}, {"key": {"id": 9}, "reason": None}]
    answers = {"standard": {"results": [{"rows": rows, "total": {"rows": 4, "undefined": 8}}]}}

    assert undefined_words(dscr_spec(), answers) == (
        "8 of 12 properties have no DSCR (NOI missing: 8; no debt: 1, 2, 3, 4, 5 and 2 more)",
    )


def test_nothing_is_told_when_every_row_has_a_value() -> None:
    answers = {"standard": {"results": [{"rows": [], "total": {"rows": 4, "undefined": 0}}]}}

    assert undefined_words(dscr_spec(), answers) == ()


def test_rows_that_were_not_asked_for_are_counted_all_the_same() -> None:
    answers = {"standard": {"results": [{"rows": [], "total": {"rows": 4, "undefined": 2}}]}}

    assert undefined_words(dscr_spec(), answers) == ("2 of 6 properties have no DSCR (see the rows)",)
