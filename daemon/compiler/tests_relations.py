"""What has to hold between modes and parameters, found by the reference interpreter; a test may insist on it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from daemon.compiler.figures import fraction_of
from daemon.compiler.formula import evaluate, names, parse
from daemon.compiler.formula.tree import Name
from daemon.compiler.tests_reference import Cell, EntityRow, Figure, figures
from daemon.core.spec import AgentSpec, Mode, Parameter

_PROBES = (Decimal(1), Decimal(1000), Decimal(10**9))


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """With ``value`` for the parameter, the row of that key has another figure than with the default."""

    parameter: str
    value: Decimal
    mode: str
    metric: str
    key: tuple[Cell, ...]
    figure: Figure


@dataclass(frozen=True, slots=True, kw_only=True)
class Cut:
    """A mode that makes a ratio smaller (or larger) wherever both its inputs are positive."""

    mode: str
    metric: str
    numerator: str
    denominator: str
    is_smaller: bool


def effects(spec: AgentSpec, rows: Sequence[EntityRow]) -> tuple[Effect, ...]:
    """For every parameter one figure that it changes; a status that changes before all."""
    parameters = {p.name: p for p in (*spec.parameters, *(p for m in spec.modes for p in m.parameters))}
    found = (_strongest(spec, rows, parameter) for parameter in parameters.values())
    return tuple(effect for effect in found if effect)


def without_effect(spec: AgentSpec, rows: Sequence[EntityRow]) -> tuple[Mode, ...]:
    """Modes that give the standard figures once their parameters are zero."""
    return tuple(
        mode for mode in spec.modes if mode.parameters and mode.adjustments and _is_standard_at_zero(spec, rows, mode)
    )


def cuts(spec: AgentSpec) -> tuple[Cut, ...]:
    """Modes and ratios of two plain inputs of which the mode adjusts one."""
    return tuple(_cuts(spec))


def _strongest(spec: AgentSpec, rows: Sequence[EntityRow], parameter: Parameter) -> Effect | None:
    first = None
    for changes_status, effect in _effects_of(spec, rows, parameter):
        if changes_status:
            return effect
        first = first or effect
    return first


def _effects_of(spec: AgentSpec, rows: Sequence[EntityRow], parameter: Parameter) -> Iterator[tuple[bool, Effect]]:
    changed = dict.fromkeys(
        [parameter.default * 2, parameter.default / 2, parameter.default * 10, Decimal(0), Decimal(1)]
    )
    for value in (v for v in changed if v != parameter.default):
        for mode in spec.modes:
            for row in rows:
                before, after = _both(spec, row, mode, {parameter.name: value})
                for name in before:
                    old, new = before[name], after[name]
                    if (old.shown, old.status) != (new.shown, new.status) and new.shown is not None:
                        yield (
                            old.status != new.status,
                            Effect(
                                parameter=parameter.name,
                                value=value,
                                mode=mode.name,
                                metric=name,
                                key=row.key,
                                figure=new,
                            ),
                        )


def _both(
    spec: AgentSpec, row: EntityRow, mode: Mode, changes: Mapping[str, Decimal]
) -> tuple[Mapping[str, Figure], Mapping[str, Figure]]:
    """Figures with the defaults and with ``changes``; none where the changed formula divides by zero."""
    try:
        return figures(spec, row, mode.name), figures(spec, row, mode.name, changes)
    except (ZeroDivisionError, ArithmeticError):
        return {}, {}


def _is_standard_at_zero(spec: AgentSpec, rows: Sequence[EntityRow], mode: Mode) -> bool:
    zero = {p.name: Decimal(0) for p in mode.parameters}
    try:
        return all(figures(spec, row, mode.name, zero) == figures(spec, row, "standard", zero) for row in rows)
    except ArithmeticError:
        return False


def _cuts(spec: AgentSpec) -> Iterator[Cut]:
    for mode in spec.modes:
        adjusted = {a.input: a.formula for a in mode.adjustments}
        for metric in spec.metrics:
            match fraction_of(metric, spec):
                case (Name(above), Name(below)) if above != below and len({above, below} & adjusted.keys()) == 1:
                    changed = above if above in adjusted else below
                    sign = _direction(adjusted[changed], changed, mode, spec)
                    if sign:
                        smaller = (sign < 0) == (changed == above)
                        yield Cut(
                            mode=mode.name, metric=metric.name, numerator=above, denominator=below, is_smaller=smaller
                        )


def _direction(formula: str, changed: str, mode: Mode, spec: AgentSpec) -> int:
    """-1 when the adjustment makes every positive value smaller, 1 when larger, 0 when that depends."""
    known = {p.name: p.default for p in (*spec.parameters, *mode.parameters)}
    tree = parse(formula)
    if not names(tree) <= known.keys() | {changed}:
        return 0
    differences = [evaluate(tree, {**known, changed: probe}) for probe in _PROBES]
    signs = {(d > p) - (d < p) for d, p in zip(differences, _PROBES, strict=True) if isinstance(d, Decimal)}
    return signs.pop() if len(signs) == 1 else 0
