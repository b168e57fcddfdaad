"""Rounding, whole-number division, fractions and values that are not there."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from daemon.runtime.numbers import (
    Ratio,
    Undefined,
    ceiling,
    floor,
    floor_quotient,
    floor_rest,
    reason_of,
    rounded,
    value_of,
)

MONEY = st.decimals(allow_nan=False, allow_infinity=False, places=2, min_value=-(10**12), max_value=10**12)


@pytest.mark.parametrize(
    ("value", "decimals", "expected"),
    [
        ("1.005", 2, "1.01"),
        ("-1.005", 2, "-1.01"),
        ("1.2468", 2, "1.25"),
        ("0.125", 2, "0.13"),
        ("2.5", 0, "3"),
        ("7", 2, "7.00"),
        ("1E+3", 2, "1000.00"),
        ("0", 4, "0.0000"),
        ("-0.001", 2, "-0.00"),
    ],
)
def test_halves_are_rounded_away_from_zero(value: str, decimals: int, expected: str) -> None:
    assert str(rounded(Decimal(value), decimals)) == expected


@pytest.mark.parametrize("exponent", [28, 60, 300, 10_000])
def test_numbers_of_any_size_are_rounded_without_loss(exponent: int) -> None:
    huge = Decimal(10) ** 28 * Decimal(f"1E+{exponent - 28}")

    assert format(rounded(huge, 2), "f") == "1" + "0" * exponent + ".00"


def test_a_sum_of_more_than_28_digits_keeps_its_cents() -> None:
    assert rounded(Decimal("123456789012345678901234567890.125"), 2) == Decimal("123456789012345678901234567890.13")


@given(MONEY, st.integers(0, 10))
def test_rounding_moves_a_value_by_half_a_place_at_most(value: Decimal, decimals: int) -> None:
    moved = abs(Fraction(rounded(value, decimals)) - Fraction(value))

    assert moved <= Fraction(1, 2 * 10**decimals)


@given(st.integers(-(10**9), 10**9), st.integers(-(10**4), 10**4).filter(bool))
def test_whole_number_division_is_that_of_python_integers(left: int, right: int) -> None:
    assert floor_quotient(Decimal(left), Decimal(right)) == left // right
    assert floor_rest(Decimal(left), Decimal(right)) == left % right


@given(MONEY)
def test_floor_and_ceiling_enclose_a_value(value: Decimal) -> None:
    assert floor(value) <= value <= ceiling(value)
    assert ceiling(value) - floor(value) == (0 if value == value.to_integral_value() else 1)


def test_a_figure_has_a_value_or_a_reason() -> None:
    assert (value_of(Ratio(Decimal(405000), Decimal(300000))), reason_of(Ratio(Decimal(1), Decimal(2)))) == (
        Decimal("1.35"),
        None,
    )
    assert (value_of(Decimal(7)), reason_of(Decimal(7))) == (Decimal(7), None)
    assert (value_of(Undefined("no debt")), reason_of(Undefined("no debt"))) == (None, "no debt")


def test_a_ratio_is_unrounded() -> None:
    assert Ratio(Decimal(311700), Decimal(250000)).value == Decimal("1.2468")
    assert str(Ratio(Decimal(1), Decimal(3)).value) == "0." + "3" * 28
