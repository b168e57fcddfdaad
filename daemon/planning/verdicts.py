"""Limits of one figure as status rules, decided on the unrounded value."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from daemon.core.build import MetricWish, Number
from daemon.core.spec import StatusRule, Unit
from daemon.planning.comparisons import OPPOSITE, Operator
from daemon.planning.expressions import fraction_text
from daemon.planning.library import Limit
from daemon.planning.limits import LimitPhrase
from daemon.planning.questions import Questions

_PARTS = {Unit.FRACTION, Unit.RATIO}


class LimitUnclear(ValueError):
    """A limit does not fit its figure; the message says why."""


@dataclass(frozen=True, slots=True)
class Judged:
    """Status rules with what they rest on."""

    status: tuple[StatusRule, ...]
    assumptions: tuple[str, ...]
    numbers: tuple[Number, ...]
    in_percent: bool = False
    """A limit was written as a percentage."""


@dataclass(frozen=True, slots=True)
class _Bad:
    operator: Operator
    value: Decimal
    status: str
    is_said: bool = False
    """The request itself says the bad side; else it says the good one."""


def judge(wish: MetricWish, phrases: Sequence[LimitPhrase], usual: Limit | None, questions: Questions) -> Judged:
    """The status rules that ``phrases`` say, or the customary ones. Raises ``LimitUnclear`` when they make no sense."""
    if not phrases:
        return _customary(wish, usual)
    notes: list[str] = []
    numbers: list[Number] = []
    bad: list[_Bad] = []
    kept: list[tuple[LimitPhrase, _Bad]] = []
    good = ""
    for phrase in phrases:
        value, said = limit_value(wish, phrase, questions)
        operator = phrase.operator or _usual_direction(wish, phrase, usual, notes)
        notes += [*said, *phrase.notes]
        numbers.append(replace(phrase.figure.number, use=f"limit of {wish.name}"))
        if phrase.is_good:
            kept.append((phrase, _Bad(OPPOSITE[operator], value, phrase.otherwise or "FAIL")))
        else:
            bad.append(_Bad(operator, value, phrase.status, is_said=True))
        good = (phrase.status if phrase.is_good else phrase.otherwise) or good
    bad += [_between(wish, phrase, missed, bad, questions) for phrase, missed in kept]
    if not good:
        good = "OK"
        notes.append(f"{wish.title} has status {good} where none of its limits names another")
    in_percent = any(n.unit is Unit.FRACTION for n in numbers)
    return Judged(_rules(wish.name, tuple(bad), good), tuple(notes), tuple(numbers), in_percent)


def _between(wish: MetricWish, phrase: LimitPhrase, missed: _Bad, said: Sequence[_Bad], questions: Questions) -> _Bad:
    """``missed``, with the status of values the request calls neither good nor bad, if it leaves such: asked."""
    is_low = missed.operator in {"<", "<="}
    beyond = [b for b in said if (b.operator in {"<", "<="}) is is_low and (b.value < missed.value) is is_low]
    if phrase.otherwise or not beyond:
        return missed
    nearest = max(beyond, key=lambda b: b.value) if is_low else min(beyond, key=lambda b: b.value)
    limits = sorted((nearest.value, missed.value))
    low, high = (f"{fraction_text(v * 100)}%" if wish.show_as_percent else fraction_text(v) for v in limits)
    options = (nearest.status, phrase.status)
    answer = questions.ask(f"which status has {wish.title} between {low} and {high}?", options, nearest.status)
    if answer is None:
        raise LimitUnclear("a question about it is open")
    return replace(missed, status=answer)


def _customary(wish: MetricWish, usual: Limit | None) -> Judged:
    if usual is None:
        return Judged((), (), ())
    shown = f"{fraction_text(usual.value * 100)}%" if wish.show_as_percent else fraction_text(usual.value)
    word = {">=": "at least", "<=": "at most", ">": "above", "<": "below"}[usual.operator]
    note = f"limit of {wish.title}: {word} {shown} passes ({usual.source}); the request names none"
    return Judged(_rules(wish.name, (_Bad(OPPOSITE[usual.operator], usual.value, "FAIL"),), "PASS"), (note,), ())


def _rules(name: str, bad: tuple[_Bad, ...], good: str) -> tuple[StatusRule, ...]:
    if len({(b.operator in {"<", "<="}, b.value) for b in bad}) != len(bad):
        raise LimitUnclear("two limits have the same number")
    low = sorted((b for b in bad if b.operator in {"<", "<="}), key=lambda b: b.value)
    high = sorted((b for b in bad if b.operator in {">", ">="}), key=lambda b: -b.value)
    if low and high and low[-1].value >= high[-1].value:
        raise LimitUnclear("no value can satisfy both limits")
    if len(bad) == 1 and not bad[0].is_said:
        kept = f"{name} {OPPOSITE[bad[0].operator]} {fraction_text(bad[0].value)}"
        return (StatusRule(status=good, when=kept), StatusRule(status=bad[0].status))
    rules = [StatusRule(status=b.status, when=f"{name} {b.operator} {fraction_text(b.value)}") for b in (*low, *high)]
    return (*rules, StatusRule(status=good))


def _usual_direction(wish: MetricWish, phrase: LimitPhrase, usual: Limit | None, notes: list[str]) -> Operator:
    if usual is None:
        raise LimitUnclear(f"“{phrase.text}” does not say whether {wish.title} has to be above or below it")
    word = "at least" if usual.operator.startswith(">") else "at most"
    notes.append(f"“{phrase.text}” means {word} {phrase.figure.number.text}, as is usual for {wish.title}")
    return usual.operator


def limit_value(wish: MetricWish, phrase: LimitPhrase, questions: Questions) -> tuple[Decimal, tuple[str, ...]]:
    """The number of a limit in the figure's own unit, and what its reading rests on.

    Raises ``LimitUnclear`` when the units do not go together, or while a question about it is open.
    """
    number, reads = phrase.figure.number, phrase.figure.reads
    notes = (reads.assumption,) if reads.assumption else ()
    value = number.value
    if reads.other is not None and ("." in number.text or wish.unit in _PARTS):
        options = tuple(fraction_text(v) for v in sorted({value, reads.other}))
        answer = questions.ask(f"which number is “{number.text}” in “{phrase.text}”?", options, fraction_text(value))
        if answer is None:
            raise LimitUnclear("a question about it is open")
        value = Decimal(answer)
    if number.unit is Unit.NUMBER and wish.show_as_percent and 1 <= value <= 2:
        value = _asked_percent(phrase, value, questions)
        return value, notes
    return _converted(wish, phrase, value, notes)


def _asked_percent(phrase: LimitPhrase, value: Decimal, questions: Questions) -> Decimal:
    options = {f"{fraction_text(value)}%": value / 100, f"{fraction_text(value * 100)}%": value}
    answer = questions.ask(f"how much is “{phrase.text}”?", tuple(options), next(iter(options)))
    if answer is None:
        raise LimitUnclear("a question about it is open")
    return options[answer]


def _converted(
    wish: MetricWish, phrase: LimitPhrase, value: Decimal, notes: tuple[str, ...]
) -> tuple[Decimal, tuple[str, ...]]:
    unit = phrase.figure.number.unit
    if unit is Unit.FRACTION:
        if wish.unit is Unit.PERCENT:
            return value * 100, notes
        if wish.unit in _PARTS:
            return value, notes
        raise LimitUnclear(f"“{phrase.text}” is a percentage, {wish.title} is not")
    if unit is Unit.RATIO and wish.unit not in {Unit.RATIO, Unit.NUMBER}:
        raise LimitUnclear(f"“{phrase.text}” is a multiple, {wish.title} is not")
    if unit is Unit.MONEY and wish.unit not in {Unit.MONEY, Unit.NUMBER}:
        raise LimitUnclear(f"“{phrase.text}” is money, {wish.title} is not")
    if unit in {Unit.DAYS, Unit.YEARS} and wish.unit is not unit:
        raise LimitUnclear(f"“{phrase.text}” is in {unit.value}, {wish.title} is not")
    if unit is Unit.NUMBER and wish.show_as_percent and value > 2:
        return value / 100, (*notes, f"“{phrase.text}” means {fraction_text(value)}%")
    return value, notes
