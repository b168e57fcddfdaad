"""Figures a request asks for: known ones of the library, its own formulas, and one figure per another."""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

from daemon.compiler.formula import FormulaError, Node, names, parse
from daemon.compiler.formula.guards import hazards
from daemon.compiler.formula.tree import Name, children
from daemon.compiler.formula.units import check
from daemon.core.build import MetricWish, Term
from daemon.core.naming import identifier, plural, singular, words
from daemon.core.schema import Schema
from daemon.core.spec import Unit
from daemon.planning.definitions import Definition
from daemon.planning.expressions import rename, text_of
from daemon.planning.guesses import guessed_unit, is_per_piece, unit_of, with_units
from daemon.planning.library import Formula, FormulaLibrary
from daemon.planning.vocabulary import Meaning, Vocabulary, is_number

Function = Literal["sum", "avg", "count", "min", "max"]


class WishMaker:
    """Turns what was read into wishes, in terms of the library and the live columns."""

    def __init__(self, vocabulary: Vocabulary, library: FormulaLibrary, schema: Schema) -> None:
        self._vocabulary = vocabulary
        self._library = library
        self._schema = schema

    def resolve(self, phrase: str) -> str | None:
        """The name by which a formula calls ``phrase``; None when it is no figure of this database or the library."""
        meaning = self._vocabulary.meaning(phrase)
        if meaning is None or not self._is_figure(meaning):
            return None
        if meaning.formula and not (meaning.input or meaning.columns or meaning.glossary):
            return meaning.formula.name
        return identifier(phrase.replace(".", " "))

    def from_library(self, formula: Formula) -> MetricWish:
        """The wish for a figure of the library."""
        missing = tuple((f"{name} is None", reason) for name, reason in formula.missing.items())
        return MetricWish(
            name=formula.name,
            title=formula.title,
            definition=formula.definition,
            formula=formula.formula,
            unit=formula.unit,
            terms=tuple(self._library_term(name) for name in formula.inputs),
            library=formula.name,
            show_as_percent=formula.show_as_percent,
            undefined=missing + tuple((c.when, c.reason) for c in formula.undefined),
        )

    def from_definition(self, definition: Definition) -> tuple[MetricWish | None, tuple[str, ...]]:
        """The wish for a formula of the request, with assumptions; None when its units do not fit together."""
        expression = definition.expression
        meaning = self._vocabulary.meaning(definition.title)
        known = meaning.formula if meaning else None
        formula, terms = self._terms(expression.formula, expression.phrases)
        if known and known.supported:
            same = _unified(parse(known.formula), parse(formula))
            if same and all(self._stands_for(n, terms[t].phrase) for n, t in same.items()):
                return _with_phrases(self.from_library(known), same, terms), expression.assumptions
        wish = self._own(definition.name, definition.title, formula, terms)
        if wish is None or known is None:
            return wish, expression.assumptions
        note = f"{known.title} is calculated as the request says, {formula}, and not as is customary, {known.formula}"
        wish = replace(wish, unit=known.unit, show_as_percent=known.show_as_percent)
        return wish, (*expression.assumptions, note)

    def per(self, title: str, numerator: str, denominator: str) -> MetricWish | None:
        """The wish for ``numerator per denominator``."""
        resolved = [self.resolve(p) for p in (numerator, denominator)]
        if None in resolved or resolved[0] == resolved[1]:
            return None
        top, bottom = (str(r) for r in resolved)
        formula, terms = self._terms(f"{top} / {bottom}", {top: numerator, bottom: denominator})
        return self._own(identifier(title), title, formula, terms)

    def plain(self, phrase: str) -> MetricWish | None:
        """The wish for a column as it is."""
        name = self.resolve(phrase)
        if name is None:
            return None
        formula, terms = self._terms(name, {name: phrase})
        return self._own(name, phrase, formula, terms)

    def over_rows(self, title: str, function: Function, phrase: str) -> MetricWish | None:
        """The wish for a number made of the rows of a child table: ``total freight``, ``number of orders``."""
        name = identifier(f"{function} of {phrase}")
        if function == "count":
            term = Term(name=name, phrase=phrase, unit=Unit.COUNT, function=function)
        elif not self._is_column(phrase) or (function == "sum" and is_per_piece(phrase)):
            return None
        else:
            meaning = self._vocabulary.meaning(phrase)
            item = meaning.input if meaning else None
            unit = item.unit if item else guessed_unit(phrase)
            term = Term(name=name, phrase=phrase, synonyms=item.synonyms if item else (), unit=unit, function=function)
        return MetricWish(
            name=identifier(title), title=title, definition=f"{title}.", formula=name, unit=term.unit, terms=(term,)
        )

    def _is_column(self, phrase: str) -> bool:
        meaning = self._vocabulary.meaning(phrase)
        return bool(meaning and self._is_figure(replace(meaning, formula=None)))

    def _is_figure(self, meaning: Meaning) -> bool:
        columns = any(is_number(self._schema, c) for c in meaning.columns)
        formula = meaning.formula is not None and meaning.formula.supported
        return bool(columns or meaning.input or meaning.glossary or formula)

    def _library_term(self, name: str) -> Term:
        item = self._library.input(name)
        assert item is not None  # the library is checked when it is loaded
        return item.term(name)

    def _terms(self, formula: str, phrases: dict[str, str]) -> tuple[str, dict[str, Term]]:
        """Terms by name; figures of the library are put in as their own formulas."""
        terms: dict[str, Term] = {}
        inlined: dict[str, str] = {}
        for name, phrase in phrases.items():
            meaning = self._vocabulary.meaning(phrase) or Meaning()
            if meaning.formula and meaning.formula.name == name and not (meaning.input or meaning.columns):
                inlined[name] = meaning.formula.formula
                terms |= {t.name: t for t in self.from_library(meaning.formula).terms}
            elif meaning.input:
                terms[name] = meaning.input.term(name, phrase)
            else:
                said = meaning.glossary.unit if meaning.glossary else None
                terms[name] = Term(name=name, phrase=phrase, unit=said or guessed_unit(phrase))
        return rename(formula, inlined), terms

    def _own(self, name: str, title: str, formula: str, terms: dict[str, Term]) -> MetricWish | None:
        tree = parse(formula)
        used = names(tree)
        terms = with_units(tree, terms)
        try:
            unit = unit_of(check(tree, {n: t.unit for n, t in terms.items()}, formula))
        except FormulaError:
            return None
        if unit is None:
            return None
        return MetricWish(
            name=name,
            title=title,
            definition=f"{title[:1].upper()}{title[1:]}: {formula}.",
            formula=formula,
            unit=unit,
            terms=tuple(t for n, t in terms.items() if n in used),
            undefined=_undefined(tree, terms),
        )

    def _stands_for(self, input_name: str, phrase: str) -> bool:
        meaning = self._vocabulary.meaning(phrase)
        item = self._library.input(input_name)
        if item is None:
            return False
        return bool(meaning and meaning.input == item) or set(words(item.synonyms[0])) <= set(words(phrase))


