"""Ways of calculating besides the standard one: ``15% stress test``, ``conservative (10% NOI haircut)``."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal

from daemon.core.build import Number
from daemon.core.spec import Unit
from daemon.planning.numbers import NUMBER_WORD, Figure, count_of
from daemon.planning.reading import Reading, Role, Span

_N = Role.NUMBER.pattern
_T = f"(?P<target>{Role.METRIC.pattern}|{Role.NAME.pattern})"
_CUT = r"(?:haircut|cut|reduction|decrease|decline|drop|discount)"
_RISE = r"(?:increase|rise|growth|uplift|surcharge)"
_CHANGES: tuple[tuple[str, int, str], ...] = (
    (rf"(?P<number>{_N})\s*{_T}\s*{_CUT}\b", -1, "haircut"),
    (rf"(?P<number>{_N})\s*{_T}\s*{_RISE}\b", 1, "rise"),
    (rf"(?P<number>{_N})\s*{_CUT}\s+(?:in|on|of|to)\s+(?:the\s+)?{_T}", -1, "haircut"),
    (rf"(?P<number>{_N})\s*{_RISE}\s+(?:in|on|of|to)\s+(?:the\s+)?{_T}", 1, "rise"),
    (rf"{_T}\s*{_CUT}\s+(?:of|by)\s+(?P<number>{_N})", -1, "haircut"),
    (rf"{_T}\s*{_RISE}\s+(?:of|by)\s+(?P<number>{_N})", 1, "rise"),
    (rf"\b(?:cuts|reduces|lowers|decreases|haircuts)\s+(?:the\s+)?{_T}\s+by\s+(?P<number>{_N})", -1, "haircut"),
    (rf"\b(?:raises|increases|lifts)\s+(?:the\s+)?{_T}\s+by\s+(?P<number>{_N})", 1, "rise"),
    (
        rf"{_T}\s+(?:is\s+|are\s+|goes\s+)?(?:down|cut|reduced|lowered|decreased)\s+(?:by\s+)?(?P<number>{_N})",
        -1,
        "haircut",
    ),
    (rf"{_T}\s+(?:is\s+|are\s+|goes\s+)?(?:up|raised|increased)\s+(?:by\s+)?(?P<number>{_N})", 1, "rise"),
    (rf"(?P<number>{_N})\s*(?:lower|less)\s+{_T}", -1, "haircut"),
    (rf"(?P<number>{_N})\s*(?:higher|more)\s+{_T}", 1, "rise"),
)
_NAMES = "conservative|stressed|stress|downside|pessimistic|optimistic|upside|adverse|severe|cautious"
_KNOWN_NAMES = {"stress": "stressed"}
_AROUND = r"(?:\b(?:and|with|under|in|using)\s+)*(?:\b(?:a|an|the|one)\s+)?"
_KIND = r"(?:mode|case|scenario|test|version|variant)"
_LIST_HEAD = (
    rf"(?:\b(?:with|in|using)\s+)?(?P<count>\b{NUMBER_WORD}\b|{_N})\s*(?:modes|cases|scenarios)\s*(?:-|:|,|\()?\s*"
)
_CHANGE = f"(?P<change>{Role.CHANGE.pattern})"
_MODES = (
    rf"{_AROUND}(?P<name>{_NAMES})(?:\s+{_KIND})?\s*\(\s*(?:a\s+|an\s+)?{_CHANGE}\s*\)(?:\s+{_KIND}\b)?",
    rf"{_AROUND}(?P<name>{_NAMES})(?:\s+{_KIND})?\s*(?::|-|,)?\s*(?:\b(?:that|which|with|where|of)\s+)?(?:a\s+|an\s+)?{_CHANGE}",
    rf"{_AROUND}(?P<name>stress)\s+{_KIND}\s*\(\s*(?P<number>{_N})\s*\)",
    rf"{_AROUND}(?P<name>stress)\s+{_KIND}\s*(?::|-)?\s*(?:of\s+|at\s+|by\s+)?(?P<number>{_N})",
    rf"{_AROUND}(?P<number>{_N})\s*(?P<name>stress)(?:\s+{_KIND})?\s+(?:on|of|to|in)\s+(?:the\s+)?{_T}",
    rf"{_AROUND}(?P<number>{_N})\s*(?P<name>stress)(?:\s+{_KIND})?\b(?!\s+(?:on|of|to|in)\b)",
    rf"{_AROUND}(?P<name>stressed)\s+(?:by|at)\s+(?P<number>{_N})",
    rf"{_AROUND}(?P<standard>standard|base|normal)(?:\s+(?:mode|case|scenario))?\b",
)


@dataclass(frozen=True, slots=True)
class Change:
    """A figure going up or down by a part of itself; ``target`` is the claimed phrase, None when not said."""

    factor: Decimal
    word: str
    text: str
    target: Span | None
    number: Number


@dataclass(frozen=True, slots=True)
class ModePhrase:
    """One mode. ``change`` is None for ``standard``; ``counted`` is the number of modes the request announces."""

    name: str
    text: str
    change: Change | None = None
    counted: int | None = None


def claim_modes(reading: Reading) -> None:
    """Claim mode phrases as MODE. A number that is no percentage changes nothing, so such a phrase stays free."""
    _claim_changes(reading)
    for pattern in _MODES:
        for match in reading.find(pattern):
            phrase = _phrase(reading, match)
            if phrase is not None:
                reading.claim(*match.span(), Role.MODE, phrase)
    _claim_single_change(reading)
    for pattern in (rf"{_LIST_HEAD}(?={Role.MODE.value})", rf"(?<={Role.MODE.value})\s+modes\b"):
        for match in reading.find(pattern):
            phrase = ModePhrase("", reading.text(*match.span()), counted=_count(reading, match))
            reading.claim(*match.span(), Role.MODE, phrase)


def _count(reading: Reading, match: re.Match[str]) -> int | None:
    if not match.groupdict().get("count"):
        return None
    numbers = reading.within(*match.span("count"), Role.NUMBER)
    return int(numbers[0].value.number.value) if numbers else count_of(match["count"])


def _claim_single_change(reading: Reading) -> None:
    """A change alone is a mode too; next to others it might belong to them, so then it stays unread."""
    has_change = any(s.value.change for s in reading.of(Role.MODE))
    if has_change or len(reading.of(Role.CHANGE)) != 1:
        return
    for match in reading.find(rf"{_AROUND}{_CHANGE}(?:\s+(?:mode|case|scenario|stress test|stress)\b)?"):
        phrase = _phrase(reading, match)
        if phrase is not None:
            reading.claim(*match.span(), Role.MODE, phrase)


def _claim_changes(reading: Reading) -> None:
    for pattern, sign, word in _CHANGES:
        for match in reading.find(pattern):
            number = _percentage(reading, match)
            target = reading.within(*match.span("target"), Role.METRIC) or reading.within(
                *match.span("target"), Role.NAME
            )
            if number is not None and len(target) == 1:
                text = reading.text(*match.span())
                reading.claim(*match.span(), Role.CHANGE, Change(sign * number.value, word, text, target[0], number))


def _phrase(reading: Reading, match: re.Match[str]) -> ModePhrase | None:
    groups = match.groupdict()
    text = reading.text(*match.span())
    if "standard" in groups:
        return ModePhrase("standard", text)
    change = _change(reading, match)
    if change is None:
        return None
    name = groups.get("name") or ("stressed" if change.word == "haircut" else "raised")
    return ModePhrase(_KNOWN_NAMES.get(name, name), text, change)


def _change(reading: Reading, match: re.Match[str]) -> Change | None:
    if match.groupdict().get("change"):
        found = reading.within(*match.span("change"), Role.CHANGE)
        return found[0].value if len(found) == 1 and isinstance(found[0].value, Change) else None
    number = _percentage(reading, match)
    if number is None:
        return None
    target = match.groupdict().get("target")
    spans = (
        reading.within(*match.span("target"), Role.METRIC) + reading.within(*match.span("target"), Role.NAME)
        if target
        else ()
    )
    return Change(-number.value, "stress", reading.text(*match.span()), spans[0] if spans else None, number)


def _percentage(reading: Reading, match: re.Match[str]) -> Number | None:
    """The number of the match as a fraction, if it is a percentage above 0 and up to 100."""
    numbers = reading.within(*match.span("number"), Role.NUMBER)
    if len(numbers) != 1:
        return None
    figure = numbers[0].value
    assert isinstance(figure, Figure)
    number = figure.number
    is_clear = number.unit is Unit.FRACTION and figure.reads.other is None and 0 < number.value <= 1
    return number if is_clear else None
