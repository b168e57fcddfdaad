"""The shape of sentences: claimed stretches have to stand where such a stretch makes sense, or nothing is understood.

Being made of known words is not enough: "properties with DSCR below LTV" is, and means something else.
"""

from __future__ import annotations

import re

from daemon.planning.reading import Reading, Role

_LETTERS = {
    Role.METRIC: "M", Role.NAME: "n", Role.ENTITY: "e", Role.NUMBER: "0", Role.DEFINITION: "D", Role.LIMIT: "T",
    Role.BARE_LIMIT: "C", Role.MODE: "O", Role.DISPLAY: "S", Role.RULE: "R", Role.ROWS: "E", Role.FILTERED_ROWS: "W",
    Role.DATASET: "B", Role.LEAD: "P", Role.SORT: "Q", Role.CUT: "X", Role.CHANGE: "%", Role.LABEL: "l",
}  # fmt: skip
_WORDS = {
    "and": "&",
    "&": "&",
    "plus": "&",
    "with": "w",
    "the": "",
    "a": "",
    "an": "",
    "also": "",
    "then": "&",
    "their": "",
    "its": "",
}
_MARKS = {",": ",", ":": ":", "-": "-", "(": "(", ")": ")"}
_TOKEN = re.compile(r"[\ue000-\uf8ff]|[^\W_]+(?:['_-][^\W_]+)*|[^\s]")

_FIGURE = r"(?:M[EWB]{0,2}D|MC?)"
_FIGURES = rf"{_FIGURE}(?:(?:,&?|&)P*{_FIGURE})*"
_WHERE = r"[EWB]{1,2}"
_MORE = r"(?:[,&w:(-]{0,2}[TOSRQBE]\)?)*(?:,?P)*"
_SHAPES = re.compile(
    rf"P*,?{_FIGURES}(?:w?{_WHERE})?{_MORE}"
    rf"|P*{_WHERE}[,:]?P*{_FIGURES}{_MORE}"
    rf"|&?P*[TOSRQB]{_MORE}"
    rf"|P*{_WHERE}:"
    r"|P*,?P*"
    r"|\(?B\)?"
)


def unclear(reading: Reading) -> tuple[str, ...]:
    """The parts of the text that are not understood: unknown words where there are any, else the whole sentence."""
    found: list[str] = []
    for start, end in reading.sentences():
        letters, strangers = _letters(reading, start, end)
        if strangers:
            found += _quoted(reading, strangers, end)
        elif not _SHAPES.fullmatch(_without_cut(letters)):
            found.append(reading.text(start, end))
    return tuple(found)


def _quoted(reading: Reading, strangers: list[tuple[int, int]], end: int) -> list[str]:
    """Each unknown stretch with the known one right behind it: ``for 2023`` says more than ``for``."""
    starts = {s.start: s.end for s in reading.spans}
    quoted: list[tuple[int, int]] = []
    for start, stop in strangers:
        rest = reading.free[stop:end]
        behind = stop + len(rest) - len(rest.lstrip())
        follows = bool(quoted) and not reading.free[quoted[-1][1] : start].strip()
        quoted.append((quoted.pop()[0] if follows else start, starts.get(behind, stop)))
    return [reading.text(s, e) for s, e in quoted]


def _without_cut(letters: str) -> str:
    """The sentence as it reads without the stretches that were cut out, and without what joined them to it."""
    return re.sub(r"[,&]*X[,&X]*", ",", letters).strip(",") if "X" in letters else letters


def _letters(reading: Reading, start: int, end: int) -> tuple[str, list[tuple[int, int]]]:
    letters: list[str] = []
    strangers: list[tuple[int, int]] = []
    at = start
    while match := _TOKEN.search(reading.free, at, end):
        at = match.end()
        span = next((s for s in reading.spans if s.start <= match.start() < s.end), None)
        if span is not None:
            letters.append(_LETTERS[span.role])
            at = span.end
            continue
        sign = _WORDS.get(match.group(), _MARKS.get(match.group()))
        if sign is not None:
            letters.append(sign)
            continue
        if strangers and not reading.free[strangers[-1][1] : match.start()].strip():
            strangers[-1] = (strangers[-1][0], match.end())
        else:
            strangers.append((match.start(), match.end()))
    return "".join(letters), strangers
