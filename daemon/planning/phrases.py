"""Set phrases: how results are shown, what happens to rows without a figure, totals, and words that ask politely."""

from __future__ import annotations

import re
from dataclasses import dataclass

from daemon.planning.numbers import NUMBER_WORD, count_of
from daemon.planning.reading import Reading, Role


@dataclass(frozen=True, slots=True)
class Display:
    """How figures are shown; None and False mean: not said."""

    decimals: int | None = None
    as_percent: bool = False
    whole_money: bool = False
    every: int | None = None
    """``both`` says there are two figures; None when the phrase does not count them."""


@dataclass(frozen=True, slots=True)
class MissingRule:
    """``no loan (balance empty or 0): n/a``: the figure called ``subject`` must be there and not zero."""

    subject: str


@dataclass(frozen=True, slots=True)
class StatusWords:
    """The words for a missed limit and a kept one."""

    missed: str
    kept: str


@dataclass(frozen=True, slots=True)
class RowStatus:
    """What is the status of a row with two figures, one or both without a value: as agents decide it anyway."""


@dataclass(frozen=True, slots=True)
class TotalLine:
    """One line over all rows is wanted; ``rows`` is the request's word for them, if it says one."""

    rows: str = ""


_SHOW = (
    r"(?:\b(?:and\s+)?(?:show|shown|display|displayed|give|print|present|format|formatted|rounded|round|express|expressed)"
    r"\b\s*)"
)
_WHAT = r"(?:\b(?P<every>both|all|it|them|each|everything|the results?|results?|values?|figures?|amounts?)\b\s*)"
_AS = r"(?:\b(?:in|as|to|with|using)\b\s*)"
_PERCENT = r"\b(?P<percent>percent|per cent|percentages?|%)(?!\w)"
_PLACES = r"(?:decimals?|decimal places?|digits after the (?:decimal )?point|places)\b"
_DECIMALS = rf"(?P<decimals>\b{NUMBER_WORD}\b|{Role.NUMBER.pattern}|\b(?:no|without)\b)\s*{_PLACES}"
_WHOLE = r"\b(?P<whole>whole (?:dollars|euros|numbers|units)|full dollars|the nearest (?:dollar|whole number))\b"
_DISPLAYS = (
    rf"{_SHOW}?{_WHAT}?{_AS}?{_PERCENT}\s*,?\s*(?:(?:with|to|and|at)\s+)?{_DECIMALS}",
    rf"{_SHOW}{_WHAT}?{_AS}?{_PERCENT}",
    rf"{_WHAT}?\b(?:in|as)\s+(?:a\s+)?{_PERCENT}",
    rf"{_SHOW}?{_WHAT}?{_AS}?{_DECIMALS}",
    rf"{_SHOW}?{_WHAT}?{_AS}?{_WHOLE}",
)

_EMPTY = r"(?:empty|missing|null|blank|not known|unknown|zero|0)"
_IS = r"\s*(?::|=|->|\bis\b|\bgives\b|\bmeans\b|,)\s*"
_NOT_AVAILABLE = r"(?:n/a|na|not available|not applicable|no value|undefined)"
_SAY_WHICH = r"(?:\s*,?\s*and\s+(?:say|name|tell)\s+(?:which|what)\s+(?:figure|value|one|number)?\s*is\s+missing)?"
_A_MISSING = r"(?:a\s+|any\s+)?missing\s+(?:figures?|values?|numbers?)"
_MISSING = (
    r"\b(?:if\s+(?:there is\s+)?)?no\s+(?P<subject>[a-z]+(?: [a-z]+)?)"
    rf"\s*(?:\(\s*(?:(?P<more>[a-z]+)\s+)?{_EMPTY}(?:\s+or\s+{_EMPTY})?\s*\))?"
    rf"(?:\s*or\s+{_A_MISSING})?{_IS}{_NOT_AVAILABLE}{_SAY_WHICH}"
)
_MISSING_FIGURE = rf"\b{_A_MISSING}{_IS}{_NOT_AVAILABLE}{_SAY_WHICH}"
_STATUS = (
    r"\bstatus\s+(?P<missed>[a-z]+)\s+(?:if|when)\s+(?:a|any|one|the)\s+limit\s+is\s+"
    r"(?:missed|broken|not met|breached|exceeded|violated)\s*,?\s*(?:otherwise|else)\s+(?P<kept>[a-z]+)"
)
_ROW_STATUS = (
    r"\bif\s+only\s+one\s+of\s+the\s+two\s+can\s+be\s+(?:computed|calculated)\s*,?\s*(?:it|that one)\s+decides",
    r"\bif\s+(?:none|neither)\s+(?:of them\s+)?can(?:\s+be\s+(?:computed|calculated))?\s*,?\s*"
    rf"the\s+status\s+is\s+{_NOT_AVAILABLE}",
)
_WHOLE_SET = (
    r"(?:(?:the\s+)?(?:whole|entire|total|full)\s+(?:portfolio|set|list|data|team|table)|the portfolio"
    r"|all(?:\s+of\s+them)?(?:\s+together)?|everything)"
)
_AT_END = r"(?:\s+at\s+the\s+(?:bottom|end))?"
_TOTAL = (
    r"\b(?:and\s+)?(?:with\s+)?(?:one|a|the)\s+(?:last\s+|final\s+|bottom\s+)?(?:total\s+|summary\s+)?(?:line|row)"
    rf"\s+for\s+{_WHOLE_SET}{_AT_END}",
    rf"\b(?:and\s+|with\s+)*(?:a|one|the)\s+(?:portfolio\s+)?totals?(?:\s+(?:line|row))?{_AT_END}(?=\s*(?:[.,;\n]|$))",
    r"\b(?:and|with)\s+(?:portfolio\s+)?totals?(?=\s*(?:[.,;\n]|$))",
)
_TOTAL_ROWS = (
    r"\beach\s+(?:ratio|figure|one)\s+over\s+the\s+(?P<rows>[a-z]+)\s+that\s+have\s+both\s+"
    r"(?:of\s+its|its|of\s+the)\s+figures"
)

