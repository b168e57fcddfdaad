"""How figures are shown, and what the request says about rows without one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from daemon.core.build import MetricWish
from daemon.core.naming import words
from daemon.core.spec import Unit
from daemon.planning.phrases import Display


def displayed(metrics: Sequence[MetricWish], display: Display) -> tuple[MetricWish, ...] | None:
    """The figures as ``display`` wants them; None when it does not fit them."""
    if display.every is not None and display.every != len(metrics):
        return None
    if display.whole_money and not any(m.unit is Unit.MONEY for m in metrics):
        return None
    changed = tuple(_displayed(m, display) for m in metrics)
    return None if None in changed else tuple(m for m in changed if m is not None)


def _displayed(metric: MetricWish, display: Display) -> MetricWish | None:
    if display.whole_money and metric.unit is not Unit.MONEY:
        return metric
    decimals = metric.decimals if display.decimals is None else display.decimals
    if decimals is not None and decimals > 10:
        return None
    if not display.as_percent:
        return replace(metric, decimals=decimals)
    if metric.unit is Unit.PERCENT:
        return replace(metric, decimals=decimals)
    if metric.unit not in {Unit.RATIO, Unit.FRACTION, Unit.NUMBER}:
        return None
    return replace(metric, unit=Unit.FRACTION, show_as_percent=True, decimals=decimals)


def with_missing_rule(metric: MetricWish, subject: str) -> MetricWish | None:
    """``metric`` without a value where the figure called ``subject`` is missing or zero; None if it does not use it."""
    wanted = set(words(subject))
    found = [t for t in metric.terms if any(wanted <= set(words(p)) for p in (t.phrase, *t.synonyms))]
    if len(found) != 1:
        return None
    name = found[0].name
    reason = f"no {words(subject)[0]}"
    own = ((f"{name} is None", reason), (f"{name} == 0", reason))
    others = tuple(u for u in metric.undefined if u[0] not in {when for when, _ in own})
    return replace(metric, undefined=(*own, *others))
