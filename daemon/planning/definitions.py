"""Figures the request defines itself: ``margin = (revenue - cost) / revenue``, ``LTV is loan / appraised_value``."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from daemon.compiler.formula import numbers as literals
from daemon.compiler.formula import parse
from daemon.core.build import Number
from daemon.core.naming import identifier
from daemon.core.spec import Unit
from daemon.planning.expressions import Expression, Resolver, read_expression, rename
from daemon.planning.reading import Reading, Role

_VERB = re.compile(r"\s*(?::=|=|:|\b(?:is defined as|is calculated as|is computed as|is|equals|means)\b)\s*")
_ROWS = re.compile(r"\s(?:of|for|in|by|across)\s+(?:the|each|every|all|our|my|any)\s.+$")
_PER = re.compile(r"\s(?:per|by)\s(?P<what>.+)$")
_NAME = re.compile(r"[^\W\d_][\w]*(?:[ -][^\W_][\w]*){0,5}")
_NO_NAME = frozenset(
    {"a", "an", "the", "and", "or", "not", "if", "when", "where", "which", "that", "is", "are", "with", "without"}
    | {"only", "than", "then", "also", "for", "of", "in", "by", "on", "to", "each", "every", "all", "any", "i", "we"}
    | {"you", "me", "us", "need", "want", "agent", "please", "show", "calculate", "compute", "define", "give", "build"}
    | {"create", "make", "report", "list", "let", "here", "it", "this", "as", "from", "at", "plus", "minus", "times"}
)
_LEAD = re.compile(r"(?:\s|" + "|".join(rf"\b{w}\b" for w in sorted(_NO_NAME)) + r")*")
"""Words that a name of a figure does not have; it begins after the last of them."""
_LONGEST_TITLE = 60
_EDGE = re.compile(r",(?!\d)|\s+(?=(?:for|of|in|by|per|where|with|and|as|which|but)\b)|\s*\(|$|\s-\s")


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
    """The first definition of a sentence: with a name before ``is``, or a bare formula."""
    text = reading.free[start:end]
    for verb in _VERB.finditer(text):
        head = _head(text[: verb.start()], resolve)
        found = _expression(text, verb.end(), resolve) if head else None
        if head and found:
            title = reading.text(start + head[0], start + head[1])
            definition = _definition(identifier(title), title, found[0], start, end)
            reading.claim(start + verb.start(), start + found[1], Role.DEFINITION, definition.name)
            reading.claim(start + head[0], start + head[1], Role.METRIC, definition.name)
            return definition
    lead = _LEAD.match(text)
    begin = lead.end() if lead else 0
    found = _expression(text, begin, resolve)
    if found is None:
        return None
    title = _spoken(found[0])
    reading.claim(start + begin, start + found[1], Role.METRIC, identifier(title))
    return _definition(identifier(title), title, found[0], start, end) if len(title) <= _LONGEST_TITLE else None


def _expression(text: str, begin: int, resolve: Resolver) -> tuple[Expression, int] | None:
    """The longest formula that starts at ``begin``, and where it ends."""
    for stop in _stops(text, begin):
        expression = read_expression(text[begin:stop].strip(), resolve)
        if expression is not None:
            return expression, stop
    return None


def _definition(name: str, title: str, expression: Expression, start: int, end: int) -> Definition:
    numbers = tuple(
        Number(text=str(v), value=v, unit=Unit.NUMBER, start=start, end=end, use=f"formula of {name}")
        for v in literals(parse(expression.formula))
    )
    return Definition(name, title, expression, numbers)


def _spoken(expression: Expression) -> str:
    """A name for a formula that has none: ``loan balance per units``."""
    text = expression.formula
    for sign, word in (("/", "per"), ("*", "times"), ("+", "plus"), ("-", "minus")):
        text = text.replace(sign, f" {word} ")
    return " ".join(text.replace("_", " ").replace("(", " ").replace(")", " ").split())


def _head(text: str, resolve: Resolver) -> tuple[int, int] | None:
    """Where the name stands in what is left of ``is``: before ``of the ...``, after the last word no name has.

    ``debt per unit`` is a name, because a unit is a figure; in ``revenue per customer`` the rows are named.
    """
    begin = max(text.rfind(c) for c in ",:(") + 1
    rows = _ROWS.search(text, begin)
    end = rows.start() if rows else len(text)
    per = _PER.search(text, begin, end)
    if per and resolve(per["what"].strip()) is None:
        end = per.start()
    start = max([begin, *(begin + w.end() for w in re.finditer(r"\w+", text[begin:end]) if w.group() in _NO_NAME)])
    name = text[start:end].strip()
    start += len(text[start:end]) - len(text[start:end].lstrip())
    return (start, start + len(name)) if _NAME.fullmatch(name) else None


def _stops(text: str, start: int) -> Iterator[int]:
    """Where the formula may end, longest first."""
    depth_zero = [
        m.start()
        for m in _EDGE.finditer(text, start)
        if text.count("(", start, m.start()) == text.count(")", start, m.start())
    ]
    yield from sorted({*depth_zero, len(text)}, reverse=True)
