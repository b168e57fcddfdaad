"""Inputs of a spec: the column behind each term, its unit as the data shows it, and its name in formulas."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from daemon.compiler.formula import FUNCTIONS
from daemon.core.build import Term
from daemon.core.naming import identifier, singular, words
from daemon.core.ports import Database
from daemon.core.schema import ColumnRef, Schema
from daemon.core.spec import ColumnName, Input, Unit
from daemon.planning.children import ChildReading
from daemon.planning.expressions import rename
from daemon.planning.glossary import Glossary
from daemon.planning.ground import Need
from daemon.planning.mapping import EXACT, QUALIFIED, glossary_entry
from daemon.planning.questions import STOP, Questions

_RESERVED = frozenset(
    {
        "exact",
        "figure",
        "inputs",
        "label",
        "mode",
        "parameters",
        "reason",
        "row",
        "shown",
        "status",
        "same_when_rounded",
        "total",
        "validation_status",
        "warnings",
        "value",
        "key",
        "standard",
    }
) | frozenset(FUNCTIONS)

_TURNED, _AS_IT_IS = "with its sign turned", "as it is"


@dataclass(slots=True)
class Sources:
    """Collects inputs; ``expressions`` say by term name what stands in formulas for it."""

    schema: Schema
    database: Database
    glossary: Glossary
    questions: Questions
    taken: set[str]
    inputs: dict[ColumnRef, Input] = field(default_factory=dict)
    children: list[Input] = field(default_factory=list)
    expressions: dict[str, str] = field(default_factory=dict)
    assumptions: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    turned: dict[ColumnRef, bool] = field(default_factory=dict)
    stopped: str = ""

    def take(self, needs: Sequence[Need]) -> None:
        """Choose a column for every need. Questions that stay open are in ``questions``."""
        known: dict[tuple[object, ...], str | None] = {}
        for need in needs:
            same = (need.fitting, need.formula, need.parts, need.term.unit)
            if same not in known:
                known[same] = self._expression(need)
            expression = known[same]
            if expression is not None and self.expressions.setdefault(need.term.name, expression) != expression:
                self.stopped = f"two different figures are both called {need.term.phrase}"

    def take_child(self, term: Term, reading: ChildReading) -> None:
        """Take inputs over the rows of a child table."""
        self.children += (i for i in reading.inputs if i not in self.children)
        self.expressions[term.name] = reading.formula
        self.assumptions.append(f"{term.phrase}: {reading.words}")
        for given in reading.inputs:
            assert given.aggregate is not None
            if given.nulls == "zero":
                self.assumptions.append(f"{given.title} is 0 where there are no rows of {given.aggregate.table.ref}")
            for used in given.aggregate.fields:
                missing = self.database.profile(used.column.ref).nulls
                if missing:
                    self.warnings.append(
                        f"{used.column.ref} is missing in {missing} rows: they are left out of {given.title}"
                    )

    def _expression(self, need: Need) -> str | None:
        if need.parts:
            parts = {p.term.name: self._expression(p) for p in need.parts}
            self.assumptions.append(f"the data has no {need.term.phrase}; {need.stands_in} is used for it")
            return rename(need.formula, {k: v for k, v in parts.items() if v is not None})
        column = self._chosen(need)
        return None if column is None else self._input(need.term, column)

    def _chosen(self, need: Need) -> ColumnRef | None:
        sure = [c for c in need.fitting if c.score >= QUALIFIED]
        if len(sure) == 1:
            column = sure[0].column
            if sure[0].score < EXACT:
                self.assumptions.append(f"{need.term.phrase} is read from {column}")
            return column
        if sure:
            options = tuple(str(c.column) for c in sure)
            text = f"which column is “{need.term.phrase}”?"
        else:
            options = (*(f"use {c.column}" for c in need.fitting), STOP)
            text = f"is one of these the {need.term.phrase} that is meant?"
        answer = self.questions.ask(text, options, options[0] if sure else STOP)
        if answer == STOP:
            self.stopped = f"no column holds {need.term.phrase}"
            return None
        return next((c.column for c in need.fitting if answer in {str(c.column), f"use {c.column}"}), None)

    def _input(self, term: Term, column: ColumnRef) -> str:
        if column not in self.inputs:
            found = self.schema.column(column)
            assert found is not None
            entry = glossary_entry(term, self.glossary)
            unit = entry.unit if entry and entry.unit else self._unit(term, column)
            self.inputs[column] = Input(
                name=self._name(column),
                title=_title(term, column),
                unit=unit,
                kind=found.kind,
                column=ColumnName.of(column),
            )
        given = self.inputs[column]
        if self._is_turned(term, column):
            return f"-{given.name}"
        if term.unit is Unit.FRACTION and given.unit is Unit.PERCENT:
            return f"{given.name} / 100"
        return given.name

    def _is_turned(self, term: Term, column: ColumnRef) -> bool:
        """Whether the books hold the figure below zero, where people speak of its size: known, or asked once."""
        said = glossary_entry(term, self.glossary)
        if said:
            if said.sign == "negative":
                self.assumptions.append(f"{column} holds {term.phrase} with its sign turned, as the glossary says")
            return said.sign == "negative"
        if column not in self.turned:
            self.turned[column] = term.never_negative and self._asked_to_turn(term, column)
        return self.turned[column]

    def _asked_to_turn(self, term: Term, column: ColumnRef) -> bool:
        profile = self.database.profile(column)
        if profile.minimum is None or profile.maximum is None or profile.minimum >= 0:
            return False
        if profile.maximum > 0:
            self.warnings.append(
                f"{column} holds values above and below zero (down to {profile.minimum:f}): no sign is turned"
            )
            return False
        text = f"{column} is never above zero (down to {profile.minimum:f}): how does it hold the {term.phrase}?"
        answer = self.questions.ask(text, (_TURNED, _AS_IT_IS, STOP), _TURNED)
        if answer == STOP:
            self.stopped = f"it is not clear how {column} holds {term.phrase}"
        elif answer is not None:
            self.assumptions.append(f"{column} holds {term.phrase} {answer}, as answered")
        return answer == _TURNED

    def _unit(self, term: Term, column: ColumnRef) -> Unit:
        """The term's unit; for parts of a whole, what the data shows."""
        if term.unit not in {Unit.FRACTION, Unit.PERCENT}:
            return term.unit
        profile = self.database.profile(column)
        largest = profile.maximum
        unit = Unit.PERCENT if "pct" in words(column.name) or "percent" in words(column.name) else Unit.FRACTION
        if largest is not None:
            unit = Unit.PERCENT if largest > Decimal(2) else Unit.FRACTION
            shown = "percent (0 to 100)" if unit is Unit.PERCENT else "fractions (0 to 1)"
            self.assumptions.append(f"{column} holds {shown}: its largest value is {largest:f}")
            smallest = profile.minimum
            if unit is Unit.PERCENT and smallest is not None and 0 < smallest <= 1:
                self.warnings.append(f"{column} holds percent, but also {smallest:f}: is that a fraction?")
        return unit

    def _name(self, column: ColumnRef) -> str:
        for name in _names(column):
            if name not in self.taken and name not in _RESERVED:
                self.taken.add(name)
                return name
        raise AssertionError("names never run out")


def _names(column: ColumnRef) -> Iterator[str]:
    plain = identifier(column.name)
    yield plain
    yield identifier(f"{singular(column.table.name)} {column.name}")
    for number in range(2, 1000):
        yield f"{plain}_{number}"


def _title(term: Term, column: ColumnRef) -> str:
    """The library's words for a figure it knows, else the column's."""
    if term.synonyms and words(term.phrase) != words(column.name):
        return term.phrase.rsplit(".", 1)[-1].replace("_", " ")
    return " ".join(words(column.name))
