"""Units through formulas: mismatches are errors with a place, conversions are written out."""

from __future__ import annotations

import pytest

from daemon.compiler.formula import FormulaError, parse
from daemon.compiler.formula.units import check, fits
from daemon.core.spec import Unit

UNITS = {
    "noi": Unit.MONEY,
    "debt": Unit.MONEY,
    "units": Unit.COUNT,
    "rate": Unit.FRACTION,
    "discount": Unit.PERCENT,
    "plain": Unit.NUMBER,
    "opened": Unit.DATE,
    "closed": Unit.DATE,
    "days": Unit.DAYS,
    "country": Unit.TEXT,
}


@pytest.mark.parametrize(
    ("text", "unit"),
    [
        ("noi / debt", Unit.RATIO),
        ("noi / debt", Unit.FRACTION),
        ("100 * noi / debt", Unit.PERCENT),
        ("noi / debt * 100", Unit.PERCENT),
        ("discount / 100", Unit.FRACTION),
        ("noi * (1 - rate)", Unit.MONEY),
        ("noi * (discount / 100)", Unit.MONEY),
        ("noi * discount / 100", Unit.MONEY),
        ("discount * noi / 100 - debt", Unit.MONEY),
        ("noi * discount / 100 / debt", Unit.RATIO),
        ("noi * discount / debt / 100", Unit.RATIO),
        ("2 * discount", Unit.PERCENT),
        ("discount / 2", Unit.PERCENT),
        ("abs(noi * discount) / 100", Unit.MONEY),
        ("noi / units", Unit.MONEY),
        ("noi - debt", Unit.MONEY),
        ("max(noi, 0)", Unit.MONEY),
        ("noi if noi > 0 else 0", Unit.MONEY),
        ("closed - opened", Unit.DAYS),
        ("units", Unit.COUNT),
        ("plain * noi", Unit.MONEY),
        ("noi / debt", Unit.NUMBER),
        ("round(noi / debt, 2)", Unit.RATIO),
        ("abs(noi) / coalesce(debt, 1)", Unit.RATIO),
    ],
)
def test_the_unit_of_a_formula(text: str, unit: Unit) -> None:
    assert fits(check(parse(text), UNITS, text), unit)


@pytest.mark.parametrize(
    ("text", "unit"),
    [
        ("noi / debt", Unit.PERCENT),
        ("100 * noi / debt", Unit.FRACTION),
        ("noi", Unit.RATIO),
        ("noi * debt", Unit.MONEY),
        ("debt / noi * noi", Unit.RATIO),
        ("noi > debt", Unit.RATIO),
        ("country", Unit.MONEY),
    ],
)
def test_a_formula_may_not_be_declared_to_have_another_unit(text: str, unit: Unit) -> None:
    assert not fits(check(parse(text), UNITS, text), unit)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("noi + rate", "money does not go with a ratio"),
        ("noi > units", "money does not go with count"),
        ("rate + discount", "a ratio does not go with a percentage"),
        ("rate > discount", "does not go with"),
        ("noi * discount", "has to be divided by 100"),
        ("plain * discount", "has to be divided by 100"),
        ("noi * discount + debt", "has to be divided by 100"),
        ("noi * discount / debt", "has to be divided by 100"),
        ("noi * discount * discount / 100", "has to be divided by 100"),
        ("noi / (debt * discount)", "has to be divided by 100"),
        ("noi / discount", "has to be divided by 100"),
        ("(noi * discount) ** 2", "has to be divided by 100"),
        ("noi + opened", "no arithmetic with money and a date"),
        ("country + 1", "no arithmetic with a text"),
        ("country > noi", "a text does not go with money"),
        ("noi and debt > 1", "money is no condition"),
        ("1 if noi else 0", "money is no condition"),
        ("noi if units > 1 else rate", "does not go with"),
        ("max(noi, rate)", "does not go with"),
        ("noi % units", "does not go with"),
    ],
)
def test_a_mismatch_says_what_does_not_go_with_what(text: str, words: str) -> None:
    with pytest.raises(FormulaError) as refusal:
        check(parse(text), UNITS, text)
    assert words in refusal.value.message
    assert refusal.value.text == text
