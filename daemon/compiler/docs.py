"""Spec to its documents: one for the calculator, one for the data agent, and the index of all agents."""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from daemon.compiler.calc_agent import UNIT_WORDS, all_parameters
from daemon.compiler.figures import checks_of, total_kind
from daemon.compiler.formula import names, parse
from daemon.compiler.header import header_values
from daemon.compiler.markdown import code, escaped, fenced, label
from daemon.compiler.names import literal
from daemon.compiler.python import to_python
from daemon.compiler.rendering import render
from daemon.core.schema import Kind
from daemon.core.spec import AgentSpec, Input, Join, Metric

_SHOWN_ROWS = 5
_TOTALS = {
    "ratio_of_sums": "the sum of the numerators over the sum of the denominators, never the mean of the ratios",
    "sum": "the sum",
    "none": "not added up; only rows are counted",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class _MetricDoc:
    name: str
    title: str
    definition: str
    formula: str
    shown: str
    statuses: tuple[str, ...]
    undefined: tuple[tuple[str, str], ...]
    total: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _InputDoc:
    name: str
    title: str
    source: str
    unit: str
    missing: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _ExampleDoc:
    """What the agent answered on the live data when it was built."""

    title: str
    rows: tuple[tuple[str, str, str, str], ...]
    """Key with label, value, status, reason."""
    total: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _Usage:
    """How to ask for one row, in Python and on the command line; ``printed`` is what it answered, if known."""

    python: str
    printed: str
    command: str


def calc_document(spec: AgentSpec, example: str) -> str:
    """``docs/agents/<calc>.md``. ``example`` is the agent's answer on the live data as JSON, or empty."""
    answer = _answer(example)
    return render(
        "agent_doc.md.j2",
        **_shared(spec),
        request=fenced(spec.request.text),
        metrics=[_metric(m, spec) for m in spec.metrics],
        several=len(spec.metrics) > 1,
        status_order=" before ".join(code(s) for s in spec.status_order),
        inputs=[_input(i) for i in spec.inputs],
        modes=[(code(m.name), escaped(m.description), _adjustments(m.adjustments)) for m in spec.modes],
        parameters=[
            (code(p.name), escaped(p.title), code(format(p.default, "f")), UNIT_WORDS.get(p.unit, p.unit.value))
            for p in all_parameters(spec)
        ],
        assumptions=[escaped(a) for a in spec.assumptions],
        warnings=[escaped(w) for w in spec.warnings],
        usage=_usage(spec, answer),
        examples=[_example(result, spec) for result in answer],
        boxes=[label(str(ref)) for ref in spec.tables],
        figures=label(", ".join(m.title for m in spec.metrics)),
        schema_fingerprint=spec.schema_fingerprint,
        request_sha256=spec.request.sha256,
    )


def data_document(spec: AgentSpec) -> str:
    """``docs/agents/<data>.md``."""
    entity = spec.entity
    missing = "missing: `None`, a group of its own" if entity.group_by else "never missing"
    columns = [(code(k.argument), "key", code(f"{entity.table.ref}.{k.column}"), missing) for k in entity.key]
    if entity.label:
        columns.append((code("label"), "name for people", code(str(entity.label.ref)), "missing: `None`"))
    columns += [(code(i.name), escaped(i.title), _source(i), _missing(i)) for i in spec.inputs]
    return render(
        "data_doc.md.j2",
        **_shared(spec),
        columns=columns,
        joins=[_join(j) for j in entity.joins],
        children=_children(spec.inputs),
        filter=code(entity.where),
        filter_columns=[(code(f.name), code(str(f.column.ref))) for f in entity.fields],
        sample_key=_key_source(spec, None),
        grouped=code(str(entity.table.ref)) if entity.group_by else "",
    )


def index_document(specs: Iterable[AgentSpec]) -> str:
    """``docs/agents/README.md``: every published calculator with its data agent."""
    rows = [
        (
            f"[{s.agents.calc}]({s.agents.calc}.md)",
            f"[{s.agents.data}]({s.agents.data}.md)",
            ", ".join(escaped(m.title) for m in s.metrics),
            escaped(s.entity.name),
            code(s.request.name),
        )
        for s in sorted(specs, key=lambda s: s.agents.calc)
    ]
    return render("index.md.j2", rows=rows)


def _shared(spec: AgentSpec) -> dict[str, Any]:
    head = header_values(spec)
    return head | {
        "title": escaped(spec.title),
        "entity": escaped(spec.entity.name),
        "entities": escaped(spec.entity.plural),
        "request_file": code(spec.request.name),
        "database_variable": code(spec.database),
        "database_box": label(spec.database),
    }


def _metric(metric: Metric, spec: AgentSpec) -> _MetricDoc:
    unit = UNIT_WORDS.get(metric.unit, metric.unit.value)
    percent = ", shown as percent (the value itself stays a fraction)" if metric.show_as_percent else ""
    return _MetricDoc(
        name=metric.name,
        title=escaped(metric.title),
        definition=escaped(metric.definition).rstrip("."),
        formula=code(f"{metric.name} = {metric.formula}"),
        shown=f"in {unit}, rounded half up to {metric.decimals} decimals{percent}",
        statuses=tuple(f"{code(s.status)} {f'if {code(s.when)}' if s.when else 'otherwise'}" for s in metric.status),
        undefined=tuple((escaped(c.reason), code(_condition(c.condition))) for c in checks_of(metric, spec)),
        total=_TOTALS[total_kind(metric, spec)],
    )


def _condition(condition: Any) -> str:
    return to_python(condition, {name: name for name in names(condition)})


def _adjustments(adjustments: Iterable[Any]) -> str:
    changed = [f"{code(a.input)} becomes {code(a.formula)}" for a in adjustments]
    return "; ".join(changed) or "nothing"


def _input(given: Input) -> _InputDoc:
    return _InputDoc(
        name=code(given.name),
        title=escaped(given.title),
        source=_source(given),
        unit=given.unit.value,
        missing=_missing(given),
    )


def _source(given: Input) -> str:
    if given.column:
        return code(str(given.column.ref))
    aggregate = given.aggregate
    if aggregate is None:
        raise ValueError(f"{given.name} has neither column nor aggregate")
    of = f" of {'different ' if aggregate.distinct else ''}{code(aggregate.expression)}" if aggregate.expression else ""
    where = f" where {code(aggregate.where)}" if aggregate.where else ""
    used = frozenset[str]().union(*(names(parse(t)) for t in (aggregate.expression, aggregate.where) if t))
    fields = ", ".join(f"{code(f.name)} is {code(str(f.column.ref))}" for f in aggregate.fields if f.name in used)
    explained = f" ({fields})" if fields else ""
    return f"{aggregate.function}{of or ' of rows'} in {code(str(aggregate.table.ref))}{where}{explained}"


def _missing(given: Input) -> str:
    return "missing: no value" if given.may_be_missing else "missing: counts as 0"


def _join(join: Join) -> str:
    pairs = " and ".join(code(f"{p.left.ref} = {p.right.ref}") for p in join.on)
    return f"{code(str(join.table.ref))} on {pairs}"


def _children(inputs: Sequence[Input]) -> list[str]:
    found = [i.aggregate for i in inputs if i.aggregate]
    return list(dict.fromkeys(code(str(a.table.ref)) for a in found))


def _answer(example: str) -> list[Mapping[str, Any]]:
    """The results by metric; empty for a text that is no answer."""
    try:
        return list(json.loads(example)["results"]) if example else []
    except (ValueError, KeyError, TypeError):
        return []


def _example(result: Mapping[str, Any], spec: AgentSpec) -> _ExampleDoc:
    metric = next((m for m in spec.metrics if m.name == result["metric"]), None)
    rows = [
        (
            " ".join(escaped(str(v)) for v in (*row["key"].values(), row.get("label")) if v is not None),
            escaped(_shown(row["value"])),
            escaped(row["status"] or ""),
            escaped(row["reason"] or ""),
        )
        for row in result["rows"][:_SHOWN_ROWS]
    ]
    total = result.get("total") or {}
    counted = f"{total.get('rows', 0)} with a value, {total.get('undefined', 0)} without"
    words = f"{_shown(total.get('value'))} ({counted})" if total else ""
    return _ExampleDoc(title=escaped(metric.title if metric else str(result["metric"])), rows=tuple(rows), total=words)


def _shown(value: object) -> str:
    return "n/a" if value is None else str(value)


def _usage(spec: AgentSpec, answer: Sequence[Mapping[str, Any]]) -> _Usage:
    """One call that has a value, where the live data has one."""
    metric = spec.metrics[0]
    rows: Sequence[Mapping[str, Any]] = next((r["rows"] for r in answer if r["metric"] == metric.name), [])
    row = next((r for r in rows if r["value"] is not None), None)
    key = None if row is None else [str(v) for v in row["key"].values()]
    text = ",".join(key) if key else "KEY"
    return _Usage(
        python=f"calculate_{metric.name}({_key_source(spec, key)})",
        printed=f"{row['value']} {row['status'] or ''}".strip() if row else "",
        command=f"meta-agent call {spec.agents.calc} {metric.name} --key {shlex.quote(text) if key else text}",
    )


def _key_source(spec: AgentSpec, key: Sequence[str] | None) -> str:
    """Arguments that select a row: those of ``key``, or dots."""
    parts = []
    for number, column in enumerate(spec.entity.key):
        value = "..." if key is None else key[number] if column.kind is Kind.INTEGER else literal(key[number])
        parts.append(f"{column.argument}={value}")
    return ", ".join(parts)
