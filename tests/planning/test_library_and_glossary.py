"""The formula library as data, and the user's own words."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

import pytest
from planning_scene import Planner, library
from pydantic import ValidationError

from daemon.compiler.formula import evaluate, parse
from daemon.compiler.formula.units import check, fits
from daemon.core.errors import ConfigError
from daemon.planning.glossary import load_glossary
from daemon.planning.library import Formula, FormulaLibrary

WANTED = {
    "dscr", "ltv", "ltc", "debt_yield", "cap_rate", "noi", "expense_ratio", "break_even_ratio", "cash_on_cash",
    "gross_rent_multiplier", "equity_multiple", "interest_coverage", "occupancy", "mortgage_constant", "npv", "irr",
    "price_per_unit", "price_per_area",
}  # fmt: skip


def test_every_promised_formula_is_there() -> None:
    assert {f.name for f in library().formulas} >= WANTED


@pytest.mark.parametrize("formula", library().formulas, ids=lambda f: f.name)
def test_formulas_say_what_they_are(formula: Formula) -> None:
    assert formula.definition.endswith(".")
    assert formula.limit is None or formula.limit.source
    assert formula.supported or formula.notes


@pytest.mark.parametrize("formula", [f for f in library().formulas if f.supported], ids=lambda f: f.name)
def test_units_of_formulas_fit(formula: Formula) -> None:
    units = {i.name: i.unit for i in library().inputs}
    assert fits(check(parse(formula.formula), units, formula.formula), formula.unit)
    for condition in formula.undefined:
        assert check(parse(condition.when), units).kind == "condition"


@pytest.mark.parametrize(
    ("name", "values", "expected"),
    [
        ("dscr", {"noi": "405000", "debt_service": "300000"}, "1.35"),
        ("ltv", {"loan": "13500000", "appraised_value": "20000000"}, "0.675"),
        ("debt_yield", {"noi": "1250000", "loan": "12500000"}, "0.1"),
        ("cap_rate", {"noi": "60", "value": "1000"}, "0.06"),
        ("expense_ratio", {"operating_expenses": "40", "effective_gross_income": "100"}, "0.4"),
        ("mortgage_constant", {"debt_service": "75.8482", "loan": "1000"}, "0.0758482"),
        ("gross_rent_multiplier", {"price": "1000", "gross_rent": "125"}, "8"),
    ],
)  # fmt: skip
def test_worked_examples(name: str, values: dict[str, str], expected: str) -> None:
    formula = library().formula(name)
    assert formula is not None
    assert evaluate(parse(formula.formula), {k: Decimal(v) for k, v in values.items()}) == Decimal(expected)


def test_a_library_that_contradicts_itself_is_refused() -> None:
    data = library().model_dump()
    data["formulas"][0]["formula"] = "noi / unknown"
    with pytest.raises(ValidationError, match="do not agree"):
        FormulaLibrary.model_validate(data)


def test_a_synonym_belongs_to_one_formula() -> None:
    data = library().model_dump()
    data["formulas"][1]["synonyms"] = ["dscr", *data["formulas"][1]["synonyms"]]
    with pytest.raises(ValidationError, match="synonyms of two formulas"):
        FormulaLibrary.model_validate(data)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[noi", "not valid TOML"),
        ("noi = 3", "'noi' is no table"),
        ("[noi]\ncolum = 'a.b'", "unknown key 'colum'"),
        ("[noi]\ncolumn = 'b'", "key 'column'"),
        ("[noi]\nunit = 'money'", "key 'column'"),
        ("[noi]\ncolumn = 'a.b'\nunit = 'dollars'", "key 'unit'"),
    ],
)
def test_mistakes_in_a_glossary_are_named(text: str, words: str) -> None:
    with pytest.raises(ConfigError, match=words):
        load_glossary(text)


def test_an_empty_glossary_is_fine() -> None:
    assert load_glossary("").entries == ()


BOOK = (
    "CREATE TABLE deals (id INTEGER PRIMARY KEY, f12 NUMERIC(12,2), f13 NUMERIC(12,2));"
    "INSERT INTO deals VALUES (1, 5, -4);"
)


def test_the_glossary_decides_which_column_a_term_is(planner_over: Callable[..., Planner]) -> None:
    own = planner_over(BOOK, "[NOI]\ncolumn = 'deals.f12'\n['debt service']\ncolumn = 'deals.f13'\nsign = 'negative'\n")
    spec = own.plan("DSCR for each deal").spec
    assert spec.metrics[0].formula == "f12 / (-f13)"
    assert any("sign turned" in a for a in spec.assumptions)


def test_words_of_the_glossary_may_stand_in_formulas(planner_over: Callable[..., Planner]) -> None:
    own = planner_over(BOOK, "[take]\ncolumn = 'deals.f12'\nunit = 'money'\n")
    metric = own.plan("half = take / 2 for each deal").metric
    assert (metric.formula, metric.unit.value, metric.total) == ("f12 / 2", "money", "sum")
