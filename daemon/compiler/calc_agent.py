"""Spec to the source of its calculator."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from daemon.compiler.figures import Figure, figure_of, total_kind
from daemon.compiler.formula import names, parse
from daemon.compiler.formula.guards import required
from daemon.compiler.header import header_values
from daemon.compiler.keys import key_views
from daemon.compiler.names import PYTHON_TYPES, literal, prose
from daemon.compiler.python import decimal_source, to_python
from daemon.compiler.rendering import render
from daemon.compiler.trees import over_inputs
from daemon.core.naming import class_name
from daemon.core.spec import AgentSpec, Metric, Mode, Parameter, Unit

_HAND_ON = ", parameters"
_DECLARE = ", parameters: Parameters"
UNIT_WORDS = {
    Unit.MONEY: "the currency of the data",
    Unit.RATIO: "times",
    Unit.FRACTION: "parts of one",
    Unit.PERCENT: "percent",
    Unit.COUNT: "a count",
    Unit.NUMBER: "plain numbers",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Rule:
    status: str
    condition: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _MetricView:
    name: str
    title: str
    definition: str
    decimals: int
    result_class: str
    value_doc: str
    status_doc: str
    formula_text: str
    rules: tuple[_Rule, ...]
    inputs: tuple[str, ...]
    input_types: str
    figure_type: str
    steps: tuple[str, ...]
    figure: str
    figure_argument: str
    figure_declared: str
    status_argument: str
    status_declared: str
    result_argument: str
    result_declared: str
    total_call: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _Adjustment:
    name: str
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _ModeView:
    name: str
    description: str
    adjustments: tuple[_Adjustment, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _ParameterView:
    name: str
    default: str
    doc: str


def all_parameters(spec: AgentSpec) -> tuple[Parameter, ...]:
    """Every named assumption, each once: those of the formulas, then those of the modes."""
    found = {p.name: p for p in (*spec.parameters, *(p for m in spec.modes for p in m.parameters))}
    return tuple(found.values())


def calc_agent_source(spec: AgentSpec) -> str:
    """The unformatted source of ``src/agents/<calc>.py``."""
    return _CalcAgent(spec).render()


class _CalcAgent:
    def __init__(self, spec: AgentSpec) -> None:
        self._spec = spec
        self._parameters = {p.name: f"parameters.{p.name}" for p in all_parameters(spec)}
        self._figures: dict[str, Figure] = {}
        for metric in spec.metrics:
            self._figures[metric.name] = figure_of(metric, spec, self._figures)

    def render(self) -> str:
        spec = self._spec
        metrics = [self._metric(m) for m in spec.metrics]
        modes = [self._mode(m) for m in spec.modes]
        adjusting = any(names(parse(a.formula)) & self._parameters.keys() for m in spec.modes for a in m.adjustments)
        several = len(metrics) > 1
        entity_class = class_name(spec.entity.name)
        order = [literal(s) for s in spec.status_order] if several else []
        return render(
            "calc_agent.py.j2",
            **header_values(spec),
            title=prose(spec.title),
            entity=spec.entity,
            keys=key_views(spec, "_"),
            has_label=spec.entity.label is not None,
            modes=modes,
            parameters=[self._parameter(p) for p in all_parameters(spec)],
            metrics=metrics,
            several=several,
            all_class=f"{entity_class}Results" if several else metrics[0].result_class,
            total_class=f"{entity_class}Totals" if several else "Total",
            total_doc=_total_doc(spec),
            status_order=order,
            combined=_combined(spec),
            combined_doc=_combined_doc(spec),
            declared_with_default=", parameters: Parameters = DEFAULTS" if self._parameters else "",
            adjust_argument=_HAND_ON if adjusting else "",
            adjust_declared=_DECLARE if adjusting else "",
            results_argument=_HAND_ON if any(m.result_argument for m in metrics) else "",
            results_declared=_DECLARE if any(m.result_argument for m in metrics) else "",
        )

    def _metric(self, metric: Metric) -> _MetricView:
        figure = self._figures[metric.name]
        rules = tuple(self._rule(metric, status.status, status.when) for status in metric.status)
        in_status = any(names(parse(s.when)) & self._parameters.keys() for s in metric.status if s.when)
        in_result = figure.uses_parameters or in_status
        return _MetricView(
            name=metric.name,
            title=prose(metric.title),
            definition=prose(metric.definition).rstrip("."),
            decimals=metric.decimals,
            result_class=f"{class_name(metric.name)}Result",
            value_doc=_value_doc(metric),
            status_doc=_status_doc(metric),
            formula_text=prose(metric.formula),
            rules=rules,
            inputs=figure.inputs,
            input_types=self._input_types(figure.inputs),
            figure_type="Ratio" if figure.is_ratio else "Decimal",
            steps=figure.steps,
            figure=figure.source,
            figure_argument=_HAND_ON if figure.uses_parameters else "",
            figure_declared=_DECLARE if figure.uses_parameters else "",
            status_argument=_HAND_ON if in_status else "",
            status_declared=_DECLARE if in_status else "",
            result_argument=_HAND_ON if in_result else "",
            result_declared=_DECLARE if in_result else "",
            total_call=_total_call(metric, self._spec),
        )

    def _rule(self, metric: Metric, status: str, when: str) -> _Rule:
        sources = {metric.name: metric.name, **self._parameters}
        return _Rule(status=literal(status), condition=to_python(parse(when), sources) if when else "")

    def _input_types(self, inputs: tuple[str, ...]) -> str:
        kinds = {PYTHON_TYPES[i.kind] for i in self._spec.inputs if i.name in inputs}
        return " | ".join([*sorted(kinds), "None"])

    def _mode(self, mode: Mode) -> _ModeView:
        adjustments = tuple(_Adjustment(name=a.input, source=self._adjusted(a.formula)) for a in mode.adjustments)
        return _ModeView(name=mode.name, description=prose(mode.description), adjustments=adjustments)

    def _adjusted(self, formula: str) -> str:
        tree = parse(formula)
        optional = {i.name for i in self._spec.inputs if i.may_be_missing}
        source = to_python(over_inputs(tree, self._spec), {**self._row_sources(), **self._parameters})
        present = [f"row.{name} is not None" for name in sorted(required(tree) & optional)]
        return f"{source} if {' and '.join(present)} else None" if present else source

    def _row_sources(self) -> Mapping[str, str]:
        return {i.name: f"row.{i.name}" for i in self._spec.inputs}

    def _parameter(self, parameter: Parameter) -> _ParameterView:
        return _ParameterView(
            name=parameter.name,
            default=decimal_source(parameter.default),
            doc=f"{prose(parameter.title)}, in {UNIT_WORDS.get(parameter.unit, parameter.unit.value)}.",
        )


def _value_doc(metric: Metric) -> str:
    unit = UNIT_WORDS.get(metric.unit, metric.unit.value)
    return f"In {unit}, rounded half up to {metric.decimals} decimals; None when there is no value."


def _status_doc(metric: Metric) -> str:
    if not metric.status:
        return "N/A without a value; the request names no limit."
    parts = [f"{s.status} if {s.when}" if s.when else f"else {s.status}" for s in metric.status]
    return prose(f"{', '.join(parts)}; N/A without a value. Decided on the unrounded value.")


def _combined(spec: AgentSpec) -> str:
    statuses = ", ".join(f"{m.name}.validation_status" for m in spec.metrics if m.status)
    return f"worst(({statuses},), STATUS_ORDER)" if statuses and spec.status_order else "None"


def _combined_doc(spec: AgentSpec) -> str:
    return "The worst status of the figures that have one; N/A when none has." if spec.status_order else "No limits."


def _total_call(metric: Metric, spec: AgentSpec) -> str:
    additive = total_kind(metric, spec) != "none"
    return "total()" if additive else 'counts_only("not additive: ask for single rows")'


def _total_doc(spec: AgentSpec) -> str:
    kinds = {total_kind(m, spec) for m in spec.metrics}
    ratios = "the ratio of the sums, never the mean of the ratios"
    words = {"ratio_of_sums": ratios, "sum": "the sum", "none": "counts only"}
    parts = [words[kind] for kind in ("ratio_of_sums", "sum", "none") if kind in kinds]
    return f"Over all {spec.entity.plural} that have a value: {'; '.join(parts)}."
