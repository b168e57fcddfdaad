"""Questions to the person and the answers their request already holds. Ids count up in the order of asking."""

from __future__ import annotations

from collections.abc import Mapping

from daemon.core.naming import words
from daemon.core.status import Question

STOP = "stop: do not build this"


class Questions:
    """Asks in a fixed order, so that ``q2`` stays ``q2`` once ``q1`` is answered."""

    def __init__(self, answers: Mapping[str, str], asked: int = 0) -> None:
        self._answers = answers
        self.asked = asked
        self._open: list[Question] = []

    @property
    def open(self) -> tuple[Question, ...]:
        """Questions without a usable answer, in order."""
        return tuple(self._open)

    def ask(self, text: str, options: tuple[str, ...], default: str, accepted: tuple[str, ...] = ()) -> str | None:
        """The option the person chose; None when the question stays open.

        ``accepted`` answers are fine too, though there are too many of them to list. An answer that fits no option,
        or more than one, is asked again with a hint.
        """
        self.asked += 1
        name = f"q{self.asked}"
        answer = self._answers.get(name)
        if answer is not None:
            chosen = default if not answer.strip() else match_option(answer, options) or _exact(answer, accepted)
            if chosen is not None:
                return chosen
            text = f"{text} (the answer “{answer.strip()[:60]}” fits none of the options, or several)"
        self._open.append(Question(id=name, text=text, options=options, default=default))
        return None

    def unused(self) -> tuple[str, ...]:
        """Ids of answers to questions that were never asked."""
        known = {f"q{n}" for n in range(1, self.asked + 1)}
        return tuple(sorted(set(self._answers) - known))


def _exact(answer: str, accepted: tuple[str, ...]) -> str | None:
    return next((a for a in accepted if a.casefold() == answer.strip().casefold()), None)


def match_option(answer: str, options: tuple[str, ...]) -> str | None:
    """The one option an answer means: its text, its number, its beginning, or words only it has."""
    plain = " ".join(answer.split()).casefold()
    if plain.isdecimal() and 1 <= int(plain) <= len(options) and not any(plain == o.casefold() for o in options):
        return options[int(plain) - 1]
    for fits in (_equals, _starts, _has_words):
        found = [o for o in options if fits(plain, o.casefold())]
        if len(found) == 1:
            return found[0]
        if found:
            return None
    return None


def _equals(answer: str, option: str) -> bool:
    return answer == option


def _starts(answer: str, option: str) -> bool:
    return len(answer) >= 3 and option.startswith(answer)


def _has_words(answer: str, option: str) -> bool:
    """All words of the answer are in the option, at least one of them longer than two letters."""
    wanted = set(words(answer))
    return bool(wanted) and wanted <= set(words(option)) and any(len(w) > 2 for w in wanted)
