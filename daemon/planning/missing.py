"""Terms the data has no column for: what is near is offered, nothing is assumed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from daemon.core.build import MetricWish, Term
from daemon.core.naming import identifier, singular, words
from daemon.core.schema import ColumnRef, Schema, TableRef
from daemon.core.spec import Unit
from daemon.planning.guesses import guessed_unit
from daemon.planning.mapping import columns_without_numbers, is_key, nearest_columns
from daemon.planning.questions import STOP, Questions
from daemon.planning.vocabulary import is_number

_SHOWN = 12
"""Columns that the question itself lists; any other is accepted as an answer too."""


def ask_for_column(
    term: Term, metrics: Sequence[MetricWish], tables: Sequence[TableRef], schema: Schema, questions: Questions
) -> str | ColumnRef | MetricWish | None:
    """What the person wants instead: a column, another figure, ``STOP``; None while the question is open."""
    instead = {f"{w.title} instead ({c})": w for w, c in _other_figures(term, metrics, tables, schema)}
    near = {f"use {c}": c for c in nearest_columns(term, schema, tables)}
    every = {
        f"{t}.{c.name}": ColumnRef(t, c.name)
        for t in tables
        for c in schema.columns_of(t)
        if c.kind.is_number and not is_key(schema, ColumnRef(t, c.name))
    }
    options = (*instead, *near, STOP)
    if len(options) == 1:
        return STOP
    known = ", ".join(list(every)[:_SHOWN])
    note = no_numbers(term, tables, schema)
    text = f"no column is called “{term.phrase}”{note}: which one holds it, or what should be built instead? ({known})"
    answer = questions.ask(text, options, STOP, accepted=tuple(every))
    if answer is None or answer == STOP:
        return answer
    if answer in every and term.name in _denominators(metrics) and guessed_unit(every[answer].name) is Unit.COUNT:
        return next((w for w, c in _other_figures(term, metrics, tables, schema) if c == every[answer]), None)
    return instead.get(answer) or near.get(answer) or every[answer]


def no_numbers(term: Term, tables: Sequence[TableRef], schema: Schema) -> str:
    """What to add to a message when columns are called like the term, but are no numbers; usually nothing."""
    named = columns_without_numbers(term, schema, tables)
    return "".join(f"; {ref} holds {column.kind.value}, no numbers" for ref, column in named)


def _denominators(metrics: Sequence[MetricWish]) -> set[str]:
    return {m.formula.rsplit(" / ", 1)[1] for m in metrics if m.formula.count(" / ") == 1}


def _other_figures(
    term: Term, metrics: Sequence[MetricWish], tables: Sequence[TableRef], schema: Schema
) -> list[tuple[MetricWish, ColumnRef]]:
    """The same figure per something that is counted: ``NOI per unit`` where ``NOI per square foot`` was asked for."""
    found = []
    for metric in metrics:
        top, _, bottom = metric.formula.partition(" / ")
        if bottom != term.name or " " in top or " per " not in metric.title.lower():
            continue
        for table in tables:
            for column in schema.columns_of(table):
                ref = ColumnRef(table, column.name)
                if is_number(schema, ref) and guessed_unit(column.name) is Unit.COUNT:
                    found.append((_per(metric, top, ref), ref))
    return found


def _per(metric: MetricWish, top: str, column: ColumnRef) -> MetricWish:
    """``metric`` over another column. Its limit was meant for the figure asked for, so it goes."""
    word = singular(" ".join(words(column.name)))
    numerator = metric.title.split(" per ")[0]
    title = f"{numerator} per {word}"
    name = identifier(column.name)
    return replace(
        metric,
        name=identifier(title),
        title=title,
        definition=f"{title}: {top} / {name}.",
        formula=f"{top} / {name}",
        terms=(*(t for t in metric.terms if t.name == top), Term(name=name, phrase=str(column), unit=Unit.COUNT)),
        library="",
        undefined=((f"{name} == 0", f"no {word}s"),),
        status=(),
    )
