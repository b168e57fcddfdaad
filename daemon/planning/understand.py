"""The order in which a request is read: what says most is claimed first, single words last."""

from __future__ import annotations

from dataclasses import dataclass

from daemon.core.build import MetricWish
from daemon.core.naming import identifier
from daemon.core.schema import Schema, TableRef
from daemon.planning.definitions import Definition, claim_definitions
from daemon.planning.joins import reach
from daemon.planning.limits import claim_limits
from daemon.planning.modes import claim_modes
from daemon.planning.numbers import claim_numbers
from daemon.planning.phrases import claim_displays, claim_leads, claim_rules
from daemon.planning.reading import Reading, Role, Span
from daemon.planning.rows import RowReader
from daemon.planning.vocabulary import Meaning, Vocabulary
from daemon.planning.wishes import Function, WishMaker

_FIGURE = f"(?:{Role.METRIC.pattern}|{Role.NAME.pattern})"


@dataclass(frozen=True, slots=True)
class Understood:
    """What reading brought to light besides the claims themselves."""

    definitions: tuple[Definition, ...]
    assumptions: tuple[str, ...]


def read_request(
    reading: Reading, vocabulary: Vocabulary, maker: WishMaker, schema: Schema, rows: RowReader
) -> Understood:
    """Claim everything the rules know."""
    claim_rules(reading)
    definitions = claim_definitions(reading, maker.resolve)
    _claim_titles(reading, definitions)
    claim_numbers(reading)
    vocabulary.claim(reading)
    _claim_abbreviations(reading)
    _claim_over_rows(reading, maker)
    _claim_per(reading, maker)
    claim_modes(reading)
    claim_limits(reading)
    claim_displays(reading)
    rows.claim(_neighbours(schema))
    _claim_columns(reading, maker)
    claim_leads(reading)
    return Understood(definitions, tuple(rows.assumptions))


def _claim_titles(reading: Reading, definitions: tuple[Definition, ...]) -> None:
    """Mentions of figures the request defines itself."""
    for definition in sorted(definitions, key=lambda d: -len(d.title)):
        words = r"[\s_-]+".join(definition.title.lower().split())
        for match in reading.find(rf"(?<!\w){words}(?!\w)"):
            reading.claim(*match.span(), Role.METRIC, definition.name)


def _claim_abbreviations(reading: Reading) -> None:
    """``debt service coverage ratio (DSCR)`` is one mention."""
    for match in reading.find(rf"{Role.METRIC.pattern}\s*\(\s*{Role.METRIC.pattern}\s*\)"):
        spans = reading.within(*match.span(), Role.METRIC)
        if len(spans) == 2 and figure_name(spans[0]) == figure_name(spans[1]):
            reading.claim(*match.span(), Role.METRIC, spans[0].value)


_FUNCTIONS: tuple[tuple[Function, str], ...] = (
    ("sum", r"total|sum of|sum"),
    ("avg", r"average|mean|avg"),
    ("max", r"highest|largest|maximum|biggest"),
    ("min", r"lowest|smallest|minimum"),
)


_NO_NUMBER = rf"(?!\s*(?:of\b|is\b|at\b|:|=)?\s*{Role.NUMBER.value})"
"""``minimum NOI 5000`` is a limit, not the smallest of several."""


def _claim_over_rows(reading: Reading, maker: WishMaker) -> None:
    """``total freight``, ``number of orders``: figures over the rows that belong to one result row."""
    for match in reading.find(rf"\b(?:number of|count of|how many)\s+(?P<what>{Role.ENTITY.pattern})"):
        title = reading.text(*match.span())
        wish = maker.over_rows(title.replace("how many", "number of"), "count", reading.text(*match.span("what")))
        if wish is not None:
            reading.claim(*match.span(), Role.METRIC, wish)
    for function, words in _FUNCTIONS:
        for match in reading.find(rf"\b(?:{words})\s+(?:of\s+)?(?:the\s+|their\s+)?(?P<what>{_FIGURE}){_NO_NUMBER}"):
            what = _single(reading, *match.span("what"))
            if what is None or not isinstance(what.value, Meaning) or what.value.tables:
                continue
            wish = maker.over_rows(reading.text(*match.span()), function, reading.text(what.start, what.end))
            if wish is not None:
                reading.claim(*match.span(), Role.METRIC, wish)


def _claim_columns(reading: Reading, maker: WishMaker) -> None:
    """Columns that are asked for as they are; what is left of names by now."""
    for span in reading.of(Role.NAME):
        if isinstance(span.value, Meaning) and not span.value.tables:
            wish = maker.plain(reading.text(span.start, span.end))
            if wish is not None:
                reading.claim(span.start, span.end, Role.METRIC, wish)


def _claim_per(reading: Reading, maker: WishMaker) -> None:
    for match in reading.find(rf"(?P<top>{_FIGURE})\s+per\s+(?P<bottom>{_FIGURE})"):
        parts = [_single(reading, *match.span(group)) for group in ("top", "bottom")]
        if any(p is None or not isinstance(p.value, Meaning) or p.value.tables for p in parts):
            continue
        phrases = [reading.text(p.start, p.end) for p in parts if p]
        wish = maker.per(reading.text(*match.span()), *phrases)
        if wish is not None:
            reading.claim(*match.span(), Role.METRIC, wish)


def _single(reading: Reading, start: int, end: int) -> Span | None:
    spans = reading.within(start, end, Role.METRIC) + reading.within(start, end, Role.NAME)
    return spans[0] if len(spans) == 1 else None


def _neighbours(schema: Schema) -> dict[TableRef, tuple[TableRef, ...]]:
    """Tables with at most one row for each row of a table, by what the schema declares."""
    return {t.ref: tuple(reach(schema, t.ref, lambda *_: False).paths) for t in schema.tables}


def figure_name(span: Span) -> str:
    """The name of the figure a METRIC stretch stands for."""
    value = span.value
    if isinstance(value, Meaning):
        return value.formula.name if value.formula else ""
    return value.name if isinstance(value, MetricWish) else identifier(str(value))
