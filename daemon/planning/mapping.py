"""Which live column a term stands for. Sure, or asked; never the nearest one just because it is near."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from daemon.core.build import Term
from daemon.core.naming import singular, words
from daemon.core.schema import Column, ColumnRef, Schema, TableRef
from daemon.planning.glossary import Glossary, GlossaryEntry

_QUALIFIERS = frozenset({
    "annual", "annualized", "annualised", "yearly", "total", "amount", "amt", "current", "usd", "eur", "gbp",
    "dollar", "figure", "of", "the", "in", "per", "year", "pa",
})  # fmt: skip
"""Words of a column name that do not make it another figure."""
_SHORT = {
    "avg": "average", "amt": "amount", "bal": "balance", "bldg": "building", "dbt": "debt", "exp": "expense",
    "inc": "income", "int": "interest", "ln": "loan", "mkt": "market", "occ": "occupancy", "op": "operating",
    "oper": "operating", "opr": "operating", "pct": "percent", "pmt": "payment",
    "prop": "property", "purch": "purchase", "qty": "quantity",
    "rev": "revenue", "svc": "service", "serv": "service", "srv": "service", "val": "value", "appr": "appraised",
    "appraisal": "appraised", "curr": "current", "ann": "annual", "grs": "gross", "cnt": "count",
}  # fmt: skip
EXACT, SYNONYM, QUALIFIED, FOREIGN = 100, 90, 80, 60
"""How well a name fits: written in the request, the words of a synonym, these with a harmless or a telling one."""


@dataclass(frozen=True, slots=True, order=True)
class Candidate:
    """A column and how well its name fits; sorted best last."""

    score: int
    column: ColumnRef


def candidates(term: Term, schema: Schema, glossary: Glossary) -> tuple[Candidate, ...]:
    """Number columns that may be meant, best first. A glossary entry or an exact name leaves only itself."""
    entry = glossary_entry(term, glossary)
    found = [
        Candidate(_score(term, ColumnRef(table.ref, column.name)), ColumnRef(table.ref, column.name))
        for table in schema.tables
        for column in table.columns
        if column.kind.is_number and not is_key(schema, ColumnRef(table.ref, column.name))
    ]
    if entry is not None:
        return tuple(Candidate(EXACT, c.column) for c in found if str(c.column) == entry.column)
    fitting = sorted((c for c in found if c.score), key=lambda c: (-c.score, str(c.column)))
    exact = tuple(c for c in fitting if c.score == EXACT)
    return exact or tuple(fitting)


def glossary_entry(term: Term, glossary: Glossary) -> GlossaryEntry | None:
    """What the user's glossary says about a term, under any of its words."""
    return next((e for p in (term.phrase, *term.synonyms) if (e := glossary.entry(p))), None)


def nearest_columns(term: Term, schema: Schema, tables: Iterable[TableRef]) -> tuple[ColumnRef, ...]:
    """Number columns of these tables that share a word with the term, for a message."""
    wanted = {w for p in (term.phrase, *term.synonyms) for w in _plain(p)}
    return tuple(
        ColumnRef(t, c.name)
        for t in tables
        for c in schema.columns_of(t)
        if c.kind.is_number and wanted & set(_plain(c.name)) and not is_key(schema, ColumnRef(t, c.name))
    )


def columns_without_numbers(
    term: Term, schema: Schema, tables: Iterable[TableRef]
) -> tuple[tuple[ColumnRef, Column], ...]:
    """Columns of these tables that are called like the term and hold something else than numbers, for a message."""
    return tuple(
        (ColumnRef(t, c.name), c)
        for t in tables
        for c in schema.columns_of(t)
        if not c.kind.is_number and _score(term, ColumnRef(t, c.name)) >= QUALIFIED
    )


def _score(term: Term, column: ColumnRef) -> int:
    if _is_written(term.phrase, column):
        return EXACT
    have = _plain(column.name)
    with_table = (*_plain(column.table.name)[-1:], *have)
    best = 0
    for phrase in (term.phrase, *term.synonyms):
        wanted = _plain(phrase)
        if wanted == with_table:  # "loan balance" is the balance of a loan
            best = max(best, SYNONYM)
        extra = [w for w in have if w not in wanted]
        if not wanted or not set(wanted) <= set(have):
            continue
        if not extra:
            best = max(best, SYNONYM)
        elif set(extra) <= _QUALIFIERS:
            best = max(best, QUALIFIED)
        elif len(extra) < len(have):
            best = max(best, FOREIGN)
    return best


def _is_written(phrase: str, column: ColumnRef) -> bool:
    """Whether the request writes the column itself: its name, with its table or without."""
    plain = phrase.lower()
    qualified = {str(column).lower(), f"{column.table.name}.{column.name}".lower()}
    return plain in {*qualified, column.name.lower()} or ("." not in plain and words(phrase) == words(column.name))


def _plain(name: str) -> tuple[str, ...]:
    return tuple(singular(_SHORT.get(w, w)) for w in words(name))


def is_key(schema: Schema, column: ColumnRef) -> bool:
    """Keys are numbers by accident: no arithmetic with them."""
    table = schema.table(column.table)
    if table is None:
        return False
    foreign = {c for k in table.foreign_keys for c in k.columns}
    return column.name in foreign or column.name in table.primary_key or words(column.name)[-1:] == ("id",)
