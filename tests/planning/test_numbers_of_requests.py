"""Numbers as people write them."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from daemon.core.spec import Unit
from daemon.planning.numbers import Figure, claim_numbers, read_digits
from daemon.planning.reading import Reading, Role


def figures(text: str) -> list[Figure]:
    reading = Reading(text)
    claim_numbers(reading)
    return [s.value for s in reading.of(Role.NUMBER)]


@pytest.mark.parametrize(
    ("text", "value", "unit"),
    [
        ("10%", "0.10", Unit.FRACTION),
        ("8.5 percent", "0.085", Unit.FRACTION),
        ("1.25x", "1.25", Unit.RATIO),
        ("1.25", "1.25", Unit.NUMBER),
        (".5", "0.5", Unit.NUMBER),
        ("$60,000", "60000", Unit.MONEY),
        ("12 dollars", "12", Unit.MONEY),
        ("60,000", "60000", Unit.NUMBER),
        ("1,234,567.89", "1234567.89", Unit.NUMBER),
        ("60.000,50", "60000.50", Unit.NUMBER),
        ("1.234.567", "1234567", Unit.NUMBER),
        ("1,25", "1.25", Unit.NUMBER),
        ("60k", "60000", Unit.NUMBER),
        ("1.5 million", "1500000", Unit.NUMBER),
        ("14 days", "14", Unit.DAYS),
        ("-5", "-5", Unit.NUMBER),
    ],
)
def test_value_and_unit(text: str, value: str, unit: Unit) -> None:
    (figure,) = figures(f"about {text} here")
    assert (figure.number.value, figure.number.unit) == (Decimal(value), unit)


@pytest.mark.parametrize("text", ["1,2,3", "1.2.3", "200 bps", "5 percentage points", "v2", "12abc", "3rd", "1..2"])
def test_what_is_no_clear_number_is_left_over(text: str) -> None:
    assert figures(f"about {text} here") == []


@pytest.mark.parametrize(
    ("text", "other"), [("60.000", "60000"), ("1.250", "1250"), ("60,000", "60"), ("1,250", "1.25")]
)
def test_both_customs_are_kept_where_they_differ(text: str, other: str) -> None:
    (figure,) = figures(text)
    assert figure.reads.other == Decimal(other)


@pytest.mark.parametrize("text", ["1.25", "0.125", "12.5", "1,25", "60,000.00", "1000"])
def test_a_number_with_one_reading_has_no_other(text: str) -> None:
    (figure,) = figures(text)
    assert figure.reads.other is None


def test_a_comma_decimal_is_an_assumption() -> None:
    (figure,) = figures("1,25")
    assert figure.reads.assumption == "“1,25” is read as 1.25"


@given(st.decimals(min_value=0, max_value=10**9, places=2))
def test_a_number_written_the_english_way_is_read_exactly(value: Decimal) -> None:
    reads = read_digits(f"{value:,.2f}")
    assert reads is not None
    assert reads.value == value
