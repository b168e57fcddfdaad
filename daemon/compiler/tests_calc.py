"""Spec to the source of its calculator's tests."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from daemon.compiler.calc_agent import all_parameters
from daemon.compiler.figures import total_kind
from daemon.compiler.header import header_values
from daemon.compiler.independent_sql import in_key_order, metric_sql, total_sql
from daemon.compiler.keys import key_views
from daemon.compiler.names import literal, prose
from daemon.compiler.python import decimal_source
from daemon.compiler.rendering import render
from daemon.compiler.tests_reference import EntityRow, Figure, entity_rows, figures, total
from daemon.compiler.tests_relations import Cut, cuts, effects, without_effect
from daemon.compiler.tests_tables import NOBODY, Tables, token
from daemon.compiler.tests_text import block, comment, database_script, key_literals, python_literal, tables_in_schemas
from daemon.core.schema import Schema
from daemon.core.spec import AgentSpec, Metric, Mode


@dataclass(frozen=True, slots=True, kw_only=True)
class _Line:
    text: str
    comment: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _ModeView:
    """What a metric is expected to be in one mode, as source."""

    name: str
    rows: tuple[_Line, ...]
    total: str
    sql: str
    total_sql: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _MetricView:
    name: str
    constant: str
    title: str
    row: str
    total: str
    has_status: bool
    total_words: str
    modes: tuple[_ModeView, ...]
    said: str
    """Keys of rows whose status rounding would change, as source."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _EffectView:
    name: str
    metric: str
    call: str
    expected: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _CutView:
    mode: str
    metric: str
    numerator: str
    denominator: str
    row: str
    word: str
    sign: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _ZeroView:
    mode: str
    parameters: str


def calc_tests_source(spec: AgentSpec, schema: Schema, tables: Tables) -> str:
    """The unformatted source of ``tests/agents/test_<calc>.py`` over the sample ``tables``."""
    return _CalcTests(spec, schema, tables).render()


class _CalcTests:
    def __init__(self, spec: AgentSpec, schema: Schema, tables: Tables) -> None:
        self._spec = spec
        self._schema = schema
        self._tables = tables
        self._rows = entity_rows(spec, tables.rows)
        self._several = len(spec.metrics) > 1

    def render(self) -> str:
        spec, first = self._spec, self._spec.metrics[0]
        nobody = key_literals([token(NOBODY, k.kind) for k in spec.entity.key], spec)
        return render(
            "test_calc_agent.py.j2",
            **header_values(spec),
            entity=spec.entity,
            script=block(database_script(spec, self._schema, self._tables)),
            in_schemas=tables_in_schemas(spec),
            keys=key_views(spec, "_"),
            modes=[m.name for m in spec.modes],
            metrics=[self._metric(m) for m in spec.metrics],
            first=first.name,
            row_count=len(self._rows),
            several=self._several,
            combined=self._combined() if self._several and spec.status_order else (),
            nobody=_keywords(spec, nobody),
            somebody=_keywords(spec, key_literals(self._rows[0].key, spec)),
            has_parameters=bool(all_parameters(spec)),
            effects=self._effects(),
            cuts=[self._cut(cut) for cut in cuts(spec)],
            zeros=[_zero(mode) for mode in without_effect(spec, self._rows)],
        )

    def _metric(self, metric: Metric) -> _MetricView:
        standard = [(row, figures(self._spec, row)[metric.name]) for row in self._rows]
        said = [_joined(key_literals(row.key, self._spec)) for row, figure in standard if figure.differs_when_rounded]
        words = {"ratio_of_sums": "the ratio of the sums", "sum": "the sum", "none": "a count of rows only"}
        return _MetricView(
            name=metric.name,
            constant=metric.name.upper(),
            title=prose(metric.title),
            row=f"row.{metric.name}" if self._several else "row",
            total=f".{metric.name}" if self._several else "",
            has_status=bool(metric.status),
            total_words=words[total_kind(metric, self._spec)],
            modes=tuple(self._mode(metric, mode) for mode in self._spec.modes),
            said=f"[{', '.join(said)}]",
        )

    def _mode(self, metric: Metric, mode: Mode) -> _ModeView:
        spec, schema = self._spec, self._schema
        over_all = total(spec, metric, self._rows, mode.name)
        statuses = ", ".join(f"{literal(s)}: {count}" for s, count in over_all.by_status.items())
        order = in_key_order(spec)
        return _ModeView(
            name=mode.name,
            rows=tuple(self._line(row, figures(spec, row, mode.name)[metric.name]) for row in self._rows),
            total=f"({python_literal(over_all.shown)}, {over_all.rows}, {over_all.undefined}, {{{statuses}}})",
            sql=block(f"{metric_sql(spec, metric.name, mode.name, schema, 'sqlite')}\n{order}"),
            total_sql=block(total_sql(spec, metric.name, mode.name, schema, "sqlite")),
        )

    def _line(self, row: EntityRow, figure: Figure) -> _Line:
        parts = [*key_literals(row.key, self._spec), *_outcome(figure), python_literal(figure.reason)]
        return _Line(text=", ".join(parts), comment=comment(self._tables.cases[row.key]))

    def _combined(self) -> tuple[tuple[str, tuple[str, ...]], ...]:
        """The worst status of each row, by mode, as source."""
        return tuple((mode.name, tuple(self._worst(row, mode) for row in self._rows)) for mode in self._spec.modes)

    def _worst(self, row: EntityRow, mode: Mode) -> str:
        found = figures(self._spec, row, mode.name)
        statuses = {found[m.name].status for m in self._spec.metrics if m.status}
        order = (*self._spec.status_order, "N/A")
        worst = next((status for status in order if status in statuses), None)
        return ", ".join([*key_literals(row.key, self._spec), python_literal(worst)])

    def _effects(self) -> list[_EffectView]:
        found = []
        for effect in effects(self._spec, self._rows):
            key = _keywords(self._spec, key_literals(effect.key, self._spec))
            change = f"Parameters({effect.parameter}={decimal_source(effect.value)})"
            call = f"calculate_{effect.metric}({key}, mode={literal(effect.mode)}, parameters={change})"
            expected = ", ".join(_outcome(effect.figure))
            found.append(_EffectView(name=effect.parameter, metric=effect.metric, call=call, expected=expected))
        return found

    def _cut(self, cut: Cut) -> _CutView:
        return _CutView(
            mode=cut.mode,
            metric=cut.metric,
            numerator=literal(cut.numerator),
            denominator=literal(cut.denominator),
            row=f".{cut.metric}" if self._several else "",
            word="above" if cut.is_smaller else "below",
            sign="<=" if cut.is_smaller else ">=",
        )


def _outcome(figure: Figure) -> tuple[str, str]:
    return python_literal(figure.shown), python_literal(figure.status)


def _keywords(spec: AgentSpec, values: Sequence[str]) -> str:
    return ", ".join(f"{k.argument}={value}" for k, value in zip(spec.entity.key, values, strict=True))


def _joined(parts: Sequence[str]) -> str:
    return parts[0] if len(parts) == 1 else f"({', '.join(parts)})"


def _zero(mode: Mode) -> _ZeroView:
    return _ZeroView(mode=mode.name, parameters=", ".join(f"{p.name}=Decimal(0)" for p in mode.parameters))
