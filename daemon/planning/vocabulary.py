"""The words a request may use for figures and rows: library formulas, their inputs, columns, tables, glossary."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from daemon.core.naming import plural, singular, words
from daemon.core.schema import ColumnRef, Schema, TableRef
from daemon.planning.glossary import Glossary, GlossaryEntry
from daemon.planning.library import Formula, FormulaInput, FormulaLibrary
from daemon.planning.reading import Reading, Role

_TEMPLATE_WORDS = frozenset({
    "total", "value", "status", "name", "limit", "line", "number", "count", "average", "title", "type", "date",
    "year", "description", "note", "notes", "is", "of", "in", "by", "per", "for", "and", "or", "the", "a", "an",
    "to", "with", "at", "on", "all", "any", "each", "every", "list", "show", "rate", "percent", "time", "text",
    "state", "level", "mode", "key", "min", "max", "sum", "id", "ok", "be", "it", "as", "if", "not", "no",
    "from", "up", "down", "over", "under", "above", "below",
})  # fmt: skip
"""Single words that request phrases are made of; a column of that name has to be written with its table."""


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a phrase may stand for. Several at once are possible: ``NOI`` is a figure, an input and maybe a column."""

    formula: Formula | None = None
    input: FormulaInput | None = None
    columns: tuple[ColumnRef, ...] = ()
    glossary: GlossaryEntry | None = None
    tables: tuple[TableRef, ...] = ()

    def __or__(self, other: Meaning) -> Meaning:
        return Meaning(
            formula=self.formula or other.formula,
            input=self.input or other.input,
            columns=tuple(dict.fromkeys((*self.columns, *other.columns))),
            glossary=self.glossary or other.glossary,
            tables=tuple(dict.fromkeys((*self.tables, *other.tables))),
        )


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Phrases by their words (lower case, single spaces)."""

    meanings: dict[str, Meaning] = field(default_factory=dict)

    def meaning(self, phrase: str) -> Meaning | None:
        """What a phrase stands for, in any writing of spaces, underscores and case."""
        plain = " ".join(phrase.lower().split())
        found = self.meanings.get(plain) or self.meanings.get(" ".join(words(phrase)))
        return found

    def claim(self, reading: Reading) -> None:
        """Claim every known phrase, longest first, as METRIC, NAME or ENTITY."""
        for phrase in sorted(self.meanings, key=len, reverse=True):
            if phrase in _TEMPLATE_WORDS:
                continue
            for match in reading.find(_pattern(phrase)):
                reading.claim(*match.span(), _role(self.meanings[phrase]), self.meanings[phrase])


def vocabulary(schema: Schema, library: FormulaLibrary, glossary: Glossary) -> Vocabulary:
    """Every phrase that is known for this database."""
    meanings: dict[str, Meaning] = {}
    for phrase, meaning in (*_library_phrases(library), *_schema_phrases(schema), *_glossary_phrases(glossary, schema)):
        key = " ".join(phrase.lower().split())
        if key:
            meanings[key] = meanings.get(key, Meaning()) | meaning
    return Vocabulary(meanings)


def _library_phrases(library: FormulaLibrary) -> Iterator[tuple[str, Meaning]]:
    for formula in library.formulas:
        yield from ((synonym.replace("-", " "), Meaning(formula=formula)) for synonym in formula.synonyms)
    for item in library.inputs:
        yield from ((synonym, Meaning(input=item)) for synonym in item.synonyms)


def _schema_phrases(schema: Schema) -> Iterator[tuple[str, Meaning]]:
    whole = {phrase for table in schema.tables for phrase in _table_phrases(table.ref)}
    for table in schema.tables:
        yield from ((phrase, Meaning(tables=(table.ref,))) for phrase in _table_phrases(table.ref))
        yield from ((phrase, Meaning(tables=(table.ref,))) for phrase in _last_words(table.ref) if phrase not in whole)
        for column in table.columns:
            meaning = Meaning(columns=(ColumnRef(table.ref, column.name),))
            yield column.name, meaning
            yield " ".join(words(column.name)), meaning
            yield f"{table.ref.name}.{column.name}", meaning
            yield f"{table.ref}.{column.name}", meaning


def _table_phrases(ref: TableRef) -> Iterator[str]:
    """``order_details``, ``order details``, ``order detail``."""
    yield ref.name
    *head, last = words(ref.name) or ("",)
    yield from (" ".join([*head, form]) for form in (last, singular(last), plural(singular(last))))


def _last_words(ref: TableRef) -> Iterator[str]:
    """``employees`` for ``hr_employees``, where no table is called just that."""
    *head, last = words(ref.name) or ("",)
    if head:
        yield from {last, singular(last), plural(singular(last))}


def _glossary_phrases(glossary: Glossary, schema: Schema) -> Iterator[tuple[str, Meaning]]:
    for entry in glossary.entries:
        *path, column = entry.column.split(".")
        table = TableRef(path[-1], path[0] if len(path) == 2 else None)
        if schema.column(ColumnRef(table, column)):
            yield entry.term, Meaning(glossary=entry)


def is_number(schema: Schema, ref: ColumnRef) -> bool:
    """Whether a column holds numbers."""
    column = schema.column(ref)
    return column is not None and column.kind.is_number


def _role(meaning: Meaning) -> Role:
    if meaning.formula:
        return Role.METRIC
    if meaning.tables and not meaning.input and not meaning.glossary:
        return Role.ENTITY
    return Role.NAME


def _pattern(phrase: str) -> str:
    """The phrase with free white space, hyphens and underscores between its words, and no letter around it."""
    parts = [re.escape(p) for p in phrase.split(" ")]
    return r"(?<![\w.])" + r"[\s_-]+".join(parts) + r"(?![\w]|\.\w)"
