"""Numbers of a request: exact values, percent signs, currencies, thousands, and comma decimals."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal

from daemon.core.build import Number
from daemon.core.spec import Unit
from daemon.planning.reading import Reading, Role

_NUMBER = re.compile(
    r"(?<![\w.,\ue000-\uf8ff])(?P<sign>[-+])?(?P<currency>[$€£]|usd |eur |us\$)?\s?"
    r"(?P<digits>\d+(?:[.,]\d+)*|\.\d+)"
    r"(?:(?P<scale> ?(?:k|m|mm|mn|bn|thousand|million|billion))\b)?"
    r"(?P<unit> ?%| percent\b| per cent\b| percentage points?\b| ?bps\b| basis points\b|x(?![\w])"
    r"| ?(?:dollars?|usd|eur|euros?|pounds?|cents)\b| ?days?\b| ?years?\b)?"
    r"(?![\w%]|[.,]+\d)"
)
_THOUSANDS = re.compile(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?")
_EUROPEAN = re.compile(r"\d{1,3}(?:\.\d{3})+,\d+|\d{1,3}(?:\.\d{3}){2,}")
_PLAIN = re.compile(r"\d+(?:\.\d+)?|\.\d+")
_COMMA_DECIMAL = re.compile(r"\d+,\d+")
_SCALES = {"k": 3, "thousand": 3, "m": 6, "mm": 6, "mn": 6, "million": 6, "bn": 9, "billion": 9}
_UNITS = {"%": Unit.FRACTION, "percent": Unit.FRACTION, "per cent": Unit.FRACTION, "x": Unit.RATIO}
_MONEY = {"dollar", "dollars", "usd", "eur", "euro", "euros", "pound", "pounds"}
_WORDS = {
    "zero": 0, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9,
    "ten": 10,
}  # fmt: skip
NUMBER_WORD = "(?:" + "|".join(_WORDS) + r"|\d+)"
"""Regular expression for a small count, in letters or digits."""


@dataclass(frozen=True, slots=True)
class Reads:
    """How a number was read; ``other`` is the value it would have by the other custom, if both are plausible."""

    value: Decimal
    assumption: str = ""
    other: Decimal | None = None


def count_of(word: str) -> int:
    """``two`` and ``2`` are 2. Raises ``KeyError`` or ``ValueError`` for other words."""
    return int(word) if word.isdecimal() else _WORDS[word]


def read_digits(digits: str) -> Reads | None:
    """The value of digits with points and commas; None when they are no number by any custom."""
    if _THOUSANDS.fullmatch(digits):
        value = Decimal(digits.replace(",", ""))
        other = Decimal(digits.replace(",", ".")) if digits.count(",") == 1 and "." not in digits else None
        return Reads(value, other=other)
    if _EUROPEAN.fullmatch(digits):
        value = Decimal(digits.replace(".", "").replace(",", "."))
        return Reads(value, f"“{digits}” is read as {value:f}")
    if _PLAIN.fullmatch(digits):
        looks_grouped = re.fullmatch(r"[1-9]\d{0,2}\.\d{3}", digits) is not None
        return Reads(Decimal(digits), other=Decimal(digits.replace(".", "")) if looks_grouped else None)
    if _COMMA_DECIMAL.fullmatch(digits):
        value = Decimal(digits.replace(",", "."))
        return Reads(value, f"“{digits}” is read as {value:f}")
    return None


@dataclass(frozen=True, slots=True)
class Figure:
    """A number of the request with what its reading rests on."""

    number: Number
    reads: Reads
    is_money: bool = False


def claim_numbers(reading: Reading) -> None:
    """Claim every free number as a ``Figure``; what is no clear number stays free and so is left over."""
    for match in reading.find(_NUMBER.pattern):
        figure = _figure(reading, match)
        if figure is not None:
            reading.claim(*match.span(), Role.NUMBER, figure)


def _figure(reading: Reading, match: re.Match[str]) -> Figure | None:
    reads = read_digits(match["digits"])
    unit_word = (match["unit"] or "").strip()
    if reads is None or unit_word in {"bps", "basis points", "cents"} or unit_word.startswith("percentage point"):
        return None
    factor = Decimal(10) ** _SCALES.get((match["scale"] or "").strip(), 0)
    if match["sign"] == "-":
        factor = -factor
    unit = _UNITS.get(unit_word, Unit.NUMBER)
    if unit is Unit.FRACTION:
        factor /= 100
    is_money = bool(match["currency"]) or unit_word in _MONEY
    if is_money:
        unit = Unit.MONEY
    elif unit_word.startswith("day"):
        unit = Unit.DAYS
    elif unit_word.startswith("year"):
        unit = Unit.YEARS
    other = None if reads.other is None or (unit_word == "x" and reads.other > 100) else reads.other * factor
    number = Number(
        text=reading.text(*match.span()), value=reads.value * factor, unit=unit, start=match.start(), end=match.end()
    )
    return Figure(number, Reads(number.value, reads.assumption, other), is_money)
