"""What one result row is, and which rows count: ``for each property``, ``the multifamily properties``."""

from __future__ import annotations

import re
from dataclasses import dataclass

from daemon.core.build import FilterWish
from daemon.core.naming import singular
from daemon.core.schema import TableRef
from daemon.planning.live_values import LiveValues
from daemon.planning.questions import Questions
from daemon.planning.reading import Reading, Role
from daemon.planning.vocabulary import Meaning

_BEFORE = r"(?:\b(?:for|of|per|by|in|across|over|on|from)\s+)?(?:\b(?:each|every|all|the|our|my|any|of)\s+)*"
_WORD = r"[^\W\d_][\w'.&-]*"
_NOT_VALUES = (
    r"(?!(?:and|or|not|without|with|except|but|for|of|per|by|in|on|from|the|each|every|all|a|an|to|is|are|that|which|"
    r"only|top|best|worst|other|first|last|largest|smallest|average|total|number|per|between|above|below|than|if|when)\b)"
)
_VALUE = rf"(?P<value>{_NOT_VALUES}{_WORD}(?:\s+{_NOT_VALUES}{_WORD}){{0,3}})"
_TABLE = rf"(?P<table>{Role.ENTITY.pattern}|{Role.NAME.pattern})"
_AFTER = (
    r"(?:\s+(?:in|at|of type|of the type|with type|located in)\s+(?:the\s+)?"
    rf"(?P<after>{_WORD}(?:\s+{_NOT_VALUES}{_WORD}){{0,3}})(?=\s*(?:[,.;:)\n]|$)))?"
)
_SET = r"(?:portfolio|database|db|data set|dataset|data|sample)"


@dataclass(frozen=True, slots=True)
class Rows:
    """One result row per row of one of ``tables``, called ``word``, restricted by ``filters``."""

    word: str
    tables: tuple[TableRef, ...]
    filters: tuple[FilterWish, ...] = ()


class RowReader:
    """Claims rows and data-set phrases; ``assumptions`` and ``questions`` hold what that rests on."""

    def __init__(self, reading: Reading, values: LiveValues, questions: Questions, database_word: str) -> None:
        self._reading = reading
        self._values = values
        self._questions = questions
        self._database_words = {database_word, values.database_name()} - {""}
        self.assumptions: list[str] = []

    def claim(self, neighbours: dict[TableRef, tuple[TableRef, ...]]) -> None:
        """Claim every phrase about rows. ``neighbours`` are the tables with one row for each row of a table."""
        for match in self._reading.find(_BEFORE + rf"(?:{_VALUE}\s+)?" + _TABLE + _AFTER):
            self._claim_rows(match, neighbours)
        for match in self._reading.find(_BEFORE + _TABLE):
            self._claim_rows(match, neighbours)
        self._claim_datasets()

    def _claim_rows(self, match: re.Match[str], neighbours: dict[TableRef, tuple[TableRef, ...]]) -> None:
        spans = self._reading.of(Role.ENTITY, Role.NAME)
        span = next((s for s in spans if s.start == match.start("table") and s.end == match.end("table")), None)
        if span is None or not isinstance(span.value, Meaning) or not span.value.tables:
            return
        tables = span.value.tables
        around = tuple(dict.fromkeys(n for t in tables for n in (t, *neighbours.get(t, ()))))
        phrases = [g for g in ("value", "after") if match.groupdict().get(g)]
        filters: list[FilterWish] = []
        for group in phrases:
            phrase = self._reading.text(*match.span(group))
            found = self._filter(phrase, around, names_data=group == "value" and phrase.lower() in self._database_words)
            if found is None:
                return
            filters += found
        word = singular(self._reading.text(span.start, span.end)).lower()
        role = Role.FILTERED_ROWS if filters else Role.ROWS
        self._reading.claim(*match.span(), role, Rows(word, tables, tuple(filters)))

    def _filter(self, phrase: str, tables: tuple[TableRef, ...], *, names_data: bool) -> list[FilterWish] | None:
        """The restriction a phrase means; empty for the name of the data; None when it means nothing known."""
        equal = self._values.equal_to(phrase, tables)
        if len(equal) == 1:
            return [equal[0]]
        if equal:
            return self._chosen(
                f"“{phrase}” is a value of several columns; which one is meant?", equal, everything=False
            )
        holding = self._values.containing(phrase, tables)
        if names_data and not equal:
            near = f"; “{holding[0].value}” is a value of {holding[0].column}" if holding else ""
            self.assumptions.append(f"“{phrase}” is the name of the data and leaves out no row{near}")
            return []
        if not holding or len(holding) > 5:
            return None
        return self._chosen(f"does “{phrase}” restrict the rows?", holding, everything=True)

    def _chosen(self, text: str, found: tuple[FilterWish, ...], *, everything: bool) -> list[FilterWish] | None:
        by_option = {f"only rows with {f.table}.{f.column} = '{f.value}'": [f] for f in found}
        options = ("all rows",) * everything + tuple(by_option)
        answer = self._questions.ask(text, options, options[0])
        return by_option.get(answer or "", [])

    def _all_tables(self) -> tuple[TableRef, ...]:
        rows = [s.value for s in self._reading.of(Role.ROWS, Role.FILTERED_ROWS)]
        return tuple(dict.fromkeys(t for r in rows for t in r.tables)) or self._values.tables

    def _claim_datasets(self) -> None:
        before = r"(?:\b(?:of|in|for|from|across|over|on|using)\s+)?(?:\b(?:the|our|my|this|whole|entire)\s+)*"
        for match in self._reading.find(rf"{before}(?:(?P<name>{_NOT_VALUES}{_WORD})\s+)?\b{_SET}\b"):
            text = self._reading.text(*match.span())
            name = match["name"]
            if name and name not in self._database_words:
                written = self._reading.original[match.start("name") : match.end("name")]
                # "the Orlando portfolio" names it; "the active portfolio" would leave out rows.
                if not written.istitle() or self._values.equal_to(name, self._all_tables()):
                    continue
                self.assumptions.append(f"“{text}” is all of the data and leaves out no row")
            self._reading.claim(*match.span(), Role.DATASET, name or "")
        for word in self._database_words:
            if self._values.containing(word, self._all_tables()) or self._values.equal_to(word, self._all_tables()):
                continue
            for match in self._reading.find(rf"(?:\b(?:in|from|for)\s+)?\(?\b{re.escape(word)}\b\)?"):
                self._reading.claim(*match.span(), Role.DATASET, word)
