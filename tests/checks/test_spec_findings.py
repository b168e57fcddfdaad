"""What is wrong with a spec before any data is looked at: a code, a place, words and the nearest name."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from compiled import CHINOOK, ORLANDO, table
from specs import STANDARD, column, customer_spec, dscr_metric, dscr_spec, ltv_spec

from daemon.checks.spec import spec_findings
from daemon.core.findings import Level
from daemon.core.schema import Kind, Schema
from daemon.core.spec import (
    Adjustment,
    AgentSpec,
    Input,
    Mode,
    Parameter,
    StatusRule,
    TableName,
    Undefined,
    Unit,
)

Change = Callable[[AgentSpec], AgentSpec]


def metric(**changes: Any) -> Change:
    return lambda spec: spec.model_copy(update={"metrics": (dscr_metric().model_copy(update=changes),)})


def entity(**changes: Any) -> Change:
    return lambda spec: spec.model_copy(update={"entity": spec.entity.model_copy(update=changes)})


def first_input(**changes: Any) -> Change:
    return lambda spec: spec.model_copy(
        update={"inputs": (spec.inputs[0].model_copy(update=changes), *spec.inputs[1:])}
    )


def mode(**changes: Any) -> Change:
    return lambda spec: spec.model_copy(update={"modes": (STANDARD, spec.modes[1].model_copy(update=changes))})


def spec_with(**changes: Any) -> Change:
    return lambda spec: spec.model_copy(update=changes)


@pytest.mark.parametrize(
    ("spec", "schema"),
    [(dscr_spec(), ORLANDO), (ltv_spec(), ORLANDO), (customer_spec(), CHINOOK)],
    ids=["dscr", "ltv", "customer"],
)
def test_a_good_spec_has_no_findings(spec: AgentSpec, schema: Schema) -> None:
    assert spec_findings(spec, schema) == ()


@pytest.mark.parametrize(
    ("change", "code", "place", "suggestion"),
    [
        (entity(table=TableName(table="propertys")), "unknown_table", "entity.key", "did you mean 'properties'?"),
        (entity(label=column("properties", "name")), "unknown_column", "entity.label", ""),
        (
            entity(label=column("properties", "property_nam")),
            "unknown_column",
            "entity.label",
            "did you mean 'property_name'?",
        ),
        (
            first_input(column=column("financial_metrics", "anual_noi")),
            "unknown_column",
            "inputs.annual_noi",
            "did you mean 'annual_noi'?",
        ),
        (first_input(column=column("properties", "property_name")), "wrong_kind", "inputs.annual_noi", ""),
        (first_input(kind=Kind.TEXT), "wrong_kind", "inputs.annual_noi", ""),
        (
            metric(formula="annual_noi / debt_service"),
            "unknown_name",
            "metrics.dscr.formula",
            "did you mean 'annual_debt_service'?",
        ),
        (metric(formula="annual_noi /"), "bad_formula", "metrics.dscr.formula", ""),
        (metric(formula="annual_noi.real"), "bad_formula", "metrics.dscr.formula", ""),
        (metric(formula="mx(annual_noi, 1)"), "bad_formula", "metrics.dscr.formula", "did you mean 'max'?"),
        (
            metric(formula="annual_noi * annual_debt_service"),
            "wrong_unit",
            "metrics.dscr.formula",
            "",
        ),
        (metric(formula="annual_noi"), "wrong_unit", "metrics.dscr.formula", ""),
        (metric(formula="annual_noi > annual_debt_service"), "wrong_unit", "metrics.dscr.formula", ""),
        (
            metric(undefined=(Undefined(when="annual_noi", reason="x"),)),
            "not_a_condition",
            "metrics.dscr.undefined",
            "",
        ),
        (
            metric(status=(StatusRule(status="PASS", when="dscr >= limit"), StatusRule(status="FAIL"))),
            "unknown_name",
            "metrics.dscr.status",
            "",
        ),
        (
            metric(status=(StatusRule(status="PASS"), StatusRule(status="FAIL"))),
            "unreachable_status",
            "metrics.dscr.status",
            "",
        ),
        (metric(status=(StatusRule(status="PASS", when="dscr > 1"),)), "no_last_status", "metrics.dscr.status", ""),
        (metric(name="annual_noi", status=()), "name_taken", "metrics.annual_noi", ""),
        (metric(name="total", status=()), "bad_name", "metrics.total", "choose another"),
        (metric(name="Net DSCR", status=()), "bad_name", "metrics.Net DSCR", "'net_dscr' could be one"),
        (
            mode(adjustments=(Adjustment(input="noi", formula="annual_noi * (1 - noi_haircut)"),)),
            "unknown_name",
            "modes.conservative.noi",
            "",
        ),
        (
            mode(adjustments=(Adjustment(input="annual_noi", formula="1 - noi_haircut"),)),
            "wrong_unit",
            "modes.conservative.annual_noi",
            "",
        ),
        (mode(adjustments=()), "unused_parameter", "modes.conservative", ""),
        (mode(name="standard"), "name_taken", "modes.standard", ""),
        (mode(name='x"'), "bad_name", "modes.x'", "'x' could be one"),
        (entity(name="class"), "bad_name", "entity.name", "'class_' could be one"),
        (entity(plural='"""'), "bad_name", "entity.plural", "'value' could be one"),
        (spec_with(database="DATABASE URL"), "bad_name", "database", "'database_url' could be one"),
        (spec_with(modes=(Mode(name="usual", title="Usual", description=""),)), "no_standard_mode", "modes", ""),
    ],
)
def test_what_is_wrong_is_found_with_its_place(change: Change, code: str, place: str, suggestion: str) -> None:
    found = spec_findings(change(dscr_spec()), ORLANDO)

    matching = [f for f in found if (f.code, f.place) == (code, place)]
    assert matching, [str(f) for f in found]
    assert matching[0].level is Level.ERROR
    assert matching[0].message
    assert matching[0].suggestion == suggestion


