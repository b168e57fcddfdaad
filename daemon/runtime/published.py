"""A published calculator, loaded from a workspace and called as people call it."""

from __future__ import annotations

import csv
import importlib
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from daemon.core.naming import class_name
from daemon.core.nearest import suggestion
from daemon.core.schema import Kind
from daemon.core.spec import AgentSpec, KeyColumn, Metric, Parameter
from daemon.core.toml_text import TomlError, parse_toml
from daemon.runtime.errors import RuntimeAgentError


class CallError(RuntimeAgentError, ValueError):
    """The agent cannot be called like that."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """What to ask: one row by ``key``, or all as the spec lists them; ``parameters`` by name.

    With a ``limit`` only so many rows, in the order of the key and one at a time.
    """

    metric: str | None = None
    key: str | None = None
    mode: str = "standard"
    parameters: Mapping[str, str] | None = None
    limit: int | None = None


def load_spec(workspace: Path, agent: str) -> AgentSpec:
    """The spec of a published calculator. Raises ``CallError`` with the nearest names when there is none."""
    known = sorted(p.stem for p in (workspace / "agent_specs").glob("*.toml"))
    if agent not in known:
        hint = suggestion(agent, known) or (f"published: {', '.join(known)}" if known else "none is published yet")
        raise CallError(f"no agent '{agent}' here: {hint}")
    file = workspace / "agent_specs" / f"{agent}.toml"
    try:
        return AgentSpec.model_validate(parse_toml(file.read_text("utf-8")))
    except (OSError, UnicodeDecodeError, TomlError, ValidationError) as problem:
        raise CallError(f"{file} cannot be read: {problem}") from problem


class PublishedAgent:
    """The calculator of ``spec`` in ``workspace``."""

    def __init__(self, workspace: Path, spec: AgentSpec, call: Call) -> None:
        self._spec = spec
        self._call = call
        if call.mode not in {m.name for m in spec.modes}:
            raise CallError(f"no mode '{call.mode}': this agent knows {', '.join(m.name for m in spec.modes)}")
        self.metrics = self._wanted()
        self.parameters = self._effective(call.parameters or {})
        self._key = None if call.key is None else _key(spec, call.key)
        sys.path.insert(0, str(workspace))
        module = importlib.import_module(f"src.agents.{spec.agents.calc}")
        changed = {name: self.parameters[name] for name in call.parameters or {}}
        self._options = {"parameters": module.Parameters(**changed)} if changed else {}
        self._agent = getattr(module, class_name(spec.agents.calc))()

    def _wanted(self) -> tuple[Metric, ...]:
        wanted, known = self._call.metric, [m.name for m in self._spec.metrics]
        if wanted is None:
            return self._spec.metrics
        if wanted not in known:
            raise CallError(f"no metric '{wanted}': {suggestion(wanted, known) or 'known: ' + ', '.join(known)}")
        return tuple(m for m in self._spec.metrics if m.name == wanted)

    def rows(self) -> Iterator[dict[str, Any]]:
        """Results by metric name, one mapping an entity row; the combined status under ``""``."""
        mode, options = self._call.mode, self._options
        if self._key is not None:
            yield {
                m.name: getattr(self._agent, f"calculate_{m.name}")(**self._key, mode=mode, **options)
                for m in self.metrics
            }
            return
        several = len(self._spec.metrics) > 1
        results = self._agent.calculate_all(mode=mode, **options)
        limit = self._call.limit
        for row in self._sorted(results) if limit is None else islice(results, limit):
            found = {m.name: getattr(row, m.name) if several else row for m in self.metrics}
            yield found | ({"": row.validation_status} if several else {})

    def _sorted(self, results: Iterable[Any]) -> Iterable[Any]:
        """As the spec lists them: equal ones stay in the order of the key, those without a value come last."""
        for wanted in reversed(self._spec.sort):
            results = sorted(results, key=partial(self._rank, wanted.removeprefix("-"), wanted.startswith("-")))
        return results

    def _rank(self, metric: str, largest_first: bool, row: Any) -> tuple[bool, Decimal]:
        exact = getattr(row, metric).exact if len(self._spec.metrics) > 1 else row.exact
        if exact is None:
            return True, Decimal(0)
        return False, exact.copy_negate() if largest_first else exact

    def totals(self) -> dict[str, Any]:
        """Totals by metric name."""
        total = self._agent.total(mode=self._call.mode, **self._options)
        return {m.name: getattr(total, m.name) if len(self._spec.metrics) > 1 else total for m in self.metrics}

    def _effective(self, given: Mapping[str, str]) -> dict[str, Decimal]:
        mode = self._spec.mode(self._call.mode)
        known: dict[str, Parameter] = {p.name: p for p in (*self._spec.parameters, *(mode.parameters if mode else ()))}
        for name in given:
            if name not in known:
                hint = suggestion(name, known) or (f"known: {', '.join(known)}" if known else "it has none")
                raise CallError(f"no parameter '{name}' in mode {self._call.mode}: {hint}")
        return {name: _number(name, given[name]) if name in given else p.default for name, p in known.items()}


def _key(spec: AgentSpec, text: str) -> dict[str, Any]:
    """Arguments by name. Several parts are written like a line of CSV, so that a part may hold a comma."""
    columns = spec.entity.key
    parts = next(csv.reader([text], skipinitialspace=True), []) if len(columns) > 1 else [text]
    if len(parts) != len(columns):
        names = ", ".join(k.column for k in columns)
        raise CallError(f"the key has {len(columns)} parts, {names}: quote one that holds a comma")
    return {k.argument: _key_value(k, part) for k, part in zip(columns, parts, strict=True)}


def _key_value(key: KeyColumn, text: str) -> Any:
    if key.kind not in _KEY_READERS:
        return text
    read, words = _KEY_READERS[key.kind]
    try:
        return read(text.strip())
    except (ValueError, LookupError, ArithmeticError):
        raise CallError(f"the key {key.column} is {words}, not '{text}'") from None


def _truth(text: str) -> bool:
    return {"true": True, "1": True, "false": False, "0": False}[text.lower()]


_KEY_READERS: dict[Kind, tuple[Callable[[str], Any], str]] = {
    Kind.INTEGER: (int, "a whole number"),
    Kind.DECIMAL: (Decimal, "a number"),
    Kind.REAL: (Decimal, "a number"),
    Kind.DATE: (date.fromisoformat, "a date such as 2024-12-31"),
    Kind.DATETIME: (datetime.fromisoformat, "a time such as 2024-12-31 23:59"),
    Kind.BOOLEAN: (_truth, "true or false"),
}


def _number(name: str, text: str) -> Decimal:
    try:
        value = Decimal(text.removesuffix("%")) / (100 if text.endswith("%") else 1)
    except InvalidOperation:
        raise CallError(f"parameter {name} is a number such as 0.15 or 15%, not '{text}'") from None
    if not value.is_finite():
        raise CallError(f"parameter {name} is a finite number, not '{text}'")
    return value
