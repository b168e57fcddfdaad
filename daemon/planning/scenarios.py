"""Mode phrases as wishes: which figure changes, by how much, under which parameter name."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from daemon.core.build import MetricWish, ModeWish, Number, Term
from daemon.core.naming import words
from daemon.planning.expressions import fraction_text
from daemon.planning.modes import Change, ModePhrase
from daemon.planning.questions import Questions
from daemon.planning.vocabulary import Meaning


@dataclass(frozen=True, slots=True)
class Scenarios:
    """Modes besides the standard one; ``unclear`` quotes phrases that fit no figure."""

    modes: tuple[ModeWish, ...] = ()
    numbers: tuple[Number, ...] = ()
    assumptions: tuple[str, ...] = ()
    unclear: tuple[str, ...] = ()


def scenarios(phrases: Sequence[ModePhrase], metrics: Sequence[MetricWish], questions: Questions) -> Scenarios:
    """The modes that ``phrases`` ask for. Two of one name, or a count that does not fit, are unclear."""
    named = [p for p in phrases if p.change is not None]
    counts = [p for p in phrases if p.counted is not None]
    total = len(named) + any(p.name == "standard" for p in phrases)
    unclear = [p.text for p in counts if p.counted not in {total, len(named) + 1}]
    unclear += [p.text for p in named if [q.name for q in named].count(p.name) > 1]
    modes: list[ModeWish] = []
    notes: list[str] = []
    for phrase in named:
        assert phrase.change is not None
        mode = _mode(phrase, phrase.change, metrics, questions, notes)
        if mode is None:
            unclear.append(phrase.text)
        else:
            taken = {m.parameter for m in modes}
            modes.append(replace(mode, parameter=f"{mode.name}_{mode.parameter}") if mode.parameter in taken else mode)
    numbers = tuple(replace(p.change.number, use=f"mode {p.name}") for p in named if p.change)
    return Scenarios(tuple(modes), numbers, tuple(dict.fromkeys(notes)), tuple(dict.fromkeys(unclear)))


def _mode(
    phrase: ModePhrase, change: Change, metrics: Sequence[MetricWish], questions: Questions, notes: list[str]
) -> ModeWish | None:
    terms = tuple(dict.fromkeys(t for m in metrics for t in m.terms))
    percent = fraction_text(abs(change.factor) * 100)
    factor, target = change.factor, None
    if change.target is not None:
        found = [t for t in terms if _means(change.target.value, t)]
        target = found[0] if len({t.name for t in found}) == 1 else None
    elif any(t.name == "noi" for t in terms):
        target = next(t for t in terms if t.name == "noi")
        notes.append(f"the {percent}% stress is taken off the {target.phrase}: the request does not say which figure")
    else:
        target, factor = _asked(phrase, change, terms, questions)
    if target is None:
        return None
    if factor < 0:
        notes.append(
            f"a cut takes {percent}% of the size of {target.phrase} away, so a negative figure gets worse, not better"
        )
    title = f"{phrase.name}: {target.phrase} {'down' if factor < 0 else 'up'} {percent}%"
    return ModeWish(name=phrase.name, title=title, parameter=change.word, change=factor, target=target.name)


def _asked(
    phrase: ModePhrase, change: Change, terms: Sequence[Term], questions: Questions
) -> tuple[Term | None, Decimal]:
    if not terms:
        return None, change.factor
    percent = fraction_text(abs(change.factor) * 100)
    options = {f"{t.phrase} {way} {percent}%": (t, sign) for t in terms for way, sign in (("down", -1), ("up", 1))}
    answer = questions.ask(f"which figure does “{phrase.text}” change?", tuple(options), next(iter(options)))
    if answer is None:
        return None, change.factor
    term, sign = options[answer]
    return term, sign * abs(change.factor)


def _means(meaning: object, term: Term) -> bool:
    """Whether the words a mode uses for its figure stand for ``term``."""
    if not isinstance(meaning, Meaning):
        return False
    if meaning.input is not None:
        return meaning.input.synonyms == term.synonyms
    written = {tuple(words(c.name)) for c in meaning.columns}
    return tuple(words(term.phrase.rsplit(".", 1)[-1])) in written
