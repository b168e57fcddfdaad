"""Whether the names of a spec can stand in generated code: identifiers, none twice, none that code uses itself."""

from __future__ import annotations

import re
from collections.abc import Iterator
from keyword import iskeyword

from daemon.compiler.names import prose
from daemon.core.findings import Finding, Level
from daemon.core.naming import class_name, identifier
from daemon.core.spec import AgentSpec

RESERVED = frozenset(
    {
        *("exact", "figure", "inputs", "label", "mode", "parameters", "reason", "row", "same_when_rounded", "self"),
        *("day_of", "days_between", "shown", "status", "total", "validation_status", "warnings"),
    }
)
"""Names of variables and fields in generated code."""
RESERVED_CLASSES = frozenset(
    {
        *("Decimal", "Final", "Iterator", "Mapping", "NamedTuple", "Namedtuple", "Number", "Parameters"),
        *("Path", "Ratio", "Tally", "Text", "Total", "Undefined"),
    }
)
"""Classes that generated code imports or defines."""
_MODULE = re.compile(r"[a-z][a-z0-9_]*")
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


def name_findings(spec: AgentSpec) -> Iterator[Finding]:
    """Everything that keeps the names of ``spec`` from being names in generated code."""
    yield from _modules(spec)
    yield from _entity(spec)
    yield from _values(spec)
    yield from _modes(spec)


def _modules(spec: AgentSpec) -> Iterator[Finding]:
    for role, name in (("data", spec.agents.data), ("calc", spec.agents.calc)):
        plain = _MODULE.fullmatch(name) and not iskeyword(name)
        if not plain or class_name(name) in RESERVED_CLASSES:
            yield _bad(f"agents.{role}", name)
    if class_name(spec.agents.data) == class_name(spec.agents.calc):
        yield _taken("agents", spec.agents.calc)
    if not _VARIABLE.fullmatch(spec.database):
        yield _bad("database", spec.database)


def _entity(spec: AgentSpec) -> Iterator[Finding]:
    entity = spec.entity
    if identifier(entity.name) != entity.name:
        yield _bad("entity.name", entity.name)
    if not entity.plural or prose(entity.plural) != entity.plural:
        yield _bad("entity.plural", entity.plural)


def _values(spec: AgentSpec) -> Iterator[Finding]:
    """Key arguments, inputs, metrics and parameters share one scope."""
    seen: set[str] = set()
    parameters = {p.name: p for p in (*spec.parameters, *(p for m in spec.modes for p in m.parameters))}
    groups = (
        ("entity.key", [k.argument for k in spec.entity.key]),
        ("inputs", [i.name for i in spec.inputs]),
        ("metrics", [m.name for m in spec.metrics]),
        ("parameters", list(parameters)),
    )
    for group, members in groups:
        for name in members:
            if name in RESERVED or identifier(name) != name:
                yield _bad(f"{group}.{name}", name)
            if name in seen:
                yield _taken(f"{group}.{name}", name)
            seen.add(name)


def _modes(spec: AgentSpec) -> Iterator[Finding]:
    if spec.modes[0].name != "standard" or spec.modes[0].adjustments:
        yield _error("no_standard_mode", "modes", "the first mode is 'standard' and adjusts nothing")
    seen: set[str] = set()
    for mode in spec.modes:
        if identifier(mode.name) != mode.name:
            yield _bad(f"modes.{mode.name}", mode.name)
        if mode.name in seen:
            yield _taken(f"modes.{mode.name}", mode.name)
        seen.add(mode.name)


def _bad(place: str, name: str) -> Finding:
    hint = f"'{identifier(name)}' could be one" if identifier(name) != name else "choose another"
    return _error("bad_name", prose(place), f"'{prose(name, 80)}' cannot be a name in generated code", hint)


def _taken(place: str, name: str) -> Finding:
    return _error("name_taken", place, f"'{name}' is used twice")


def _error(code: str, place: str, message: str, hint: str = "") -> Finding:
    return Finding(level=Level.ERROR, code=code, place=place, message=message, suggestion=hint)
