"""Where the figures of a request come from: one entity table, and a column or formula for every term."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from daemon.core.build import Term
from daemon.core.naming import singular, words
from daemon.core.schema import ColumnRef, Schema, TableRef
from daemon.planning.glossary import Glossary
from daemon.planning.joins import IsUnique, Reach, reach
from daemon.planning.library import FormulaLibrary
from daemon.planning.mapping import EXACT, QUALIFIED, Candidate, candidates


@dataclass(frozen=True, slots=True)
class Need:
    """What a term can be taken from, seen from one entity table.

    ``fitting`` are reachable columns, best first; ``parts`` the terms of a formula that stands in for a column;
    ``apart`` are fitting columns of tables with several rows per entity row, or without a way to them.
    """

    term: Term
    fitting: tuple[Candidate, ...] = ()
    apart: tuple[Candidate, ...] = ()
    formula: str = ""
    parts: tuple[Need, ...] = ()
    stands_in: str = ""
    """Words for the figure that is used in place of the one asked for, if another is."""

    @property
    def is_sure(self) -> bool:
        """Whether nothing has to be asked about this term."""
        if self.parts:
            return all(p.is_sure for p in self.parts)
        return len([c for c in self.fitting if c.score >= QUALIFIED]) == 1

    @property
    def is_there(self) -> bool:
        """Whether there is anything to take it from."""
        return bool(self.fitting) or (bool(self.parts) and all(p.is_there for p in self.parts))

    @property
    def columns(self) -> tuple[ColumnRef, ...]:
        """The columns it would be taken from if nothing were asked."""
        if self.parts:
            return tuple(c for p in self.parts for c in p.columns)
        return tuple(c.column for c in self.fitting[:1])


@dataclass(frozen=True, slots=True)
class Ground:
    """An entity table and what the request needs, seen from there."""

    root: TableRef
    reach: Reach
    needs: tuple[Need, ...]

    @property
    def is_complete(self) -> bool:
        """Whether every term can be taken from somewhere."""
        return all(n.is_there for n in self.needs)

    @property
    def shares(self) -> bool:
        """Whether a column is shared by several entity rows, so that adding it up would count it twice."""
        return any(self.reach.shares(c.table) for n in self.needs for c in n.columns)

    @property
    def steps(self) -> int:
        """Joins to all columns, each counted."""
        return sum(len(self.reach.path(c.table) or ()) for n in self.needs for c in n.columns)

    @property
    def unsure(self) -> int:
        """Terms something would have to be asked about."""
        return sum(not n.is_sure for n in self.needs)


@dataclass(frozen=True, slots=True)
class Surveyor:
    """Finds the ground for terms."""

    schema: Schema
    library: FormulaLibrary
    glossary: Glossary
    is_unique: IsUnique
    _found: dict[Term, tuple[Candidate, ...]] = field(default_factory=dict)

    def ground(self, root: TableRef, terms: Sequence[Term]) -> Ground:
        """The ground on ``root``."""
        around = reach(self.schema, root, self.is_unique)
        return Ground(root, around, tuple(self.need(t, around) for t in terms))

    def need(self, term: Term, around: Reach) -> Need:
        """What ``term`` can be taken from: a column, or the library's formula over others."""
        found = self._candidates(term)
        near = tuple(c for c in found if around.path(c.column.table) is not None)
        apart = tuple(c for c in found if c not in near)
        exact = tuple(c for c in near if c.score == EXACT)
        if exact or any(c.score >= QUALIFIED for c in near):
            return Need(term, exact or near, apart)
        instead = self._derived(term, around) or self._choice(term, around)
        if instead is not None and not any(c.score >= QUALIFIED for c in apart):
            return instead
        return Need(term, near, apart)

    def _candidates(self, term: Term) -> tuple[Candidate, ...]:
        if term not in self._found:
            self._found[term] = candidates(term, self.schema, self.glossary)
        return self._found[term]

    def _derived(self, term: Term, around: Reach) -> Need | None:
        item = next((i for i in self.library.inputs if i.synonyms == term.synonyms and i.derived), None)
        if item is None:
            return None
        parts = tuple(
            self.need(i.term(), around)
            for i in self.library.inputs
            if i.name in set(item.derived.replace("(", " ").replace(")", " ").split())
        )
        need = Need(term, formula=item.derived, parts=parts, stands_in=item.derived.replace("_", " "))
        return need if need.is_there and need.is_sure else None

    def _choice(self, term: Term, around: Reach) -> Need | None:
        for formula in self.library.formulas:
            other = self.library.input(formula.choices.get(term.name, ""))
            own = self.library.input(term.name)
            if other is None or own is None or own.synonyms != term.synonyms:
                continue
            part = self.need(other.term(), around)
            if part.is_there and part.is_sure:
                return Need(term, formula=other.name, parts=(part,), stands_in=other.title)
        return None


def best_grounds(grounds: Sequence[Ground], schema: Schema) -> tuple[Ground, ...]:
    """The grounds to choose from when the request names no entity: complete ones, as sure and as near as it gets.

    Of tables that are one to one, the one the others point to stands for the entity.
    """
    complete = [g for g in grounds if g.is_complete]
    if not complete:
        return ()
    surest = min((g.shares, g.unsure) for g in complete)
    found = [g for g in complete if (g.shares, g.unsure) == surest]
    columns = {c for g in found for n in g.needs for c in n.columns}
    homes = {c.table for c in columns}
    if surest[0]:
        least = min(g.steps for g in found)
        return tuple(g for g in found if g.steps == least)
    related = [g for g in found if g.root in homes or any(g.reach.path(h) for h in homes)]
    return tuple(g for g in related if not _has_parent(g, related, schema))


def _has_parent(ground: Ground, others: Sequence[Ground], schema: Schema) -> bool:
    """Whether the rows of ``ground`` belong one to one to another possible entity."""
    table = schema.table(ground.root)
    assert table is not None
    roots = {g.root for g in others if g is not ground}
    own = (e for e in ground.reach.paths if e in roots)
    return any(k.target in roots and k.target in set(own) for k in table.foreign_keys if not _shared(ground, k.target))


def _shared(ground: Ground, table: TableRef) -> bool:
    return ground.reach.shares(table)


def entity_word(table: TableRef) -> str:
    """What one row of a table is called."""
    parts = words(table.name)
    return " ".join((*parts[:-1], singular(parts[-1]))) if parts else "row"
