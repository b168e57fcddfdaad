"""Totals: ratio of sums, sums of amounts, counts; and the worst of several statuses."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from daemon.runtime.numbers import Ratio, Undefined
from daemon.runtime.statuses import NOT_AVAILABLE, worst
from daemon.runtime.totals import Tally


def tally(*figures: tuple[Decimal | Ratio | Undefined, str | None]) -> Tally:
    counted = Tally(decimals=2)
    for figure, status in figures:
        counted.add(figure, status)
    return counted


def ratio(numerator: str, denominator: str) -> Ratio:
    return Ratio(Decimal(numerator), Decimal(denominator))


def test_the_total_of_ratios_is_the_ratio_of_the_sums() -> None:
    total = tally((ratio("300", "100"), "PASS"), (ratio("100", "900"), "FAIL")).total()

    assert (total.value, total.exact) == (Decimal("0.40"), Decimal("0.4"))
    assert (total.rows, total.undefined, total.reason) == (2, 0, None)
    assert total.by_status == {"FAIL": 1, "PASS": 1}


def test_undefined_rows_are_counted_apart_and_add_nothing() -> None:
    total = tally((ratio("3", "2"), "PASS"), (Undefined("no debt"), NOT_AVAILABLE)).total()

    assert (total.value, total.rows, total.undefined) == (Decimal("1.50"), 1, 1)
    assert total.by_status == {"PASS": 1}


def test_amounts_are_added_up() -> None:
    total = tally((Decimal("0.1"), None), (Decimal("0.2"), None)).total()

    assert (total.value, total.exact, total.by_status) == (Decimal("0.30"), Decimal("0.3"), {})


@pytest.mark.parametrize("figures", [(), ((Undefined("no debt"), NOT_AVAILABLE),)], ids=["no row", "no value"])
def test_a_total_of_nothing_has_a_reason(figures: tuple[tuple[Undefined, str], ...]) -> None:
    total = tally(*figures).total()

    assert (total.value, total.exact, total.reason) == (None, None, "no row has a value")


def test_a_ratio_whose_denominators_cancel_out_has_a_reason() -> None:
    total = tally((ratio("5", "2"), None), (ratio("5", "-2"), None)).total()

    assert (total.value, total.reason) == (None, "the denominators add up to zero")


def test_a_figure_that_is_not_additive_is_only_counted() -> None:
    total = tally((Decimal(3), "PASS")).counts_only("not additive")

    assert (total.value, total.exact, total.rows, total.by_status) == (None, None, 1, {"PASS": 1})
    assert total.reason == "not additive"


def test_a_sum_keeps_every_digit() -> None:
    large = Decimal("99999999999999999999999999999999.99")

    assert tally((large, None), (Decimal("0.01"), None)).total().exact == Decimal(10) ** 32


@given(st.lists(st.decimals(allow_nan=False, allow_infinity=False, places=4, min_value=-(10**30), max_value=10**30)))
def test_the_order_of_rows_does_not_count(amounts: list[Decimal]) -> None:
    forwards, backwards = (tally(*((a, None) for a in order)).total() for order in (amounts, amounts[::-1]))

    assert forwards == backwards


@pytest.mark.parametrize(
    ("statuses", "expected"),
    [
        (("OK", "BREACH"), "BREACH"),
        (("OK", NOT_AVAILABLE), "OK"),
        ((NOT_AVAILABLE, NOT_AVAILABLE), NOT_AVAILABLE),
        ((None, "OK"), "OK"),
        ((None,), None),
        ((), None),
    ],
)
def test_the_worst_status_counts(statuses: tuple[str | None, ...], expected: str | None) -> None:
    assert worst(statuses, ("BREACH", "OK")) == expected
