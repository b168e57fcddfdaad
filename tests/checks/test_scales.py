"""Amounts that differ in period or size by their names: warned about, unless the formula converts them."""

from __future__ import annotations

import pytest
from specs import dscr_spec, money

from daemon.checks.scales import scale_findings
from daemon.core.findings import Level
from daemon.core.spec import AgentSpec, Unit


def spec(formula: str, *columns: str) -> AgentSpec:
    base = dscr_spec()
    given = [money(name, "loans", name) for name in columns]
    metric = base.metrics[0].model_copy(update={"formula": formula, "undefined": (), "status": ()})
    return base.model_copy(update={"inputs": tuple(given), "metrics": (metric,)})


@pytest.mark.parametrize(
    ("formula", "columns"),
    [
        ("noi / monthly_debt_service", ("noi", "monthly_debt_service")),
        ("monthly_rent - quarterly_cost", ("monthly_rent", "quarterly_cost")),
        ("price - cost_cents", ("price", "cost_cents")),
        ("noi_thousands / loan", ("noi_thousands", "loan")),
    ],
)
def test_amounts_of_different_scales_are_warned_about(formula: str, columns: tuple[str, str]) -> None:
    (finding,) = scale_findings(spec(formula, *columns))
    assert (finding.level, finding.code) == (Level.WARNING, "mixed_scales")
    assert all(f"loans.{name}" in finding.message for name in columns)


@pytest.mark.parametrize(
    ("formula", "columns"),
    [
        ("noi / (monthly_debt_service * 12)", ("noi", "monthly_debt_service")),
        ("monthly_rent - monthly_cost", ("monthly_rent", "monthly_cost")),
        ("price - cost_cents / 100", ("price", "cost_cents")),
        ("price_cents - cost_cents", ("price_cents", "cost_cents")),
        ("noi / debt_service", ("noi", "debt_service", "monthly_fee")),
    ],
)
def test_equal_or_converted_scales_are_fine(formula: str, columns: tuple[str, ...]) -> None:
    assert scale_findings(spec(formula, *columns)) == ()


def test_only_amounts_have_a_scale() -> None:
    rent_per_unit = spec("monthly_rent / units", "monthly_rent", "units")
    units = rent_per_unit.inputs[1].model_copy(update={"unit": Unit.COUNT})
    assert scale_findings(rent_per_unit.model_copy(update={"inputs": (rent_per_unit.inputs[0], units)})) == ()
