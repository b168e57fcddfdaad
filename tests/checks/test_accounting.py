"""Every number of the request is used, and every number of the spec has a source."""

from __future__ import annotations

from decimal import Decimal

import pytest
from specs import STANDARD, customer_spec, dscr_metric, dscr_spec

from daemon.checks.accounting import accounting_findings
from daemon.core.build import Analysis, MetricWish, Number
from daemon.core.spec import Adjustment, AgentSpec, Mode, Parameter, StatusRule, Unit


def number(text: str, value: str, use: str = "the limit") -> Number:
    return Number(text=text, value=Decimal(value), unit=Unit.NUMBER, start=10, end=10 + len(text), use=use)


def analysis(*numbers: Number, metrics: tuple[MetricWish, ...] = ()) -> Analysis:
    return Analysis(text="", numbers=numbers, metrics=metrics)


STATED = (number("1.25", "1.25"), number("10%", "0.10"))


def limit(default: str) -> tuple[Parameter, ...]:
    return (Parameter(name="dscr_minimum", title="", unit=Unit.RATIO, default=Decimal(default)),)


def test_a_spec_of_the_requests_own_numbers_has_no_findings() -> None:
    assert accounting_findings(dscr_spec(), analysis(*STATED)) == ()


def test_a_number_nobody_used_is_found_at_its_place() -> None:
    [lost] = accounting_findings(dscr_spec(), analysis(*STATED, number("15%", "0.15", use="")))

    assert (lost.code, lost.place) == ("unused_number", "request:11")
    assert "15%" in lost.message


def test_a_limit_from_nowhere_is_found() -> None:
    found = accounting_findings(dscr_spec(parameters=limit("1.20")), analysis(*STATED))

    assert [(f.code, f.place) for f in found] == [("number_without_source", "parameters.dscr_minimum")]


@pytest.mark.parametrize("assumption", ["DSCR of at least 1.20 passes", "limit: 1.20x.", "the usual 120% (of debt)"])
def test_a_stated_assumption_is_a_source(assumption: str) -> None:
    spec = dscr_spec(parameters=limit("1.20"), assumptions=(assumption,))

    assert accounting_findings(spec, analysis(*STATED)) == ()


def test_a_number_inside_another_is_no_source() -> None:
    spec = dscr_spec(parameters=limit("1.20"), assumptions=("row 11.205 of 1200",))

    assert [f.code for f in accounting_findings(spec, analysis(*STATED))] == ["number_without_source"]


@pytest.mark.parametrize("written", ["0.10", "10", "-0.1", "0.100"])
def test_percent_and_fraction_and_sign_are_the_same_number(written: str) -> None:
    cut = Adjustment(input="annual_noi", formula=f"annual_noi * (1 - {written})")
    spec = dscr_spec(modes=(STANDARD, Mode(name="careful", title="", description="", adjustments=(cut,))))

    assert accounting_findings(spec, analysis(*STATED)) == ()


@pytest.mark.parametrize(
    ("place", "spec"),
    [
        ("metrics.dscr.formula", dscr_spec(metrics=(dscr_metric().model_copy(update={"formula": "annual_noi / 7"}),))),
        (
            "metrics.dscr.status",
            dscr_spec(
                metrics=(dscr_metric().model_copy(update={"status": (StatusRule(status="A", when="dscr > 7"),)}),)
            ),
        ),
        (
            "modes.careful",
            dscr_spec(
                modes=(
                    STANDARD,
                    Mode(
                        name="careful",
                        title="",
                        description="",
                        adjustments=(Adjustment(input="annual_noi", formula="annual_noi - 7"),),
                    ),
                )
            ),
        ),
    ],
)
def test_numbers_inside_formulas_need_a_source_too(place: str, spec: AgentSpec) -> None:
    found = accounting_findings(spec, analysis(*STATED))

    assert [(f.code, f.place) for f in found] == [("number_without_source", place)]
    assert "7 comes neither from the request" in found[0].message


@pytest.mark.parametrize("part", ["where", "expression"])
def test_numbers_of_conditions_on_rows_need_a_source(part: str) -> None:
    spec = customer_spec()
    revenue = spec.inputs[0]
    assert revenue.aggregate is not None
    aggregate = revenue.aggregate.model_copy(update={part: "quantity > 7" if part == "where" else "quantity * 7"})
    inputs = (revenue.model_copy(update={"aggregate": aggregate}), *spec.inputs[1:])
    entity = spec.entity.model_copy(update={"where": "company > 8"})

    found = accounting_findings(
        spec.model_copy(update={"inputs": inputs, "entity": entity}), analysis(number("11.00", "11"))
    )

    assert [f.place for f in found] == ["entity.where", "inputs.revenue"]


def test_zero_one_and_a_hundred_are_no_assumptions() -> None:
    formula = dscr_metric().model_copy(update={"formula": "100 * annual_noi / annual_debt_service - 1 + 0"})

    assert accounting_findings(dscr_spec(metrics=(formula,)), analysis(*STATED)) == ()


def test_numbers_of_a_library_formula_have_the_library_as_source() -> None:
    metric = dscr_metric().model_copy(update={"formula": "annual_noi / (annual_debt_service * 12)"})
    wish = MetricWish(
        name="dscr", title="", definition="", formula=metric.formula, unit=Unit.RATIO, terms=(), library="dscr"
    )
    own = MetricWish(name="dscr", title="", definition="", formula=metric.formula, unit=Unit.RATIO, terms=())
    spec = dscr_spec(metrics=(metric,))

    assert accounting_findings(spec, analysis(*STATED, metrics=(wish,))) == ()
    assert [f.code for f in accounting_findings(spec, analysis(*STATED, metrics=(own,)))] == ["number_without_source"]


def test_a_formula_that_cannot_be_read_is_left_to_the_spec_check() -> None:
    broken = dscr_metric().model_copy(update={"formula": "7 /"})

    assert accounting_findings(dscr_spec(metrics=(broken,)), analysis(*STATED)) == ()