def _undefined(tree: Node, terms: dict[str, Term]) -> tuple[tuple[str, str], ...]:
    found = []
    for hazard in hazards(tree):
        text = text_of(hazard.operand)
        phrase = terms[text].phrase.rsplit(".", 1)[-1].replace("_", " ") if text in terms else text
        is_count = text in terms and terms[text].unit is Unit.COUNT
        if hazard.kind == "divisor":
            reason = f"no {plural(singular(phrase))}" if is_count else f"{phrase} is zero"
            found.append((f"{text} == 0", reason))
        else:
            found.append((f"{text} < 0", f"{phrase} is negative"))
    return tuple(found)


def _unified(pattern: Node, found: Node) -> dict[str, str] | None:
    """Which name of ``found`` stands where in ``pattern``, when both have the same shape."""
    if isinstance(pattern, Name) and isinstance(found, Name):
        return {pattern.name: found.name}
    below, other = children(pattern), children(found)
    if type(pattern) is not type(found) or len(below) != len(other) or not below:
        return None
    if getattr(pattern, "operator", None) != getattr(found, "operator", None):
        return None
    result: dict[str, str] = {}
    for one, two in zip(below, other, strict=True):
        part = _unified(one, two)
        if part is None or any(result.get(k, v) != v for k, v in part.items()):
            return None
        result |= part
    return result


def _with_phrases(wish: MetricWish, same: dict[str, str], terms: dict[str, Term]) -> MetricWish:
    return replace(wish, terms=tuple(replace(t, phrase=terms[same[t.name]].phrase) for t in wish.terms))
