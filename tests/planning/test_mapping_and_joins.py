"""Which column a term is, which table a row is, and joins that never multiply rows."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from planning_scene import Planner, limits

from daemon.adapters.database import open_database
from daemon.core.build import Term
from daemon.core.schema import Column, ForeignKey, Kind, Schema, Table, TableRef
from daemon.core.spec import Unit
from daemon.planning.glossary import Glossary
from daemon.planning.joins import reach
from daemon.planning.mapping import EXACT, FOREIGN, QUALIFIED, SYNONYM, candidates

NOI = Term(name="noi", phrase="net operating income", synonyms=("noi", "net operating income"), unit=Unit.MONEY)


def table(name: str, *columns: str, key: tuple[str, ...] = ("id",), keys: tuple[ForeignKey, ...] = ()) -> Table:
    made = tuple(Column(name=c, kind=Kind.INTEGER, sql_type="INTEGER") for c in columns)
    return Table(ref=TableRef(name), columns=made, primary_key=key, foreign_keys=keys)


def to(column: str, target: str) -> ForeignKey:
    return ForeignKey(columns=(column,), target=TableRef(target), target_columns=("id",))


@pytest.mark.parametrize(
    ("column", "score"),
    [
        ("net_operating_income", EXACT),
        ("NetOperatingIncome", EXACT),
        ("noi", SYNONYM),
        ("annual_noi", QUALIFIED),
        ("NOI_USD", QUALIFIED),
        ("net_oper_inc", SYNONYM),
        ("monthly_noi", FOREIGN),
        ("budget_noi", FOREIGN),
        ("noi_2023", FOREIGN),
        ("income", None),
        ("noise", None),
        ("noi_id", None),
    ],
)
def test_names_fit_by_whole_words(column: str, score: int | None) -> None:
    schema = Schema(dialect="sqlite", tables=(table("deals", "id", column),))
    assert [c.score for c in candidates(NOI, schema, Glossary())] == ([] if score is None else [score])


def test_keys_and_texts_are_no_figures() -> None:
    keyed = table("deals", "id", "noi", key=("id", "noi"))
    assert candidates(NOI, Schema(dialect="sqlite", tables=(keyed,)), Glossary()) == ()


def test_an_exact_name_leaves_only_itself() -> None:
    schema = Schema(dialect="sqlite", tables=(table("deals", "id", "net_operating_income", "noi"),))
    assert [c.column.name for c in candidates(NOI, schema, Glossary())] == ["net_operating_income"]


CHAIN = Schema(
    dialect="sqlite",
    tables=(
        table("regions", "id"),
        table("properties", "id", "region_id", keys=(to("region_id", "regions"),)),
        table("metrics", "property_id", key=("property_id",), keys=(to("property_id", "properties"),)),
        table("loans", "id", "property_id", keys=(to("property_id", "properties"),)),
    ),
)


def reached(root: str) -> dict[str, bool]:
    """Tables within reach, and whether several rows share theirs."""
    found = reach(CHAIN, TableRef(root), lambda *_: False)
    return {t.name: found.shares(t) for t in found.paths}


def test_parents_and_one_to_one_children_are_within_reach() -> None:
    assert reached("properties") == {"properties": False, "metrics": False, "regions": True}


def test_from_a_child_everything_above_is_within_reach() -> None:
    assert reached("loans") == {"loans": False, "properties": True, "regions": True, "metrics": True}


def test_many_children_are_out_of_reach() -> None:
    assert reached("regions") == {"regions": False}


def test_two_ways_are_no_way() -> None:
    orders = table("orders", "id", "billed", "shipped", keys=(to("billed", "places"), to("shipped", "places")))
    schema = Schema(dialect="sqlite", tables=(table("places", "id"), orders))
    assert reach(schema, TableRef("orders"), lambda *_: False).path(TableRef("places")) is None


def test_a_table_that_points_to_itself_ends() -> None:
    staff = table("staff", "id", "boss", keys=(to("boss", "staff"),))
    assert list(reach(Schema(dialect="sqlite", tables=(staff,)), TableRef("staff"), lambda *_: True).paths) == [
        TableRef("staff")
    ]


def test_uniqueness_the_schema_does_not_promise_is_measured_and_said(planner_over: Callable[..., Planner]) -> None:
    own = planner_over(
        "CREATE TABLE properties (id INTEGER PRIMARY KEY, noi INTEGER);"
        "CREATE TABLE loans (id INTEGER PRIMARY KEY, property_id INTEGER REFERENCES properties, debt_service INTEGER);"
        "INSERT INTO properties VALUES (1, 10), (2, 20); INSERT INTO loans VALUES (1, 1, 2), (2, 2, 3);"
    )
    spec = own.plan("DSCR for properties").spec
    assert [j.table.table for j in spec.entity.joins] == ["loans"]
    assert any("does not promise" in w for w in spec.warnings)


def test_a_shared_value_is_not_added_up(planner_over: Callable[..., Planner]) -> None:
    own = planner_over(
        "CREATE TABLE properties (id INTEGER PRIMARY KEY, appraised_value INTEGER);"
        "CREATE TABLE loans (id INTEGER PRIMARY KEY, property_id INTEGER REFERENCES properties, loan_balance INTEGER);"
        "INSERT INTO properties VALUES (1, 100); INSERT INTO loans VALUES (1, 1, 30), (2, 1, 40);"
    )
    spec = own.plan("LTV is loan_balance / appraised_value for each loan").spec
    assert (spec.entity.table.table, spec.metrics[0].total) == ("loans", "none")
    assert any("has no total" in a for a in spec.assumptions)


def test_a_figure_without_a_column_is_computed_from_its_parts(planner_over: Callable[..., Planner]) -> None:
    own = planner_over(
        "CREATE TABLE deals (id INTEGER PRIMARY KEY, gross_income INTEGER, opex INTEGER, debt_service INTEGER);"
    )
    spec = own.plan("DSCR for each deal").spec
    assert spec.metrics[0].formula == "(gross_income - opex) / debt_service"
    assert any("no net operating income" in a for a in spec.assumptions)
    assert own.plan("DSCR for each deal with 10% stress test").end == "leftovers"


def test_a_price_stands_in_for_a_value_and_is_said(planner_over: Callable[..., Planner]) -> None:
    own = planner_over("CREATE TABLE deals (id INTEGER PRIMARY KEY, noi INTEGER, purchase_price INTEGER);")
    spec = own.plan("cap rate for each deal").spec
    assert spec.metrics[0].formula == "noi / purchase_price"
    assert any("purchase price is used" in a for a in spec.assumptions)


@pytest.mark.parametrize(
    ("value", "formula", "unit"),
    [("0.95", "occupancy_rate", Unit.FRACTION), ("95.5", "occupancy_rate / 100", Unit.PERCENT)],
)
def test_the_data_says_whether_a_column_is_percent(
    planner_over: Callable[..., Planner], value: str, formula: str, unit: Unit
) -> None:
    own = planner_over(
        f"CREATE TABLE deals (id INTEGER PRIMARY KEY, occupancy_rate REAL);INSERT INTO deals VALUES (1, {value});"
    )
    spec = own.plan("occupancy for each deal, below 90% is weak").spec
    assert (spec.metrics[0].formula, spec.inputs[0].unit) == (formula, unit)
    assert limits(spec, "occupancy")[0][1] == "occupancy < 0.9"
    assert any(value in a for a in spec.assumptions)


def test_names_never_collide(planner_over: Callable[..., Planner]) -> None:
    own = planner_over(
        'CREATE TABLE deals (id INTEGER PRIMARY KEY, noi INTEGER, "mode" INTEGER, "Stress Rate" INTEGER);'
        "INSERT INTO deals VALUES (1, 2, 3, 4);"
    )
    spec = own.plan("NOI for each deal").spec
    names = [i.name for i in spec.inputs] + [m.name for m in spec.metrics] + [k.argument for k in spec.entity.key]
    assert len(set(names)) == len(names)


def test_both_engines_give_the_same_plan(orlando: str, orlando_planner: Planner) -> None:
    text = "DSCR and LTV for the multifamily properties with 15% stress on NOI"
    plan = Planner(open_database(orlando)).plan(text)
    other = orlando_planner.plan(text)
    assert [m.formula for m in plan.spec.metrics] == [m.formula for m in other.spec.metrics]
    assert plan.spec.entity == other.spec.entity


STAFF = (
    "CREATE TABLE departments (id INTEGER PRIMARY KEY, dept_name TEXT, budget NUMERIC);"
    "CREATE TABLE hr_employees (id INTEGER PRIMARY KEY, full_name TEXT, salary NUMERIC, extra NUMERIC,"
    " department_id INTEGER REFERENCES departments);"
    "INSERT INTO departments VALUES (1, 'Shipping', 90);"
    "INSERT INTO hr_employees VALUES (1, 'Ann', 10, 2, 1), (2, 'Bo', 9, 1, 1);"
)


def test_a_table_is_known_by_its_last_word(planner_over: Callable[..., Planner]) -> None:
    spec = planner_over(STAFF).plan("salary for each employee").spec
    assert (spec.entity.table.table, spec.entity.name) == ("hr_employees", "employee")
    assert any("one row of hr_employees" in a for a in spec.assumptions)


def test_a_value_of_a_parent_restricts_its_children(planner_over: Callable[..., Planner]) -> None:
    spec = planner_over(STAFF).plan("salary for each employee in Shipping").spec
    assert spec.entity.where == "dept_name == 'Shipping'"
    assert [j.table.table for j in spec.entity.joins] == ["departments"]


def test_a_value_that_is_shared_is_not_shown_as_a_rows_own(planner_over: Callable[..., Planner]) -> None:
    assert "several rows share it" in planner_over(STAFF).plan("budget per employee").left


@pytest.mark.parametrize(
    ("text", "unit"),
    [
        ("share = extra / salary for each employee, show in percent with 1 decimal", Unit.FRACTION),
        ("pay = salary + extra for each employee", Unit.MONEY),
        ("share = extra / (salary + extra) for each employee", Unit.RATIO),
        ("odd = extra / salary for each employee", Unit.NUMBER),
    ],
)
def test_units_that_no_name_tells_follow_from_the_formula(
    planner_over: Callable[..., Planner], text: str, unit: Unit
) -> None:
    assert planner_over(STAFF).plan(text).metric.unit is unit


OUTFLOWS = (
    "CREATE TABLE deals (id INTEGER PRIMARY KEY, egi INTEGER, opex INTEGER, loan_balance INTEGER,"
    " appraised_value INTEGER, debt_service INTEGER);"
)


@pytest.mark.parametrize(
    ("text", "answer", "formula"),
    [
        ("expense ratio for each deal", "turned", "(-opex) / egi"),
        ("expense ratio for each deal", "as it is", "opex / egi"),
        ("NOI for each deal", "turned", "egi - (-opex)"),
        ("net = egi - opex for each deal", "turned", "egi - (-opex)"),
    ],
)
def test_expenses_below_zero_are_asked_about(
    planner_over: Callable[..., Planner], text: str, answer: str, formula: str
) -> None:
    own = planner_over(f"{OUTFLOWS} INSERT INTO deals (id, egi, opex) VALUES (1, 100, -40), (2, 90, 0), (3, 80, NULL);")
    assert own.plan(text).questions == {"q1": ("with its sign turned", "as it is", "stop: do not build this")}
    plan = own.plan(text, {"q1": answer})
    assert plan.metric.formula == formula
    assert any("opex" in a and "as answered" in a for a in plan.spec.assumptions)
    assert own.plan(text, {"q1": "stop"}).end == "refusal"


def test_a_missing_figure_keeps_its_reason_when_its_sign_is_turned(planner_over: Callable[..., Planner]) -> None:
    own = planner_over(f"{OUTFLOWS} INSERT INTO deals VALUES (1, 100, 40, -700, 1000, 5);")
    rules = own.plan("LTV for each deal", {"q1": "turned"}).metric.undefined
    assert ("loan_balance is None", "no loan figure") in [(u.when, u.reason) for u in rules]


@pytest.mark.parametrize("text", ["LTV for each deal", "expense ratio for each deal", "break-even ratio for each deal"])
def test_single_values_below_zero_give_no_figure(planner_over: Callable[..., Planner], text: str) -> None:
    own = planner_over(
        f"{OUTFLOWS} INSERT INTO deals VALUES (1, 100, -40, -700, 1000, 5), (2, 100, 40, 700, 1000, -5);"
    )
    plan = own.plan(text)
    assert any(u.when.endswith(" < 0") and u.reason.startswith("negative") for u in plan.metric.undefined)
    assert any("above and below zero" in w for w in plan.spec.warnings)


def test_joined_words_of_column_names_are_written_as_they_are(planner_over: Callable[..., Planner]) -> None:
    own = planner_over('CREATE TABLE "Deal" ("Id" INTEGER PRIMARY KEY, "NetIncome" INTEGER, "FloorSpace" INTEGER);')
    for text in ("NetIncome / FloorSpace for each deal", "NetIncome per FloorSpace for each deal"):
        assert [i.column.column for i in own.plan(text).spec.inputs if i.column] == ["NetIncome", "FloorSpace"]
    named = own.plan("yield per deal = NetIncome / FloorSpace").spec
    assert [m.title for m in named.metrics] == ["yield"]


@pytest.mark.parametrize(("smallest", "warned"), [("0.95", True), ("0", False), ("15", False)])
def test_a_fraction_among_percents_is_warned_about(
    planner_over: Callable[..., Planner], smallest: str, warned: bool
) -> None:
    own = planner_over(
        "CREATE TABLE deals (id INTEGER PRIMARY KEY, occupancy_pct NUMERIC(5,2));"
        f"INSERT INTO deals VALUES (1, 95), (2, {smallest});"
    )
    warnings = own.plan("occupancy for each deal").spec.warnings
    assert any("is that a fraction" in w for w in warnings) is warned


MORTGAGES = (
    "CREATE TABLE properties (id INTEGER PRIMARY KEY, noi INTEGER, debt_service INTEGER, market_value INTEGER);"
    "CREATE TABLE loans (id INTEGER PRIMARY KEY, property_id INTEGER REFERENCES properties, balance INTEGER);"
    "INSERT INTO properties VALUES (1, 9, 3, 100), (2, 8, 2, 90); INSERT INTO loans VALUES (1, 1, 30), (2, 2, 40);"
)
SECOND = "INSERT INTO loans VALUES (3, 1, 20);"


def test_a_column_is_known_with_the_word_of_its_table(planner_over: Callable[..., Planner]) -> None:
    own = planner_over(MORTGAGES + SECOND)
    assert own.plan("LTV for each loan").metric.formula == "balance / market_value"
    assert "loans.balance" in own.plan("LTV for each property").left
    assert own.plan("total loan balance per property").spec.inputs[0].aggregate is not None


def test_a_figure_made_of_shared_values_is_no_figure_of_each_row(planner_over: Callable[..., Planner]) -> None:
    assert "several rows share it" in planner_over(MORTGAGES + SECOND).plan("DSCR per loan").left


def test_a_shared_value_beside_a_rows_own_is_warned_about(planner_over: Callable[..., Planner]) -> None:
    warnings = planner_over(MORTGAGES + SECOND).plan("debt yield per loan").spec.warnings
    assert any("share properties.noi; each gets all of it" in w for w in warnings)


def test_what_could_be_shared_but_is_not_counts_for_each_row(planner_over: Callable[..., Planner]) -> None:
    spec = planner_over(MORTGAGES).plan("DSCR per loan").spec
    assert (spec.metrics[0].total, spec.warnings) == ("none", ())
