"""Analysis to spec: every term gets a live column, or there is something to ask."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from daemon.compiler.formula import names, parse
from daemon.core.build import Analysis, Architecture, Draft, MetricWish, Term
from daemon.core.naming import words
from daemon.core.ports import Database
from daemon.core.request import Request
from daemon.core.schema import ColumnRef, Schema, TableRef
from daemon.core.spec import AgentSpec, Join
from daemon.planning.children import ChildNotClear, ask_reading, child_readings
from daemon.planning.entities import can_be_quoted, entity_of, key_of, named_tables
from daemon.planning.glossary import Glossary
from daemon.planning.ground import Ground, Need, Surveyor, best_grounds, entity_word
from daemon.planning.library import FormulaLibrary
from daemon.planning.mapping import EXACT, QUALIFIED, Candidate
from daemon.planning.missing import ask_for_column, no_numbers
from daemon.planning.questions import STOP, Questions
from daemon.planning.sources import Sources
from daemon.planning.writing import Writing, involved_tables, write_spec


@dataclass(frozen=True, slots=True, kw_only=True)
class Drafting:
    """Everything a draft is made from."""

    request: Request
    analysis: Analysis
    architecture: Architecture
    schema: Schema
    library: FormulaLibrary
    glossary: Glossary
    database: Database


class _Stopped(Exception):
    """The draft ends here: with questions, leftovers or a refusal."""

    def __init__(self, ends_with: Draft) -> None:
        super().__init__()
        self.draft = ends_with


def draft(given: Drafting) -> Draft:
    """The spec, or what has to be asked first. Raises ``DatabaseUnavailable`` when the data cannot be looked at."""
    try:
        return Draft(spec=_Drafter(given).spec())
    except _Stopped as stop:
        return stop.draft


class _Drafter:
    def __init__(self, given: Drafting) -> None:
        self._given = given
        self._schema = given.schema
        self._questions = Questions(given.request.options.answers, given.analysis.asked)
        self._surveyor = Surveyor(given.schema, given.library, given.glossary, self._is_unique)
        self._metrics = given.analysis.metrics
        self._warnings: list[str] = []
        self._assumptions: list[str] = []

    def spec(self) -> AgentSpec:
        ground = self._filled(self._ground())
        table = self._schema.table(ground.root)
        assert table is not None
        key = key_of(table, self._is_unique)
        if not key:
            raise _Stopped(Draft(leftovers=(f"table {table.ref} has no key: what tells its rows apart?",)))
        entity = entity_of(table, self._given.analysis.entity, key, (), self._given.analysis.filters, self._schema)
        parameters = {m.parameter for m in self._given.analysis.modes}
        taken = {m.name for m in self._metrics} | {k.argument for k in entity.key} | parameters
        sources = Sources(self._schema, self._given.database, self._given.glossary, self._questions, taken)
        sources.take(ground.needs)
        self._check_distinct(sources)
        self._check_shared(sources, ground)
        self._take_children(sources, ground, key)
        self._stop_if_open(sources.stopped)
        self._check_modes(sources)
        inputs = (*sources.inputs.values(), *sources.children)
        filters = [TableRef(f.table, f.schema_name) for f in self._given.analysis.filters]
        joins = self._joins(ground, involved_tables(inputs, filters))
        self._tell(ground)
        spec = write_spec(
            Writing(
                request=self._given.request,
                analysis=self._given.analysis,
                metrics=self._metrics,
                architecture=self._given.architecture,
                schema=self._schema,
                library=self._given.library,
                entity=entity.model_copy(update={"joins": joins}),
                inputs=inputs,
                expressions=sources.expressions,
                shares=any(ground.reach.shares(c.table) for c in sources.inputs),
                assumptions=(*self._assumptions, *sources.assumptions),
                warnings=(*self._warnings, *sources.warnings, *self._unused_answers()),
            )
        )
        missing = tuple(f"a total of {m.title}" for m in spec.metrics if m.total == "none")
        if missing and self._given.analysis.wants_total:
            raise _Stopped(Draft(leftovers=missing))
        return spec

    def _terms(self) -> tuple[Term, ...]:
        """Terms that are values of the entity row itself."""
        return tuple(dict.fromkeys(t for m in self._metrics for t in m.terms if not t.function))

    def _take_children(self, sources: Sources, ground: Ground, key: tuple[str, ...]) -> None:
        terms = dict.fromkeys(t for m in self._metrics for t in m.terms if t.function)
        if terms and not self._given.analysis.entity:
            raise _Stopped(Draft(leftovers=tuple(f"{t.phrase}: per what?" for t in terms)))
        for term in terms:
            try:
                readings = child_readings(term, ground.root, key, self._surveyor)
            except ChildNotClear as problem:
                raise _Stopped(Draft(leftovers=(str(problem),))) from None
            chosen = ask_reading(term, readings, self._questions)
            if chosen is None:
                continue
            sources.take_child(term, chosen)
            self._metrics = tuple(
                replace(m, undefined=(*m.undefined, *chosen.undefined)) if term in m.terms else m for m in self._metrics
            )

    def _ground(self) -> Ground:
        """The entity table: the one the request names, else the one that fits; asked when several do."""
        word = self._given.analysis.entity
        roots = named_tables(word, self._schema) if word else tuple(t.ref for t in self._schema.tables)
        grounds = [self._surveyor.ground(r, self._terms()) for r in roots]
        if not grounds:
            raise _Stopped(Draft(leftovers=(word or "the database has no tables",)))
        found = [g for g in grounds if g.is_complete] if word else list(best_grounds(grounds, self._schema))
        if len(found) > 1:
            found = self._asked(found)
        if found:
            if word and words(word) != words(entity_word(found[0].root)):
                self._assumptions.append(f"one {word} is one row of {found[0].root}")
            if not word:
                self._assumptions.append(f"one result per {entity_word(found[0].root)}: the request names no rows")
            return found[0]
        return max(grounds, key=lambda g: (sum(n.is_there for n in g.needs), -g.steps, str(g.root)))

    def _asked(self, found: Sequence[Ground]) -> list[Ground]:
        by_option = {f"one result per row of {g.root}": g for g in found}
        options = tuple(by_option)
        answer = self._questions.ask("what is one result row?", options, options[0])
        self._stop_if_open()
        return [by_option[answer]] if answer else []

    def _filled(self, ground: Ground) -> Ground:
        """``ground`` with an answer for every term that has no column."""
        needs: list[Need] = []
        for need in ground.needs:
            if need.is_there:
                needs.append(need)
                continue
            needs += self._instead(need, ground)
        self._stop_if_open()
        filled = Ground(ground.root, ground.reach, tuple(needs))
        wanted = {t.name for t in self._terms()}
        return Ground(filled.root, filled.reach, tuple(n for n in filled.needs if n.term.name in wanted))

    def _instead(self, need: Need, ground: Ground) -> list[Need]:
        far = [c for c in need.apart if c.score >= QUALIFIED]
        tables = [t for t in ground.reach.paths if ground.reach.path(t) is not None]
        note = no_numbers(need.term, tables, self._schema)
        if far:
            columns = ", ".join(str(c.column) for c in far)
            text = f"{need.term.phrase} ({columns}) is not one value per {entity_word(ground.root)}{note}"
            raise _Stopped(Draft(leftovers=(text,)))
        answer = ask_for_column(need.term, self._metrics, tables, self._schema, self._questions)
        if answer == STOP:
            reason = f"no column holds “{need.term.phrase}” for each {entity_word(ground.root)}{note}"
            raise _Stopped(Draft(refusal=f"{reason}; name the column in the request or in glossary.toml"))
        if isinstance(answer, ColumnRef):
            return [Need(need.term, (Candidate(EXACT, answer),))]
        if isinstance(answer, MetricWish):
            self._replace(need.term, answer)
            return [self._surveyor.need(t, ground.reach) for t in answer.terms]
        return []

    def _replace(self, term: Term, figure: MetricWish) -> None:
        old = next(
            m for m in self._metrics if term in m.terms and m.title.split(" per ")[0] == figure.title.split(" per ")[0]
        )
        self._metrics = tuple(figure if m is old else m for m in self._metrics)
        self._assumptions.append(f"{figure.title} is calculated in place of {old.title}, as answered")
        if old.status:
            self._warnings.append(f"the limit was given for {old.title}; it is not applied to {figure.title}")

    def _stop_if_open(self, reason: str = "") -> None:
        if self._questions.open:
            raise _Stopped(Draft(questions=self._questions.open))
        if reason:
            raise _Stopped(Draft(refusal=reason))

    def _check_distinct(self, sources: Sources) -> None:
        """Two words of one figure for the same column: ``balance per loan`` would be the balance over itself."""
        for metric in self._metrics:
            words_of: dict[str, str] = {}
            for term in metric.terms:
                expression = sources.expressions.get(term.name, term.name)
                other = words_of.setdefault(expression, term.phrase)
                if other != term.phrase:
                    text = f"“{other}” and “{term.phrase}” would both be {expression}"
                    raise _Stopped(Draft(leftovers=(text,)))

    def _check_shared(self, sources: Sources, ground: Ground) -> None:
        """``budget per employee`` may mean a share of the department's budget: shared values alone are not clear."""
        shared = {i.name: i.column for c, i in sources.inputs.items() if i.column and self._is_shared(ground, c.table)}
        for metric in self._metrics if self._given.analysis.entity else ():
            expressions = [sources.expressions[t.name] for t in metric.terms if t.name in sources.expressions]
            used = frozenset[str]().union(*(names(parse(e)) for e in expressions))
            if not used & shared.keys():
                continue
            columns = ", ".join(str(c.ref) for n, c in shared.items() if n in used)
            if used <= shared.keys() and not any(t.function for t in metric.terms):
                text = f"{metric.title} belongs to {columns}, where several rows share it"
                raise _Stopped(Draft(leftovers=(text,)))
            self._warnings.append(f"{metric.title}: several rows of {ground.root} share {columns}; each gets all of it")

    def _is_shared(self, ground: Ground, table: TableRef) -> bool:
        """Whether several rows do reach the same row of ``table``; that they may is enough to have no total."""
        path = ground.reach.path(table) or ()
        return any(e.shares and not self._is_unique(e.source, e.columns) for e in path)

    def _check_modes(self, sources: Sources) -> None:
        names = {i.name for i in sources.inputs.values()}
        for mode in self._given.analysis.modes:
            target = sources.expressions.get(mode.target, "")
            if target.removesuffix(" / 100") not in names:
                raise _Stopped(Draft(leftovers=(f"{mode.title}: {mode.target} is calculated here, not read",)))

    def _joins(self, ground: Ground, tables: Sequence[TableRef]) -> tuple[Join, ...]:
        joins: dict[TableRef, Join] = {}
        for table in tables:
            path = ground.reach.path(table)
            if path is None:
                raise _Stopped(Draft(leftovers=(f"{table} is not joined to {ground.root} in one clear way",)))
            for edge in path:
                joins.setdefault(edge.target, edge.join)
                target = self._schema.table(edge.target)
                if target and not target.declares_unique(edge.target_columns):
                    columns = ", ".join(edge.target_columns)
                    self._warnings.append(
                        f"{edge.target} has one row per {columns} today, but the database does not promise it"
                    )
        return tuple(joins.values())

    def _tell(self, ground: Ground) -> None:
        for wish in self._given.analysis.filters:
            if not can_be_quoted(wish.value):
                raise _Stopped(Draft(leftovers=(wish.phrase,)))
            self._assumptions.append(f"“{wish.phrase}” means {wish.table}.{wish.column} = '{wish.value}'")

    def _unused_answers(self) -> tuple[str, ...]:
        unused = self._questions.unused()
        return tuple(f"the answer {name} belongs to no question and is not used" for name in unused)

    def _is_unique(self, table: TableRef, columns: tuple[str, ...]) -> bool:
        return self._given.database.is_unique(table, columns)
