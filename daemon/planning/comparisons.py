"""Comparisons in words: ``at least``, ``no more than``, ``up to and including``, ``1.25 or higher``."""

from __future__ import annotations

import re
from typing import Literal

from daemon.planning.reading import Role

Operator = Literal[">=", "<=", ">", "<"]

AT_LEAST = r"at least|no less than|not less than|not below|no lower than|not lower than|not under|>=|=>|≥"
AT_MOST = (
    r"at most|no more than|not more than|not above|no higher than|not higher than|not over|not exceed|not exceeding"
    r"|does not exceed|up to and including|up to|<=|=<|≤"
)
_MORE = r"strictly above|above|over|more than|greater than|higher than|larger than|exceeds|exceeding|exceed|>"
_LESS = r"strictly below|below|under|less than|lower than|smaller than|<"
_OR_MORE = r"(?:or|and) (?:more|higher|better|above|over|greater|up)"
_OR_LESS = r"(?:or|and) (?:less|lower|below|under|down)"
_BY_WORDS: tuple[tuple[Operator, str], ...] = (
    (">=", f"{AT_LEAST}|{_OR_MORE}"),
    ("<=", f"{AT_MOST}|{_OR_LESS}"),
    (">", _MORE),
    ("<", _LESS),
)
WORDS = f"{AT_LEAST}|{AT_MOST}|{_MORE}|{_LESS}"
_NUMBER = Role.NUMBER.pattern
COMPARISON = (
    rf"(?:(?:(?<=\s)|(?<=^)|(?=[<>=≤≥]))(?P<words>{WORDS})\s*(?P<number>{_NUMBER})"
    rf"|(?P<number2>{_NUMBER})\s*(?P<words2>{_OR_MORE}|{_OR_LESS}))"
)
"""Regular expression for one comparison with a claimed number; groups words, number (or words2, number2)."""
INCLUSIVE = rf"(?P<words>{AT_LEAST}|{AT_MOST})\s*(?P<number>{_NUMBER})"
"""Only comparisons that a limit is usually written with."""
OPPOSITE: dict[Operator, Operator] = {">=": "<", "<=": ">", ">": "<=", "<": ">="}


def operator_of(words: str) -> Operator:
    """The sign for words of ``COMPARISON``. Raises ``ValueError`` for others."""
    plain = " ".join(words.split())
    for operator, pattern in _BY_WORDS:
        if re.fullmatch(pattern, plain):
            return operator
    raise ValueError(f"'{words}' is no comparison")
