"""Request to analysis by rules alone: everything is accounted for, or what is not is left over."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from daemon.core.build import Analysis, FilterWish, MetricWish, Number
from daemon.core.naming import singular
from daemon.core.ports import Database
from daemon.core.request import Request
from daemon.core.schema import Schema
from daemon.core.spec import StatusRule, Unit
from daemon.planning.glossary import Glossary
from daemon.planning.library import FormulaLibrary
from daemon.planning.limits import LimitPhrase
from daemon.planning.live_values import LiveValues
from daemon.planning.orders import cut_orders
from daemon.planning.phrases import Display, MissingRule, RowStatus, StatusWords, TotalLine
from daemon.planning.questions import Questions
from daemon.planning.reading import Reading, Role, Span
from daemon.planning.refusals import refusal
from daemon.planning.rows import RowReader, Rows
from daemon.planning.scenarios import scenarios
from daemon.planning.shown import displayed, with_missing_rule
from daemon.planning.skeleton import unclear
from daemon.planning.understand import Understood, figure_name, read_request
from daemon.planning.verdicts import LimitUnclear, judge
from daemon.planning.vocabulary import Meaning, vocabulary
from daemon.planning.wishes import WishMaker

_LONGEST = 20_000


def analyze(
    request: Request, schema: Schema, library: FormulaLibrary, glossary: Glossary, database: Database
) -> Analysis:
    """What rules understand of ``request``. Raises ``DatabaseUnavailable`` when the data cannot be looked at."""
    reading = Reading(request.text)
    warnings = cut_orders(reading)
    reason = refusal(reading, schema)
    if reason:
        return Analysis(text=request.text, refusal=reason, warnings=warnings)
    if not any(c.isalnum() for c in reading.free):
        besides = " besides text that gives orders to the system" if warnings else ": it has no words"
        reason = f"there is nothing to calculate in the request{besides}"
        return Analysis(text=request.text, refusal=reason, warnings=warnings)
    if len(request.text) > _LONGEST:
        return Analysis(text=request.text, leftovers=("the request is too long for rules",), warnings=warnings)
    questions = Questions(request.options.answers)
    words = vocabulary(schema, library, glossary)
    maker = WishMaker(words, library, schema)
    database_word = (request.options.database or "").lower().removesuffix("_url")
    rows = RowReader(reading, LiveValues(database, schema), questions, database_word)
    understood = read_request(reading, words, maker, schema, rows)
    found = _Assembly(reading, maker, library, questions).assemble(understood)
    return replace(found, text=request.text, warnings=warnings)


@dataclass(slots=True)
class _Assembly:
    """Puts the claimed stretches together. Whatever does not fit goes to ``leftovers``."""

    reading: Reading
    maker: WishMaker
    library: FormulaLibrary
    questions: Questions
    metrics: dict[str, MetricWish] = field(default_factory=dict)
    numbers: list[Number] = field(default_factory=list)
    assumptions: list[str] = field(default_factory=list)
    leftovers: list[str] = field(default_factory=list)

    def assemble(self, understood: Understood) -> Analysis:
        self.leftovers += unclear(self.reading)
        self.assumptions += understood.assumptions
        self._collect_metrics(understood)
        entity, filters = self._rows()
        self._judge_all()
        self._apply_rules(entity)
        self._apply_displays()
        phrases = [s.value for s in self.reading.of(Role.MODE)]
        changed = scenarios(phrases, tuple(self.metrics.values()), self.questions)
        if not self.metrics and not self.leftovers:
            self.leftovers.append(self.reading.text(0, len(self.reading.original))[:200])
        if not self.questions.open:
            self.leftovers += changed.unclear
        if self.leftovers:
            return Analysis(text="", leftovers=tuple(dict.fromkeys(self.leftovers)))
        if self.questions.open:
            return Analysis(text="", questions=self.questions.open, asked=self.questions.asked)
        return Analysis(
            text="",
            metrics=tuple(self.metrics.values()),
            modes=changed.modes,
            filters=filters,
            entity=entity,
            numbers=(*self.numbers, *changed.numbers),
            wants_total=any(isinstance(s.value, TotalLine) for s in self.reading.of(Role.RULE)),
            assumptions=tuple(dict.fromkeys((*self.assumptions, *changed.assumptions))),
            asked=self.questions.asked,
        )

    def _collect_metrics(self, understood: Understood) -> None:
        defined: dict[str, MetricWish] = {}
        for definition in understood.definitions:
            wish, notes = self.maker.from_definition(definition)
            self.assumptions += notes
            if wish is None:
                self.leftovers.append(f"the units of “{definition.title}” do not go together")
            else:
                defined[definition.name] = wish
        self.numbers += (n for d in understood.definitions for n in d.numbers)
        for span in self._mentions():
            wish = self._wish(span, defined)
            if wish is not None:
                self.metrics.setdefault(wish.name, wish)

    def _mentions(self) -> Iterable[Span]:
        """Figures asked for; those a limit names only count when there are no others."""
        asked = self.reading.of(Role.METRIC)
        limits = (s.value for s in self.reading.of(Role.LIMIT))
        return asked or tuple(p.metric for p in limits if p.metric)

    def _wish(self, span: Span, defined: dict[str, MetricWish]) -> MetricWish | None:
        if isinstance(span.value, MetricWish):
            return span.value
        if isinstance(span.value, str):
            return defined.get(span.value)
        formula = span.value.formula if isinstance(span.value, Meaning) else None
        if formula is None:
            return None
        if not formula.supported:
            self.leftovers.append(f"{formula.title}: {formula.notes}")
            return None
        own = next((w for w in defined.values() if formula.name in {w.library, w.name}), None)
        return own or self.maker.from_library(formula)

    def _rows(self) -> tuple[str, tuple[FilterWish, ...]]:
        spans = self.reading.of(Role.ROWS, Role.FILTERED_ROWS)
        rows = [s.value for s in spans if isinstance(s.value, Rows)]
        if len({r.tables for r in rows}) > 1:
            self.leftovers += [self.reading.text(s.start, s.end) for s in spans[1:]]
        filters = tuple(dict.fromkeys(f for r in rows for f in r.filters))
        columns = [(f.table, f.schema_name, f.column) for f in filters]
        if len(set(columns)) < len(columns) or sum(1 for r in rows if r.filters) > 1:
            self.leftovers += [f.phrase for f in filters]
        return (rows[0].word if rows else ""), filters

    def _judge_all(self) -> None:
        rules = [s.value for s in self.reading.of(Role.RULE) if isinstance(s.value, StatusWords)]
        words = rules[0] if len(rules) == 1 else None
        by_metric = self._limits_by_metric(words)
        for name, wish in self.metrics.items():
            formula = self.library.formula(wish.library) if wish.library else None
            usual = formula.limit if formula else None
            try:
                judged = judge(wish, by_metric.get(name, ()), usual, self.questions)
            except LimitUnclear as problem:
                if not self.questions.open:
                    self.leftovers.append(str(problem))
                continue
            status = _renamed(judged.status, words) if words else judged.status
            self.metrics[name] = replace(wish, status=status)
            if judged.in_percent and wish.unit is Unit.RATIO and not wish.library:
                self.metrics[name] = replace(wish, status=status, unit=Unit.FRACTION, show_as_percent=True)
            self.numbers += judged.numbers
            self.assumptions += judged.assumptions
        if len(rules) > 1 or (words and not any(w.status for w in self.metrics.values())):
            self.leftovers.append("status words without a limit, or several of them")

    def _limits_by_metric(self, words: StatusWords | None) -> dict[str, list[LimitPhrase]]:
        found: dict[str, list[LimitPhrase]] = {}
        for span in self.reading.of(Role.LIMIT, Role.BARE_LIMIT):
            phrase = span.value
            name = figure_name(phrase.metric) if phrase.metric else self._metric_before(span)
            if name not in self.metrics:
                self.leftovers.append(f"“{phrase.text}”: which figure is it about?")
                continue
            found.setdefault(name, []).append(_with_words(phrase, words) if words else phrase)
        return found

    def _metric_before(self, span: Span) -> str:
        """The figure a limit without a name is about: the only one in its sentence, or the only one at all."""
        if len(self.metrics) == 1:
            return next(iter(self.metrics))
        start, end = next((s, e) for s, e in self.reading.sentences() if s <= span.start < e)
        before = [s for s in self.reading.within(start, end, Role.METRIC) if s.end <= span.start]
        is_next = "," not in self.reading.plain[before[-1].end : span.end] if before else False
        if span.role is Role.BARE_LIMIT and is_next:
            return figure_name(before[-1]) if before else ""
        names = {figure_name(s) for s in before}
        return names.pop() if len(names) == 1 else ""

    def _apply_rules(self, entity: str) -> None:
        for span in self.reading.of(Role.RULE):
            rule = span.value
            text = self.reading.text(span.start, span.end)
            if isinstance(rule, RowStatus) and len(self.metrics) != 2:
                self.leftovers.append(text)
            if isinstance(rule, TotalLine) and rule.rows and singular(rule.rows) != entity:
                self.leftovers.append(text)
            if isinstance(rule, MissingRule) and rule.subject:
                changed = {n: with_missing_rule(w, rule.subject) for n, w in self.metrics.items()}
                if all(w is None for w in changed.values()):
                    self.leftovers.append(text)
                self.metrics |= {n: w for n, w in changed.items() if w is not None}

    def _apply_displays(self) -> None:
        for span in self.reading.of(Role.DISPLAY):
            display = span.value
            assert isinstance(display, Display)
            changed = displayed(tuple(self.metrics.values()), display)
            if changed is None:
                self.leftovers.append(self.reading.text(span.start, span.end))
            else:
                self.metrics = {w.name: w for w in changed}


def _with_words(phrase: LimitPhrase, words: StatusWords) -> LimitPhrase:
    kept, missed = (words.kept, words.missed) if phrase.is_good else (words.missed, words.kept)
    return replace(phrase, status=kept, otherwise=missed)


def _renamed(status: tuple[StatusRule, ...], words: StatusWords) -> tuple[StatusRule, ...]:
    new = {"PASS": words.kept, "FAIL": words.missed}
    return tuple(StatusRule(status=new.get(s.status, s.status), when=s.when) for s in status)
