"""Limits and the statuses they name: ``at least 1.25``, ``below 12 dollars is weak``, ``warn above 60,000``."""

from __future__ import annotations

import re
from dataclasses import dataclass

from daemon.planning.comparisons import COMPARISON, INCLUSIVE, WORDS, Operator, operator_of
from daemon.planning.numbers import Figure
from daemon.planning.reading import Reading, Role, Span

_M, _N, _E = Role.METRIC.pattern, Role.NUMBER.pattern, f"(?:{Role.ENTITY.pattern}|{Role.NAME.pattern})"
_GOOD = frozenset({
    "ok", "okay", "fine", "good", "pass", "passes", "green", "healthy", "strong", "acceptable", "safe",
    "compliant",
})  # fmt: skip
_BAD = frozenset({
    "weak", "bad", "fail", "fails", "poor", "breach", "red", "critical", "risky", "amber", "yellow", "orange",
    "warning", "low", "high", "watch", "small",
})  # fmt: skip
_SAME = {"okay": "ok", "passes": "pass", "fails": "fail"}
_LABEL = "(?P<label>" + "|".join(sorted(_GOOD | _BAD, key=len, reverse=True)) + r'|"[^"\n]{1,30}")(?!\w)'
_OTHERWISE = r'(?:\s*,?\s*\b(?:otherwise|else)\s+(?P<otherwise>[a-z]+(?!\w)|"[^"\n]{1,30}"))?'
_IT = r"(?:\b(?:it|that|this|which|they|the value|the ratio|the figure)\b)"
_WHAT = rf"(?:(?:\b(?:the|a|an|its|their|any|every|each)\s+)*(?P<what>{_M})|{_IT})"
_IS = r"(?:\b(?:is|are|falls?|drops?|goes|gets|rises?)\b)"
_ASK = (
    r"(?:\b(?:we|i)\s+(?:want|need|require|expect|aim for|ask for)\b|\b(?:the\s+)?(?:target|requirement)\s*(?:is\b|:|=)"
    r"|\b(?:must|should|shall|has to|have to|needs to|need to|ought to)\s+(?:be|stay|remain)\b"
    r"|\b(?:must|should|shall|may|can)(?=\s+not exceed))"
)
_WARN = (
    r"\b(?P<verb>warn|flag|alert|mark|highlight)s?\b(?:\s+(?:me|us)\b)?(?:\s+(?:when|if|where|whenever|of|about)\b)?"
    rf"(?:\s+(?:every|each|any|all)\s+{_E}|\s+(?:everything|everybody|everyone|anything)\b)?"
    rf"(?:\s*{_WHAT})?(?:\s+(?:that|which)\b)?(?:\s*{_IS})?\s*{COMPARISON}"
    r'(?:\s+as\s+(?P<label>"[^"\n]{1,30}"|[a-z]+(?!\w)))?'
)
_EXTREME = r"\b(?P<extreme>minimum|min|maximum|max)\b\.?"
_LIMIT = r"\b(?:limit|threshold|covenant|hurdle|requirement|cutoff|cut-off)\b"
_PATTERNS: tuple[tuple[str, str], ...] = (
    ("warn", _WARN + _OTHERWISE),
    (
        "ask",
        rf"(?:{_WHAT}\s*)?{_ASK}\s*(?:\b(?:a|an|the)\s+)?(?:(?P<what2>{_M})\s+(?:of\s+)?)?{COMPARISON}{_OTHERWISE}",
    ),
    (
        "label",
        rf"\b{_LABEL}\s*(?:\b(?:if|when|where|at)\b|:|=)?\s*(?:{_WHAT}\s*)?(?:{_IS}\s*)?{COMPARISON}{_OTHERWISE}",
    ),
    (
        "label",
        rf"(?:\b(?:if|when|everything|anything)\s+)?(?:{_WHAT}\s*)?(?:{_IS}\s*)?{COMPARISON}\s*"
        rf"(?:\b(?:is|are|counts as|means)\b|:|=|->)\s*(?:\b(?:considered|called|a|an)\s+)?{_LABEL}{_OTHERWISE}",
    ),
    ("extreme", rf"{_EXTREME}\s*(?:(?P<what>{_M})\s*)?(?:\b(?:of|is|at)\b|:|=)?\s*(?P<number>{_N})"),
    ("extreme", rf"(?P<what>{_M})\s*[,(]?\s*{_EXTREME}\s*(?:\b(?:of|is|at)\b|:|=)?\s*(?P<number>{_N})(?:\s*\))?"),
    (
        "limit",
        rf"(?:\b(?:a|an|the|with)\s+)*(?:(?P<what>{_M})\s+)?{_LIMIT}\s*(?:for\s+(?:the\s+)?(?P<what2>{_M})\s*)?"
        rf"(?:\b(?:of|is|at)\b|:|=)?\s*(?:(?P<words>{WORDS})\s*)?(?P<number>{_N})",
    ),
    ("bare", rf"(?<={Role.METRIC.value})\s*(?P<open>\()\s*{INCLUSIVE}\s*\)"),
    ("bare", rf"(?<={Role.METRIC.value})\s*(?:,|:|\b(?:of|is)\b)?\s*{INCLUSIVE}"),
    ("tail", rf"(?<=,)\s*{INCLUSIVE}(?=\s*(?:[.;,\n]|$))"),
)


