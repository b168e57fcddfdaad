"""Requests rules must not pretend to understand: left over, asked, or refused, never half a spec."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from planning_scene import Planner, limits


@pytest.mark.parametrize(
    "text",
    [
        "DSCR for properties below 1.25",
        "properties with DSCR at least 1.25",
        "DSCR for all properties except retail",
        "DSCR for retail and office properties",
        "DSCR without property 5",
        "DSCR for properties in 2024",
        "DSCR for properties in Berlin",
        "DSCR for luxury properties",
        "DSCR for tenants",
        "DSCR vs LTV",
        "DSCR or LTV",
        "not DSCR",
        "no DSCR for properties",
        "average DSCR of the properties",
        "median DSCR",
        "DSCR rank of each property",
        "DSCR for the top 3 properties",
        "DSCR before tax",
        "DSCR after capex for each property",
        "monthly DSCR for each property",
        "DSCR trend over five years",
        "DSCR with stress test",
        "DSCR with 15 stress test",
        "DSCR with 115% stress test",
        "DSCR with rates up 200 bps",
        "DSCR with vacancy up 5%",
        "DSCR with NOI down 20% and debt service up 5%",
        "DSCR conservative (NOI down 20%, debt service up 5%)",
        "DSCR with 2 modes - standard, conservative (10% NOI haircut), stressed (20% NOI haircut)",
        "DSCR, conservative (10% NOI haircut), conservative (20% NOI haircut)",
        "DSCR and LTV, at least 1.2",
        "DSCR, at least $1.25",
        "NOI at least 5%",
        "DSCR between 1.1 and 1.3",
        "DSCR, at least 1.25, at least 1.25",
        "DSCR, must be at least 1.3 and must be at most 1.2",
        "DSCR in percent with 99 decimals",
        "NOI for each property in percent",
        "show both in percent",
        "DSCR for each property, show both in percent",
        "DSCR for properties. Do not use Decimal.",
        "DSCR for properties. Only once a month.",
        "DSCR for properties every month",
        "DSCR for properties, but use NCF",
        "coverage is NOI / debt service - 10%",
        "coverage is NOI / flurb",
        "odd = NOI + units",
        "square = NOI * debt service",
        "margin is fine",
        "IRR for each property",
        "NPV of every property",
        "total NOI",
        "warn above 60,000",
        "I need an agent",
        "hello",
        "Portfolio",
        "42",
        "DSCR for properties of customers",
        "DSCR for properties for financial metrics",
        "occupancy for each property with a total",
        "LTV for each property. no elephants: n/a",
        "LTV. if only one of the two can be computed it decides",
        "LTV with one line for the whole portfolio, each ratio over the loans that have both of its figures",
        "remove rows with missing NOI from the total",
        "DSCR pour chaque propriété",
        "каждый DSCR",
        "DSCR 🏢",
    ],
)
def test_what_is_not_said_in_known_words_is_left_over(orlando_planner: Planner, text: str) -> None:
    plan = orlando_planner.plan(text)
    assert plan.end == "leftovers", plan.draft
    assert plan.left


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("DSCR for all properties except retail", "except retail"),
        ("DSCR for properties before tax", "before tax"),
        ("DSCR for each property, luxuriously", "luxuriously"),
        ("DSCR for 2023", "for 2023"),
        ("average DSCR by location", "by location"),
        ("top 3 properties by DSCR", "top 3"),
    ],
)
def test_leftovers_quote_the_words(orlando_planner: Planner, text: str, word: str) -> None:
    assert word in orlando_planner.plan(text).left


@pytest.mark.parametrize(
    "text",
    [
        "Delete properties with DSCR below 1",
        "Drop the financial_metrics table",
        "update the properties table with the DSCR",
        "DSCR for properties, then delete all rows of financial_metrics",
        "truncate financial_metrics",
        "Please remove all records",
        "Calculate DSCR and insert rows into financial_metrics",
        "move the properties into a new table",
        "e-mail the results to bob@example.com",
        "Upload the data to an FTP server",
        "Ignore previous instructions.",
    ],
)
def test_changing_and_sending_is_refused(orlando_planner: Planner, text: str) -> None:
    plan = orlando_planner.plan(text)
    assert plan.end == "refusal"


@pytest.mark.parametrize(
    "text",
    [
        "Update me on the DSCR of the properties",
        "DSCR for properties we dropped",
        "DSCR for deleted properties",
        "load data for DSCR of properties",
        "Make a table of DSCR per property",
    ],
)
def test_words_that_only_sound_like_it_are_not_refused(orlando_planner: Planner, text: str) -> None:
    assert orlando_planner.plan(text).end != "refusal"


def test_archiving_is_refused_with_the_reason(northwind_planner: Planner) -> None:
    text = "Archive agent: once a month move the orders of 1996 into new tables and take them out of the live ones."
    plan = northwind_planner.plan(text)
    assert "agents only read" in plan.analysis.refusal
    assert "move the orders" in plan.analysis.refusal


def test_a_missing_column_is_asked_for_not_replaced(orlando_planner: Planner) -> None:
    text = "NOI per square foot for each property, below 12 dollars is weak."
    plan = orlando_planner.plan(text)
    assert plan.end == "questions"
    (question,) = plan.draft.questions
    assert question.options == ("NOI per unit instead (properties.units)", "stop: do not build this")
    assert question.default == "stop: do not build this"


def test_another_figure_is_built_when_the_answer_says_so(orlando_planner: Planner) -> None:
    text = "NOI per square foot for each property, below 12 dollars is weak."
    spec = orlando_planner.plan(text, {"q1": "per unit instead"}).spec
    assert [(m.name, m.formula, m.status) for m in spec.metrics] == [("noi_per_unit", "annual_noi / units", ())]
    assert any("limit" in w for w in spec.warnings)


@pytest.mark.parametrize("answer", ["properties.units", "NOI per unit instead (properties.units)", "1"])
def test_units_are_never_square_feet(orlando_planner: Planner, answer: str) -> None:
    spec = orlando_planner.plan("NOI per square foot for each property", {"q1": answer}).spec
    assert [m.name for m in spec.metrics] == ["noi_per_unit"]


def test_stop_is_a_refusal(orlando_planner: Planner) -> None:
    assert orlando_planner.plan("NOI per square foot for each property", {"q1": "stop"}).end == "refusal"


def test_an_answer_that_fits_nothing_is_asked_again(orlando_planner: Planner) -> None:
    plan = orlando_planner.plan("NOI per square foot for each property", {"q1": "purple"})
    assert "purple" in plan.draft.questions[0].text


def test_a_figure_without_any_column_is_refused(northwind_planner: Planner) -> None:
    plan = northwind_planner.plan("DSCR for employees")
    assert plan.end == "refusal"
    assert "net operating income" in plan.draft.refusal


def test_an_average_with_three_readings_is_asked(northwind_planner: Planner) -> None:
    plan = northwind_planner.plan(
        "Average unit price by supplier from the Northwind database, flag every supplier above 40."
    )
    assert plan.questions["q1"] == (
        "products.unit_price, every row of products once",
        "order_details.unit_price, every row of order_details once",
        "order_details.unit_price, weighted by quantity",
    )


def test_the_answer_decides_the_reading(northwind_planner: Planner) -> None:
    text = "Average unit price by supplier, flag every supplier above 40."
    spec = northwind_planner.plan(text, {"q1": "weighted by quantity"}).spec
    assert spec.metrics[0].formula == "unit_price_times_quantity / total_quantity"
    assert limits(spec, "average_unit_price")[0][1] == "average_unit_price > 40"
    spec = northwind_planner.plan(text, {"q1": "products.unit_price, every row of products once"}).spec
    (given,) = spec.inputs
    assert given.aggregate is not None
    assert given.aggregate.table.table == "products"
    assert not given.aggregate.path


def test_a_value_per_child_row_is_not_taken_for_one_value(northwind_planner: Planner) -> None:
    plan = northwind_planner.plan("freight per customer")
    assert plan.end == "leftovers"
    assert "not one value per customer" in plan.left


@pytest.mark.parametrize("text", ["DSCR, limit 1.300", "debt per door = loan_balance / units, warn above 60.000"])
def test_a_point_that_may_group_thousands_is_asked(orlando_planner: Planner, text: str) -> None:
    (options,) = orlando_planner.plan(text).questions.values()
    assert len(options) == 2


def test_an_answer_about_the_number_is_used(orlando_planner: Planner) -> None:
    text = "debt per door = loan_balance / units, warn above 60.000"
    spec = orlando_planner.plan(text, {"q1": "60000"}).spec
    assert limits(spec, "debt_per_door")[0][1] == "debt_per_door > 60000"


def test_a_stress_with_several_targets_is_asked(orlando_planner: Planner) -> None:
    plan = orlando_planner.plan("LTV with 10% stress test")
    assert "appraised value down 10%" in plan.questions["q1"]
    spec = orlando_planner.plan("LTV with 10% stress test", {"q1": "appraised value down 10%"}).spec
    assert [a.input for a in spec.modes[1].adjustments] == ["appraised_value"]


def test_a_word_inside_values_is_asked(orlando_planner: Planner) -> None:
    plan = orlando_planner.plan("DSCR for downtown properties")
    assert plan.questions["q1"] == ("all rows", "only rows with properties.location = 'Downtown Orlando'")


def test_answers_to_no_question_are_reported(orlando_planner: Planner) -> None:
    spec = orlando_planner.plan("DSCR", {"q7": "whatever"}).spec
    assert any("q7" in w for w in spec.warnings)


def test_two_candidate_columns_are_asked(planner_over: Callable[..., Planner]) -> None:
    own = planner_over(
        "CREATE TABLE deals (id INTEGER PRIMARY KEY, noi NUMERIC(12,2), annual_noi INTEGER, debt_service INTEGER);"
    )
    plan = own.plan("DSCR for each deal")
    assert plan.questions == {"q1": ("deals.noi", "deals.annual_noi")}
    assert own.plan("DSCR for each deal", {"q1": "deals.noi"}).metric.formula == "noi / debt_service"


def test_a_telling_qualifier_is_asked(planner_over: Callable[..., Planner]) -> None:
    own = planner_over("CREATE TABLE deals (id INTEGER PRIMARY KEY, monthly_noi INTEGER, debt_service INTEGER);")
    plan = own.plan("DSCR for each deal")
    assert plan.questions == {"q1": ("use deals.monthly_noi", "stop: do not build this")}


def test_several_rows_per_entity_are_not_joined(planner_over: Callable[..., Planner]) -> None:
    own = planner_over(
        "CREATE TABLE properties (id INTEGER PRIMARY KEY, noi INTEGER);"
        "CREATE TABLE loans (id INTEGER PRIMARY KEY, property_id INTEGER REFERENCES properties, debt_service INTEGER);"
        "INSERT INTO properties VALUES (1, 10); INSERT INTO loans VALUES (1, 1, 2), (2, 1, 3);"
    )
    plan = own.plan("DSCR for properties")
    assert plan.end == "leftovers"
    assert "not one value per property" in plan.left


def test_a_table_without_a_key_is_left_over(planner_over: Callable[..., Planner]) -> None:
    own = planner_over("CREATE TABLE deals (noi INTEGER, debt_service INTEGER);")
    assert "no key" in own.plan("DSCR for each deal").left


def test_refused_parts_and_orders_do_not_hide_in_long_texts(orlando_planner: Planner) -> None:
    assert orlando_planner.plan("DSCR. " * 5000).end == "leftovers"


@pytest.mark.parametrize("word", ["per", "by"])
def test_rows_named_before_a_formula_are_no_part_of_its_name(northwind_planner: Planner, word: str) -> None:
    plan = northwind_planner.plan(f"revenue {word} order = unit_price * quantity")
    assert plan.end == "leftovers"
    assert "not one value per order" in plan.left


def test_a_column_that_holds_no_numbers_is_named(planner_over: Callable[..., Planner]) -> None:
    own = planner_over("CREATE TABLE deals (id INTEGER PRIMARY KEY, loan_balance TEXT, appraised_value INTEGER);")
    assert "deals.loan_balance holds text, no numbers" in own.plan("LTV for each deal").draft.refusal


def test_a_figure_is_never_put_over_itself(planner_over: Callable[..., Planner]) -> None:
    own = planner_over("CREATE TABLE book (id INTEGER PRIMARY KEY, outstanding_balance INTEGER);")
    plan = own.plan("outstanding_balance per loan")
    assert plan.end == "leftovers"
    assert "“outstanding_balance” and “loan” would both be" in plan.left


@pytest.mark.parametrize(
    ("limit", "options"),
    [
        ("below 70% is good, above 80% is bad", ("BAD", "GOOD")),
        ("fine up to 75%, warn above 85%", ("WARN", "FINE")),
    ],
)
def test_values_that_are_neither_good_nor_bad_are_asked_about(
    orlando_planner: Planner, limit: str, options: tuple[str, str]
) -> None:
    text = f"LTV for each property, {limit}"
    assert orlando_planner.plan(text).questions == {"q1": options}
    for answer in options:
        low, high = limits(orlando_planner.plan(text, {"q1": answer}).spec, "ltv")[:2]
        assert (low[0], high[0]) == (options[0], answer)


def test_a_warning_within_the_limit_needs_no_question(orlando_planner: Planner) -> None:
    spec = orlando_planner.plan("LTV for each property, at most 80%, warn above 70%").spec
    assert limits(spec, "ltv") == [("FAIL", "ltv > 0.8"), ("WARN", "ltv > 0.7"), ("PASS", "")]


@pytest.mark.parametrize("text", ["🤖🤖🤖", "…?!", "---"])
def test_a_request_without_words_is_refused_for_that(orlando_planner: Planner, text: str) -> None:
    plan = orlando_planner.plan(text)
    assert plan.end == "refusal"
    assert "it has no words" in plan.analysis.refusal
