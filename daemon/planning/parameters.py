"""Limits as named parameters: whoever calls an agent may change one without a new request."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from daemon.compiler.formula import numbers, parse
from daemon.core.spec import Metric, Parameter, StatusRule


def with_named_limits(metrics: Sequence[Metric]) -> tuple[tuple[Metric, ...], tuple[Parameter, ...]]:
    """The metrics with parameters in place of the numbers of their status rules, and these parameters.

    One limit is called ``dscr_limit``, several ``dscr_limit_1`` and so on, in the order of the rules.
    """
    renamed, parameters = [], []
    for metric in metrics:
        names = _names(metric)
        rules = tuple(_named(metric.name, rule, names) for rule in metric.status)
        renamed.append(metric.model_copy(update={"status": rules}))
        parameters += [
            Parameter(name=name, title=f"limit of {metric.title}", unit=metric.unit, default=value)
            for value, name in names.items()
        ]
    return tuple(renamed), tuple(parameters)


def _names(metric: Metric) -> dict[Decimal, str]:
    limits = dict.fromkeys(value for rule in metric.status if rule.when for value in numbers(parse(rule.when)))
    if len(limits) == 1:
        return dict.fromkeys(limits, f"{metric.name}_limit")
    return {value: f"{metric.name}_limit_{number}" for number, value in enumerate(limits, start=1)}


def _named(metric: str, rule: StatusRule, names: dict[Decimal, str]) -> StatusRule:
    """Rules are written ``metric operator number``; the number is the last word."""
    left, operator, limit = rule.when.rsplit(" ", 2) if rule.when else ("", "", "")
    if left != metric:
        return rule
    return rule.model_copy(update={"when": f"{metric} {operator} {names[Decimal(limit)]}"})