@dataclass(frozen=True, slots=True)
class LimitPhrase:
    """A comparison with a number and the status it names.

    ``operator`` is None when the request gives a limit without a direction. ``status`` holds where the comparison is
    true, ``otherwise`` where it is not (empty: not said). ``metric`` is the figure the phrase itself names.
    """

    operator: Operator | None
    figure: Figure
    text: str
    status: str
    is_good: bool
    otherwise: str = ""
    metric: Span | None = None
    notes: tuple[str, ...] = ()


def claim_limits(reading: Reading) -> None:
    """Claim limit phrases: those that say what they mean as LIMIT, a bare ``at least 1.25`` as BARE_LIMIT."""
    for kind, pattern in _PATTERNS:
        for match in reading.find(pattern):
            phrase = _phrase(reading, match, kind)
            if phrase is None:
                continue
            reading.claim(*match.span(), Role.BARE_LIMIT if kind == "bare" else Role.LIMIT, phrase)


def _phrase(reading: Reading, match: re.Match[str], kind: str) -> LimitPhrase | None:
    groups = match.groupdict()
    group = "number" if groups.get("number") else "number2"
    numbers = reading.within(*match.span(group), Role.NUMBER)
    named = [s for g in ("what", "what2") if groups.get(g) for s in reading.within(*match.span(g), Role.METRIC)]
    if len(numbers) != 1 or len(named) > 1:
        return None
    words = groups.get("words") or groups.get("words2") or ""
    status, is_good = _status(groups, kind)
    text = reading.text(*match.span()).strip(" ,(:")
    return LimitPhrase(
        operator=_operator(words, groups),
        figure=numbers[0].value,
        text=text,
        status=status,
        is_good=is_good,
        otherwise=_label(groups.get("otherwise")),
        metric=named[0] if named else None,
        notes=_notes(words, kind, text, status),
    )


def _operator(words: str, groups: dict[str, str | None]) -> Operator | None:
    if groups.get("extreme"):
        return ">=" if str(groups["extreme"]).startswith("min") else "<="
    return operator_of(words) if words else None


def _status(groups: dict[str, str | None], kind: str) -> tuple[str, bool]:
    """The status where the comparison holds, and whether it is a good one."""
    label = groups.get("label")
    if kind == "warn":
        return _label(label) or {"flag": "FLAG"}.get(str(groups["verb"]), "WARN"), False
    if kind == "label" and label:
        return _label(label), label in _GOOD
    return "PASS", True


def _label(written: str | None) -> str:
    plain = (written or "").strip('"').strip()
    return _SAME.get(plain, plain).upper()


def _notes(words: str, kind: str, text: str, status: str) -> tuple[str, ...]:
    notes = []
    if words == "up to":
        notes.append(f"“{text}” includes the limit itself")
    if kind in {"bare", "tail"}:
        notes.append(f"“{text}” is a limit that names the status; no row is left out because of it")
    return tuple(notes)
