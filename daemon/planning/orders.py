"""Text that gives orders to the system instead of saying what is wanted. It is data: cut out, and reported."""

from __future__ import annotations

import re

from daemon.planning.reading import Reading, Role

_CHECKS = r"(?:tests?|testing|validation|validations|checks?|sandbox|verification|review)"
_SECRETS = (
    r"(?:database_url|[a-z_]*(?:_url|_key|_token|_secret)|environment variables?|passwords?|credentials|secrets?"
    r"|api key)"
)
_EARLIER = r"(?:instructions?|rules?|prompt|guidelines?|above|previous|prior)"
_ORDERS = (
    rf"\b(?:ignore|disregard|forget|override)\b[^.\n]{{0,40}}\b{_EARLIER}\b",
    r"\bnote (?:to|for) (?:the |any |an )?(?:ai|llm|model|assistant|system|agent|bot|machine)\b",
    r"\bsystem prompt\b",
    r"\byou are (?:now |from now on )?(?:an?|the|in)\b",
    r"\b(?:pretend|act as if|behave as)\b",
    rf"\b(?:skip|disable|bypass|turn off|do not run|don't run|omit|avoid)\b[^.\n]{{0,20}}\b{_CHECKS}\b",
    r"\b(?:exec|eval|compile|__import__|os\.system|subprocess)\b\s*[.(]",
    r"\b(?:print|copy|write|reveal|show|include|put|paste|output|log|send|dump|leak)\b"
    rf"[^.\n]{{0,60}}\b{_SECRETS}\b",
    r"\b(?:do not|don't|never|no need to)\b[^.\n]{0,12}\b(?:mention|tell|report|disclose|reveal|warn)\b",
    r"\breport (?:\"?ok\"?|\"?pass(?:ed)?\"?|success)\b[^.\n]{0,20}\b(?:for|on) (?:every|each|all|any)\b",
    r"\bmark (?:every|each|all)\b[^.\n]{0,30}\bas (?:\"?ok\"?|\"?pass(?:ed)?\"?)",
    r"\brm -rf\b|\bcurl \S+|\bwget \S+",
)
_ORDER = re.compile("|".join(f"(?:{p})" for p in _ORDERS))
_CLAUSE_EDGE = re.compile(r"[.!?](?=\s|$)|[;,\n]|\band\b|\bthen\b")
_QUOTE_LENGTH = 160


def cut_orders(reading: Reading) -> tuple[str, ...]:
    """Claim every stretch that gives orders; returns a warning for each, quoting it."""
    warnings = []
    for start, end in _stretches(reading.plain):
        quoted = reading.text(start, end)
        reading.claim(start, end, Role.CUT)
        shown = quoted if len(quoted) <= _QUOTE_LENGTH else f"{quoted[:_QUOTE_LENGTH].rstrip()}…"
        warnings.append(f"the request has text that gives orders to the system; it was not followed: “{shown}”")
    return tuple(warnings)


def _stretches(text: str) -> list[tuple[int, int]]:
    """Whole quoted blocks and notes with an order in them, else just the clause with the order."""
    found: list[tuple[int, int]] = []
    for match in _ORDER.finditer(text):
        if found and match.start() < found[-1][1]:
            continue
        start, end = _paragraph(text, match.start())
        is_note = text[start:end].lstrip().startswith(">") or "note" in match.group()
        if not is_note:
            start, end = _clause(text, *match.span())
        found.append((max(start, found[-1][1] if found else 0), end))
    return found


def _paragraph(text: str, at: int) -> tuple[int, int]:
    """The block around ``at``: neighbouring quoted lines, or lines up to an empty one."""
    start = text.rfind("\n\n", 0, at)
    start = 0 if start < 0 else start + 2
    end = text.find("\n\n", at)
    end = len(text) if end < 0 else end
    lines = text[start:end].split("\n")
    position = start
    block: list[tuple[int, int, bool]] = []
    for line in lines:
        block.append((position, position + len(line), line.lstrip().startswith(">")))
        position += len(line) + 1
    here = next(i for i, (s, e, _) in enumerate(block) if s <= at <= e)
    first = last = here
    while first > 0 and block[first - 1][2] == block[here][2]:
        first -= 1
    while last + 1 < len(block) and block[last + 1][2] == block[here][2]:
        last += 1
    return block[first][0], block[last][1]


def _clause(text: str, start: int, end: int) -> tuple[int, int]:
    begin = max((m.end() for m in _CLAUSE_EDGE.finditer(text, 0, start)), default=0)
    stop = _CLAUSE_EDGE.search(text, end)
    return begin, stop.start() if stop else len(text)
