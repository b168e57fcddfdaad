"""Figures the request defines itself: ``margin = (revenue - cost) / revenue``, ``LTV is loan_balance / appraised_value``."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from daemon.compiler.formula import numbers as literals, parse
from daemon.core.naming import identifier
from daemon.core.build import Number
from daemon.core.spec import Unit
from daemon.planning.expressions import Expression, Resolver, read_expression, rename
from daemon.planning.reading import Reading, Role

_VERB = re.compile(r"\s*(?::=|=|:|\b(?:is defined as|is calculated as|is computed as|is|equals|means)\b)\s*")
_LEAD = re.compile(
    r"^(?:please\s+|and\s+|then\s+|also\s+|calculate\s+|compute\s+|show\s+|define\s+|where\s+|with\s+|the\s+|a\s+|an\s+)+"
)
_NAME = re.compile(r"(?P<name>[a-z][\w]*(?:[ -](?!of\b|for\b|in\b|by\b)[a-z0-9][\w]*){0,5}|[a-z][\w ]{0,30} per [a-z][\w ]{0,20})"
                   r"(?P<rows>\s+(?:of|for|in|by)\s+.+)?$")
_EDGE = re.compile(r",|\s+(?=(?:for|of|in|by|per|where|with|and|as|which|but)\b)|\s*\(|$|\s-\s")


@dataclass(frozen=True, slots=True)
class Definition:
    """A figure with the request's own formula. ``name`` is its identifier, ``title`` the request's writing."""

    name: str
    title: str
    expression: Expression
    numbers: tuple[Number, ...] = ()


def claim_definitions(reading: Reading, resolve: Resolver) -> tuple[Definition, ...]:
    """Claim every definition; one may use those before it, whose formula is then put in its place."""
    known: dict[str, Definition] = {}

    def with_earlier(phrase: str) -> str | None:
        return identifier(phrase) if identifier(phrase) in known else resolve(phrase)

    for start, end in reading.sentences():
        definition = _in_sentence(reading, start, end, with_earlier)
        if definition is not None:
            known[definition.name] = _inlined(definition, known)
    return tuple(known.values())


def _inlined(definition: Definition, known: dict[str, Definition]) -> Definition:
    expression = definition.expression
    earlier = {n: known[n].expression for n in expression.phrases if n in known}
    phrases = {n: p for n, p in expression.phrases.items() if n not in earlier}
    for other in earlier.values():
        phrases |= other.phrases
    formula = rename(expression.formula, {n: e.formula for n, e in earlier.items()})
    return replace(definition, expression=Expression(formula, phrases, expression.assumptions))


def _in_sentence(reading: Reading, start: int, end: int, resolve: Resolver) -> Definition | None:
    text = reading.free[start:end]
    for verb in _VERB.finditer(text):
        if verb.start() == verb.end():
            continue
        head = _head(text[: verb.start()])
        if head is None:
            continue
        for stop in _stops(text, verb.end()):
            expression = read_expression(text[verb.end() : stop].strip(), resolve)
            if expression is not None:
                name_start, name_end = head
                title = reading.text(start + name_start, start + name_end)
                name = identifier(title)
                reading.claim(start + verb.start(), start + stop, Role.DEFINITION, name)
                reading.claim(start + name_start, start + name_end, Role.METRIC, name)
                numbers = tuple(
                    Number(text=str(v), value=v, unit=Unit.NUMBER, start=start, end=end, use=f"formula of {name}")
                    for v in literals(parse(expression.formula))
                )
                return Definition(name, title, expression, numbers)
    return None


def _head(text: str) -> tuple[int, int] | None:
    """Where the name stands in what is left of ``is``: after the last comma or colon, without ``of the ...``."""
    begin = max(text.rfind(c) for c in ",:(") + 1
    part = text[begin:]
    begin += len(part) - len(part.lstrip())
    part = part.strip()
    lead = _LEAD.match(part)
    if lead:
        begin, part = begin + lead.end(), part[lead.end() :]
    match = _NAME.match(part)
    if match is None or not match["name"].strip():
        return None
    name = match["name"].rstrip()
    return begin, begin + len(name)


def _stops(text: str, start: int) -> Iterator[int]:
    """Where the formula may end, longest first."""
    depth_zero = [m.start() for m in _EDGE.finditer(text, start) if text.count("(", start, m.start()) == text.count(")", start, m.start())]
    yield from sorted({*depth_zero, len(text)}, reverse=True)
