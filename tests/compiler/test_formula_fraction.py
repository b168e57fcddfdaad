"""Ratios as one fraction, so that totals are ratios of sums; and how many decimals sums have to keep."""

from __future__ import annotations

from decimal import Decimal

import pytest
from formulas import NAMES
from hypothesis import assume, given
from hypothesis import strategies as st
from odd_specs import shops_spec
from specs import customer_spec, dscr_spec, ltv_spec

from daemon.compiler.figures import fraction_of, total_kind
from daemon.compiler.formula import evaluate, parse
from daemon.compiler.formula.fraction import as_fraction
from daemon.compiler.scale import decimals
from daemon.core.schema import Kind
from daemon.core.spec import Aggregate, ColumnName, Metric, SourceField, TableName, Unit

CONSTANTS = {"c"}
RATIOS = (
    "a / b",
    "-(a / b)",
    "100 * a / b",
    "a / b * 100",
    "a / b / 4",
    "c * (a / b)",
    "1 - a / b",
    "a / b - c",
    "c - (1 - a / b)",
    "a / b + a / b",
    "a / b + (1 - a) / b",
    "(a - 1) / b * c",
    "(a + b) / abs(b)",
)
somewhere = st.integers(-400, 400).map(lambda n: Decimal(n) / 8)


@pytest.mark.parametrize("text", RATIOS)
@given(a=somewhere, b=somewhere, c=somewhere)
def test_numerator_over_denominator_is_the_ratio(text: str, a: Decimal, b: Decimal, c: Decimal) -> None:
    known = dict(zip(NAMES, (a, b, c), strict=True))
    assume(b != 0)
    tree = parse(text)
    fraction = as_fraction(tree, CONSTANTS)
    assert fraction is not None
    above, below = (evaluate(part, known) for part in fraction)
    expected = evaluate(tree, known)
    assert isinstance(above, Decimal)
    assert isinstance(below, Decimal)
    assert isinstance(expected, Decimal)
    assert abs(above / below - expected) <= abs(expected) * Decimal("1e-24") + Decimal("1e-24")


@pytest.mark.parametrize("text", RATIOS)
def test_the_total_of_equal_rows_is_their_ratio(text: str) -> None:
    fraction = as_fraction(parse(text), CONSTANTS)
    assert fraction is not None
    known = {"a": Decimal(30), "b": Decimal(8), "c": Decimal(3)}
    above, below = (evaluate(part, known) for part in fraction)
    assert isinstance(above, Decimal)
    assert isinstance(below, Decimal)
    assert (above * 3) / (below * 3) == evaluate(parse(text), known)


@pytest.mark.parametrize(
    "text",
    ["a", "a - b", "a * (a / b)", "a + a / b", "a / b + b / a", "min(a / b, 2)", "a / b / a", "(a / b) / (b / a)"],
)
def test_what_is_no_single_fraction_is_not_taken_for_one(text: str) -> None:
    assert as_fraction(parse(text), CONSTANTS) is None


def metric(formula: str, unit: Unit = Unit.RATIO, name: str = "x") -> Metric:
    return Metric(name=name, title=name, definition=name, unit=unit, formula=formula)


@pytest.mark.parametrize(
    ("formula", "unit", "kind"),
    [
        ("annual_noi / annual_debt_service", Unit.RATIO, "ratio_of_sums"),
        ("annual_noi - annual_debt_service", Unit.MONEY, "sum"),
        ("min(annual_noi / annual_debt_service, 2)", Unit.RATIO, "none"),
        ("annual_noi * annual_noi / annual_debt_service", Unit.MONEY, "ratio_of_sums"),
        ("max(annual_noi / annual_debt_service, 2) * annual_noi", Unit.MONEY, "none"),
        ("0.5", Unit.FRACTION, "none"),
        ("dscr * 100", Unit.PERCENT, "ratio_of_sums"),
        ("dscr / annual_noi", Unit.RATIO, "none"),
        ("dscr - dscr_minimum", Unit.RATIO, "ratio_of_sums"),
    ],
)
def test_how_a_metric_is_added_up(formula: str, unit: Unit, kind: str) -> None:
    last = metric(formula, unit)
    spec = dscr_spec(metrics=(*dscr_spec().metrics, last))
    assert total_kind(last, spec) == kind
    assert (fraction_of(last, spec) is not None) == (kind == "ratio_of_sums")


def test_what_the_person_said_about_totals_stands() -> None:
    said = metric("annual_noi / annual_debt_service").model_copy(update={"total": "none"})
    assert total_kind(said, dscr_spec(metrics=(said,))) == "none"


def test_totals_of_the_samples() -> None:
    found = [total_kind(m, spec) for spec in (ltv_spec(), customer_spec(), shops_spec()) for m in spec.metrics]
    assert found == ["ratio_of_sums"] * 3 + ["sum"] + ["ratio_of_sums"] * 2 + ["sum", "none"]


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("price * quantity", 2),
        ("price * 0.7 * quantity", 3),
        ("price * rate", 6),
        ("price * (1 - rate)", 6),
        ("price + quantity", 2),
        ("quantity", 0),
        ("price * unknown", 8),
        ("unknown * unknown", 10),
        ("price / quantity", 10),
        ("price ** 3", 6),
        ("price if quantity > 0.5555 else 0", 2),
        ("coalesce(price, 0.125)", 3),
        ("100.00 * quantity", 0),
        ("", 0),
    ],
)
def test_decimals_a_sum_has_to_keep(expression: str, expected: int) -> None:
    def field(name: str, kind: Kind, scale: int | None) -> SourceField:
        return SourceField(name=name, column=ColumnName(table="t", column=name), kind=kind, scale=scale)

    aggregate = Aggregate(
        function="sum",
        expression=expression,
        table=TableName(table="t"),
        key=(ColumnName(table="t", column="k"),),
        fields=(
            field("price", Kind.DECIMAL, 2),
            field("quantity", Kind.INTEGER, None),
            field("rate", Kind.REAL, 4),
            field("unknown", Kind.REAL, None),
        ),
    )
    assert decimals(aggregate) == expected
