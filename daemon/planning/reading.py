"""A request on its way to being understood: every character is claimed by exactly one recogniser, or left over.

A claimed stretch is blotted out with a private-use letter of its role, so that a later recogniser cannot read across
it but can ask for it (``warn below <number>``).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class Role(StrEnum):
    """What a stretch of the request is. The value is the letter that stands for it in ``Reading.free``."""

    METRIC = "\ue000"
    NAME = "\ue001"
    ENTITY = "\ue002"
    NUMBER = "\ue003"
    LABEL = "\ue004"
    DEFINITION = "\ue005"
    LIMIT = "\ue006"
    BARE_LIMIT = "\ue007"
    MODE = "\ue008"
    DISPLAY = "\ue009"
    RULE = "\ue00a"
    ROWS = "\ue00b"
    FILTERED_ROWS = "\ue00c"
    DATASET = "\ue00d"
    LEAD = "\ue00e"
    SORT = "\ue00f"
    CUT = "\ue010"
    CHANGE = "\ue011"

    @property
    def pattern(self) -> str:
        """Regular expression for one stretch of this role."""
        return f"{self.value}+"


_SAME = {
    "\u2018": "'", "\u2019": "'", "\u201c": '"', "\u201d": '"', "\u2013": "-", "\u2014": "-", "\u2212": "-",
    "\u00d7": "*", "\u00f7": "/", "\u00a0": " ", "\u202f": " ", "\t": " ", "\u2022": "-",
}  # fmt: skip
_WRAP = re.compile(r"(?<=[^\n])\n(?! ?(?:\n|[-*+>#]|\d{1,2}[.)] |$))")
"""The end of a line that goes on in the next: no empty line, list item or quote follows."""
_PRIVATE = re.compile("[\ue000-\uf8ff]")


def same_length_lower(text: str) -> str:
    """Lower case, typographic signs made plain, private-use characters dropped; no character changes its place."""
    plain = "".join(_SAME.get(c, c) for c in text)
    lower = "".join(c.lower() if len(c.lower()) == 1 else c for c in plain)
    return _PRIVATE.sub("?", lower)


@dataclass(frozen=True, slots=True)
class Span:
    """A claimed stretch and what it means; ``value`` has the type its role says."""

    start: int
    end: int
    role: Role
    value: Any = None


class Reading:
    """The text, what of it is claimed, and by whom."""

    def __init__(self, text: str) -> None:
        self.original = re.sub(r"[^\S\n]+", " ", text)
        self.plain = _WRAP.sub(" ", same_length_lower(self.original))
        self.free = self.plain
        self._spans: list[Span] = []

    @property
    def spans(self) -> tuple[Span, ...]:
        """Claimed stretches from left to right; one that swallowed others stands in their place."""
        return tuple(sorted(self._spans, key=lambda s: s.start))

    def of(self, *roles: Role) -> tuple[Span, ...]:
        """Claimed stretches of these roles, from left to right."""
        return tuple(s for s in self.spans if s.role in roles)

    def within(self, start: int, end: int, role: Role) -> tuple[Span, ...]:
        """Claimed stretches of ``role`` inside a range."""
        return tuple(s for s in self.of(role) if start <= s.start and s.end <= end)

    def claim(self, start: int, end: int, role: Role, value: Any = None) -> None:
        """Claim a stretch; claims inside it are swallowed."""
        self._spans = [s for s in self._spans if not (start <= s.start and s.end <= end)]
        self._spans.append(Span(start, end, role, value))
        self.free = self.free[:start] + role.value * (end - start) + self.free[end:]

    def find(self, pattern: str) -> Iterator[re.Match[str]]:
        """Matches in what is free now, from left to right; claiming a match while iterating is fine."""
        at = 0
        compiled = re.compile(pattern)
        while match := compiled.search(self.free, at):
            yield match
            at = max(match.end(), at + 1)

    def text(self, start: int, end: int) -> str:
        """The person's own writing of a stretch, white space made single."""
        return " ".join(self.original[start:end].split())

    def sentences(self) -> tuple[tuple[int, int], ...]:
        """Ranges of sentences and list items: lines that go on are joined, bullets and full stops end one."""
        return tuple(_sentences(self.plain))


_LINE = re.compile(r"[^\n]*(?:\n|$)")
_ITEM = re.compile(r"\s*(?:[-*+]\s+|\d{1,2}[.)]\s+|#+\s+)")
_STOP = re.compile(r"(?<!\be\.g)(?<!\bi\.e)(?<!\bapprox)(?<!\bno)[.!?](?=\s|$)|;")


def _sentences(text: str) -> Iterator[tuple[int, int]]:
    for start, end in _blocks(text):
        at = start
        for stop in _STOP.finditer(text, start, end):
            if text[at : stop.start()].strip():
                yield at, stop.start()
            at = stop.end()
        if text[at:end].strip():
            yield at, end


def _blocks(text: str) -> Iterator[tuple[int, int]]:
    """Paragraphs and list items, without the bullet."""
    begin: int | None = None
    end = 0
    for line in _LINE.finditer(text):
        if line.end() == line.start():
            break
        item = _ITEM.match(text, line.start(), line.end())
        if (item or not line.group().strip()) and begin is not None:
            yield begin, end
            begin = None
        if line.group().strip() and begin is None:
            begin = item.end() if item else line.start()
        end = line.end()
    if begin is not None:
        yield begin, end
