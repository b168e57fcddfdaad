"""Signs, and their plain forms for terminals that cannot show them."""

from __future__ import annotations

import shlex
import unicodedata
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Symbols:
    """One sign per meaning; every sign is one cell wide."""

    done: str
    failed: str
    warning: str
    question: str
    waiting: str
    running: str
    dropped: str
    dot: str
    arrow: str
    full: str
    empty: str
    spinner: str


UNICODE = Symbols(
    done="✓",
    failed="✗",
    warning="!",
    question="?",
    waiting="○",
    running="●",
    dropped="–",  # noqa: RUF001 - an en dash is meant
    dot="·",
    arrow="→",
    full="━",
    empty="╌",
    spinner="⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏",
)
ASCII = Symbols(
    done="+",
    failed="x",
    warning="!",
    question="?",
    waiting="o",
    running="*",
    dropped="-",
    dot="-",
    arrow="->",
    full="#",
    empty=".",
    spinner="|/-\\",
)

_TURNING = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f")


def printable(text: str) -> str:
    """``text`` with everything that steers a terminal written out: names and messages may be hostile.

    Line ends stay; a tab becomes a space.
    """
    return "".join(_shown(character) for character in text.replace("\t", " "))


def command(verb: str, name: str) -> str:
    """A command to type: ``meta-agent answer 'my request.md'``."""
    return f"meta-agent {verb} {one_line(shlex.quote(name))}"


def one_line(text: str) -> str:
    """``text`` on one line, safe to print."""
    return printable(" ".join(text.split()))


def _shown(character: str) -> str:
    if character == "\n" or character.isprintable():
        return character
    if unicodedata.category(character) in {"Cc", "Cs", "Zl", "Zp"} or character in _TURNING:
        return character.encode("unicode_escape").decode("ascii")
    return character