_WISH = (
    r"(?:i|we)(?:'d|\s+would|\s+do)?\s+(?:need|want|like|would like)"
    r"(?:\s+to\s+(?:have|see|get|know|calculate|compute))?"
)
_DO = (
    r"(?:calculate|calculates|calculating|compute|computes|computing|show|shows|showing|give|gives|report|reports|list|lists"
    r"|tell|get|find|determine|determines|work out|works out|return|returns|provide|provides|display|build|create|make"
    r"|write|produce)"
)
_THING = (
    r"(?:(?:simple|small|new|little)\s+)?"
    r"(?:agents?|systems?|tools?|calculators?|reports?|tables?|overview|lists?|program|script)"
)
_LEADS = (
    r"\b(?:please|kindly|hello|hi|hey|thanks|thank you|thanks in advance|thank you in advance)\b[,!]?",
    rf"\b{_WISH}(?=\s)",
    r"\b(?:can|could|would|will)\s+you(?:\s+please)?\b",
    rf"\b(?:an?|the|some)\s+{_THING}(?:\s+(?:that|which|who|to|for|of|with|showing|listing)\b)*"
    r"(?:\s+(?:can|will|should)\b)?",
    rf"\b{_DO}\b(?:\s+(?:me|us)\b)?",
    r"\b(?:what|how high|how large|how big)\s+(?:is|are)\b",
)


def claim_rules(reading: Reading) -> None:
    """Claim sentences about missing figures, status words and the total line, before any word of them is read alone."""
    for pattern in (_MISSING, _MISSING_FIGURE):
        for match in reading.find(pattern):
            groups = match.groupdict()
            subject = " ".join(p for p in (groups.get("subject"), groups.get("more")) if p)
            reading.claim(*match.span(), Role.RULE, MissingRule(subject))
    for match in reading.find(_STATUS):
        reading.claim(*match.span(), Role.RULE, StatusWords(match["missed"].upper(), match["kept"].upper()))
    for pattern in _ROW_STATUS:
        for match in reading.find(pattern):
            reading.claim(*match.span(), Role.RULE, RowStatus())
    for pattern in (*_TOTAL, _TOTAL_ROWS):
        for match in reading.find(pattern):
            reading.claim(*match.span(), Role.RULE, TotalLine(match.groupdict().get("rows") or ""))


def claim_displays(reading: Reading) -> None:
    """Claim phrases about decimals and percent as DISPLAY."""
    for pattern in _DISPLAYS:
        for match in reading.find(pattern):
            display = _display(reading, match)
            if display is not None:
                reading.claim(*match.span(), Role.DISPLAY, display)


def _display(reading: Reading, match: re.Match[str]) -> Display | None:
    groups = match.groupdict()
    decimals = 0 if groups.get("whole") else None
    if groups.get("decimals"):
        decimals = _places(reading, match)
        if decimals is None:
            return None
    return Display(
        decimals=decimals,
        as_percent=bool(groups.get("percent")),
        whole_money=any(w in str(groups.get("whole")) for w in ("dollar", "euro")),
        every=2 if groups.get("every") == "both" else None,
    )


def _places(reading: Reading, match: re.Match[str]) -> int | None:
    """How many decimals; None when the number is none that counts."""
    word = match["decimals"]
    numbers = reading.within(*match.span("decimals"), Role.NUMBER)
    if numbers:
        value = numbers[0].value.number.value
        return int(value) if value == int(value) >= 0 else None
    if word.startswith(Role.NUMBER.value):
        return None
    return 0 if word in {"no", "without"} else count_of(word)


def claim_leads(reading: Reading) -> None:
    """Claim words that only introduce or ask politely as LEAD."""
    for pattern in _LEADS:
        for match in reading.find(pattern):
            reading.claim(*match.span(), Role.LEAD)
