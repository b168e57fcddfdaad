"""The compiled spec restated in one paragraph: what the person checks before trusting a number."""

from __future__ import annotations

from daemon.compiler.calc_agent import all_parameters
from daemon.compiler.figures import total_kind
from daemon.core.spec import AgentSpec, Metric, Mode


def understanding(spec: AgentSpec) -> str:
    """Plain sentences: grain, sources, formulas, limits, modes, totals."""
    entity = spec.entity
    tables = ", ".join(str(t) for t in spec.tables)
    grouped = f", for all rows of {entity.table.ref} of the same {entity.name} together" if entity.group_by else ""
    rows = f" with {entity.where}" if entity.where else ""
    parts = [f"One result per {entity.name}{grouped}{rows}, read from {tables}."]
    parts += [_metric(m, spec) for m in spec.metrics]
    parts += [_mode(m) for m in spec.modes if m.adjustments]
    return " ".join(parts)


def _metric(metric: Metric, spec: AgentSpec) -> str:
    words = [f"{metric.title} = {_with_titles(metric.formula, spec)}"]
    words += [f"{_limits(metric, spec)}, decided on the unrounded value"] if metric.status else []
    undefined = [f"{u.reason} ({u.when})" for u in metric.undefined]
    words += [f"no value for {', '.join(undefined)} or a missing figure"] if undefined else []
    totals = {"ratio_of_sums": "the total is the ratio of the sums", "sum": "the total is the sum", "none": "no total"}
    return "; ".join([*words, totals[total_kind(metric, spec)]]) + "."


def _limits(metric: Metric, spec: AgentSpec) -> str:
    values = {p.name: format(p.default, "f") for p in all_parameters(spec)}
    parts = []
    for rule in metric.status:
        condition = " ".join(values.get(word, word) for word in rule.when.split())
        parts.append(f"{rule.status} if {condition}" if condition else f"else {rule.status}")
    return ", ".join(parts)


def _with_titles(formula: str, spec: AgentSpec) -> str:
    columns = {i.name: str(i.column.ref) if i.column else i.title for i in spec.inputs}
    return f"{formula} ({', '.join(f'{name}: {columns[name]}' for name in columns if name in formula)})"


def _mode(mode: Mode) -> str:
    changes = ", ".join(f"{a.input} becomes {a.formula}" for a in mode.adjustments)
    values = ", ".join(f"{p.name} = {format(p.default, 'f')}" for p in mode.parameters)
    return f"Mode {mode.name}: {changes} with {values}."
