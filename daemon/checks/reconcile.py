"""Agent against SQL on the live data: two ways from one spec to the same numbers, compared before going live."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from daemon.compiler.independent_sql import in_key_order, metric_sql, total_sql
from daemon.core.findings import Finding, Level
from daemon.core.schema import Schema
from daemon.core.spec import AgentSpec, Metric, Mode

SAMPLE_ROWS = 200
TOLERANCE = Decimal("1e-9")
"""Relative: SQLite calculates the SQL side in binary."""

Query = Callable[[str], Sequence[tuple[Any, ...]]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """One metric in one mode: exact values by key, as text, and the exact total."""

    rows: Mapping[tuple[str, ...], Decimal | None]
    total: Decimal | None


def reconcile(spec: AgentSpec, schema: Schema, answers: Mapping[str, Any], query: Query) -> tuple[Finding, ...]:
    """Differences between what the agent answered (by mode, as ``rehearsal`` prints it) and the independent SQL."""
    found: list[Finding] = []
    for mode in spec.modes:
        for result, metric in zip(answers[mode.name]["results"], spec.metrics, strict=True):
            found += _compare(metric, mode, _answered(result), _queried(spec, schema, metric, mode, query))
    return tuple(found)


def undefined_words(spec: AgentSpec, answers: Mapping[str, Any]) -> tuple[str, ...]:
    """One sentence for each metric that some rows do not have, with the reasons and the rows."""
    return tuple(
        sentence
        for result, metric in zip(answers["standard"]["results"], spec.metrics, strict=True)
        if (sentence := _undefined(spec, metric, result))
    )


def _undefined(spec: AgentSpec, metric: Metric, result: Mapping[str, Any]) -> str:
    total = result["total"]
    if not total["undefined"]:
        return ""
    reasons: dict[str, list[str]] = {}
    for row in result["rows"]:
        if row["reason"]:
            reasons.setdefault(row["reason"], []).append(" ".join(str(v) for v in row["key"].values()))
    words = "; ".join(f"{reason}: {_listed(keys)}" for reason, keys in sorted(reasons.items()))
    count = total["undefined"] + total["rows"]
    return f"{total['undefined']} of {count} {spec.entity.plural} have no {metric.title} ({words or 'see the rows'})"


def _listed(keys: list[str], most: int = 5) -> str:
    return ", ".join(keys[:most]) + (f" and {len(keys) - most} more" if len(keys) > most else "")


def _answered(result: Mapping[str, Any]) -> Figures:
    rows = {tuple(str(v) for v in r["key"].values()): _decimal(r["exact"]) for r in result["rows"]}
    return Figures(rows=rows, total=_decimal(result["total"]["exact"]))


def _queried(spec: AgentSpec, schema: Schema, metric: Metric, mode: Mode, query: Query) -> Figures:
    size = len(spec.entity.key)
    sql = metric_sql(spec, metric.name, mode.name, schema, schema.dialect)
    # Nothing here comes from the person: the compiler wrote the statement, and the connection can only read.
    rows = query(f"SELECT * FROM ({sql}) AS figures {in_key_order(spec)} LIMIT {SAMPLE_ROWS}")  # noqa: S608
    total = None
    if metric.total != "none":
        total = _decimal(query(total_sql(spec, metric.name, mode.name, schema, schema.dialect))[0][0])
    return Figures(rows={tuple(str(v) for v in r[:size]): _decimal(r[size]) for r in rows}, total=total)


def _compare(metric: Metric, mode: Mode, answered: Figures, queried: Figures) -> Iterator[Finding]:
    place = f"{metric.name} in mode {mode.name}"
    if answered.rows.keys() != queried.rows.keys():
        yield _finding(place, f"the agent answers {len(answered.rows)} rows, the SQL {len(queried.rows)} (or others)")
        return
    for key, value in answered.rows.items():
        if not _same(value, queried.rows[key]):
            yield _finding(f"{place}, row {' '.join(key)}", f"the agent says {value}, the SQL {queried.rows[key]}")
    if not _same(answered.total, queried.total):
        yield _finding(f"{place}, total", f"the agent says {answered.total}, the SQL {queried.total}")


def _same(left: Decimal | None, right: Decimal | None) -> bool:
    if left is None or right is None:
        return left is right
    return abs(left - right) <= TOLERANCE * max(abs(left), abs(right), Decimal(1))


def _decimal(value: Any) -> Decimal | None:
    return None if value is None else Decimal(str(value))


def _finding(place: str, message: str) -> Finding:
    return Finding(level=Level.ERROR, code="reconciliation", place=place, message=message)