def test_conditions_and_child_rows_know_only_their_own_fields() -> None:
    spec = customer_spec()
    revenue = spec.inputs[0]
    assert revenue.aggregate is not None
    wrong = revenue.aggregate.model_copy(update={"expression": "price * amount", "where": "country = 'x'"})
    changed = spec.model_copy(
        update={
            "entity": spec.entity.model_copy(update={"where": "firm is not None"}),
            "inputs": (revenue.model_copy(update={"aggregate": wrong}), *spec.inputs[1:]),
        }
    )

    found = {(f.code, f.place) for f in spec_findings(changed, CHINOOK)}

    assert found == {
        ("unknown_name", "entity.where"),
        ("unknown_name", "inputs.revenue.expression"),
        ("bad_formula", "inputs.revenue.where"),
    }


def test_columns_of_joins_and_child_rows_have_to_exist() -> None:
    without = Schema(dialect="sqlite", tables=(CHINOOK.tables[0], table("InvoiceLine", "InvoiceId integer")))

    found = {(f.code, f.place) for f in spec_findings(customer_spec(), without)}

    assert found == {
        ("unknown_table", "inputs.revenue"),
        ("unknown_table", "inputs.tracks"),
        ("unknown_column", "inputs.revenue"),
        ("unknown_column", "inputs.tracks"),
    }


def test_a_metric_may_use_one_defined_before_but_not_one_after() -> None:
    spec = ltv_spec()
    both = spec.metrics[1].model_copy(
        update={"formula": "annual_noi / loan_balance + ltv", "undefined": (), "status": ()}
    )

    after = spec.model_copy(update={"metrics": (spec.metrics[0], both)})
    before = spec.model_copy(update={"metrics": (both, spec.metrics[0])})

    assert spec_findings(after, ORLANDO) == ()
    assert [f.code for f in spec_findings(before, ORLANDO)] == ["unknown_name"]


def test_a_parameter_of_a_mode_is_no_name_of_a_metric() -> None:
    haircut = Parameter(
        name="noi_haircut", title="", unit=Unit.FRACTION, default=dscr_spec().modes[1].parameters[0].default
    )
    spec = metric(formula="annual_noi * noi_haircut / annual_debt_service")(dscr_spec())

    assert [f.code for f in spec_findings(spec, ORLANDO)] == ["unknown_name"]
    assert spec_findings(spec.model_copy(update={"parameters": (*spec.parameters, haircut)}), ORLANDO) == ()


def test_every_kind_of_number_fits_a_number() -> None:
    for kind in (Kind.INTEGER, Kind.DECIMAL, Kind.REAL):
        assert spec_findings(first_input(kind=kind)(dscr_spec()), ORLANDO) == ()


def test_an_argument_that_code_uses_itself_is_found() -> None:
    for argument in ("mode", "parameters", "label", "self"):
        key = dscr_spec().entity.key[0].model_copy(update={"argument": argument})
        assert "bad_name" in {f.code for f in spec_findings(entity(key=(key,))(dscr_spec()), ORLANDO)}


def test_an_input_may_not_be_called_twice() -> None:
    spec = dscr_spec()
    twice: tuple[Input, ...] = (*spec.inputs, spec.inputs[0])

    assert [f.code for f in spec_findings(spec.model_copy(update={"inputs": twice}), ORLANDO)] == ["name_taken"]
