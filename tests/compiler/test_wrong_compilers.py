"""Compilers that make a mistake: the compiled tests fail on what they emit, and pass on the right one's."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest
from compiled import CHINOOK, ORLANDO, compile_agents, compile_tests, python, write
from rich_specs import (
    CATALOGUE,
    NORTHWIND,
    catalogue_gaps,
    discounts,
    order_days,
    shipments_at_known_places,
    slow_shipments,
)
from specs import customer_spec, dscr_spec, ltv_spec

from daemon.checks.trial import QUICK, TOKEN_VARIABLE
from daemon.checks.verdict import Trial, read_trials

TOKEN = "f" * 32
SPECS = {
    "dscr": (dscr_spec(), ORLANDO),
    "ltv": (ltv_spec(), ORLANDO),
    "customer": (customer_spec(), CHINOOK),
    "discounts": (discounts("sqlite"), NORTHWIND),
    "shipments": (slow_shipments("sqlite"), NORTHWIND),
    "places": (shipments_at_known_places(), NORTHWIND),
    "catalogue": (catalogue_gaps("sqlite"), CATALOGUE),
    "days": (order_days(), NORTHWIND),
}


@dataclass(frozen=True, kw_only=True)
class Mistake:
    """What a wrong compiler would write instead of ``right``."""

    spec: str
    agent: str
    right: str
    wrong: str


HAIRCUT = "row.annual_noi - abs(row.annual_noi) * parameters.noi_haircut"
RATIO = "Ratio(row.annual_noi, row.annual_debt_service)"
DAYS = "days_between(_ORDERS.c.order_date, _ORDERS.c.shipped_date)"
SAME_GROUP = "_ORDERS_TOTALS.c.country.is_not_distinct_from(_COUNTRIES.c.country)"
PRICE = "_INVOICE_LINE.c.UnitPrice * _INVOICE_LINE.c.Quantity"
MISTAKES = {
    "operands of the division swapped": Mistake(
        spec="dscr", agent="calc", right=RATIO, wrong="Ratio(row.annual_debt_service, row.annual_noi)"
    ),
    "haircut dropped": Mistake(spec="dscr", agent="calc", right=HAIRCUT, wrong="row.annual_noi"),
    "haircut makes a loss smaller": Mistake(
        spec="dscr", agent="calc", right=HAIRCUT, wrong="row.annual_noi * (1 - parameters.noi_haircut)"
    ),
    "limit not included": Mistake(spec="dscr", agent="calc", right="if dscr >=", wrong="if dscr >"),
    "rounded before the limit is compared": Mistake(
        spec="dscr",
        agent="calc",
        right="status = _dscr_status(exact, parameters)",
        wrong="status = _dscr_status(shown, parameters)",
    ),
    "total is the mean of the ratios": Mistake(
        spec="dscr", agent="calc", right=RATIO, wrong="Ratio(row.annual_noi / row.annual_debt_service, Decimal(1))"
    ),
    "rounded to another number of decimals": Mistake(
        spec="dscr", agent="calc", right="rounded(exact, 2)", wrong="rounded(exact, 3)"
    ),
    "mode ignored by the total": Mistake(
        spec="dscr",
        agent="calc",
        right="_adjusted(row, mode, parameters) for row",
        wrong='_adjusted(row, "standard", parameters) for row',
    ),
    "parameter ignored": Mistake(
        spec="dscr", agent="calc", right="parameters.dscr_minimum", wrong="DEFAULTS.dscr_minimum"
    ),
    "missing counts as zero": Mistake(
        spec="dscr",
        agent="data",
        right='_FINANCIAL_METRICS.c.annual_noi.label("annual_noi")',
        wrong='__import__("sqlalchemy").func.coalesce(_FINANCIAL_METRICS.c.annual_noi, 0).label("annual_noi")',
    ),
    "inner join": Mistake(spec="dscr", agent="data", right=".outerjoin(", wrong=".join("),
    "columns exchanged": Mistake(
        spec="dscr",
        agent="data",
        right='.annual_debt_service.label("annual_debt_service")',
        wrong='.annual_noi.label("annual_debt_service")',
    ),
    "order of statuses reversed": Mistake(
        spec="ltv", agent="calc", right="STATUS_ORDER,\n", wrong="STATUS_ORDER[::-1],\n"
    ),
    "zero divisor not asked for": Mistake(
        spec="ltv", agent="calc", right="if row.appraised_value == 0:", wrong="if row.appraised_value == -1:"
    ),
    "condition of the aggregate negated": Mistake(
        spec="customer", agent="data", right='.BillingCountry != "Nowhere"', wrong='.BillingCountry == "Nowhere"'
    ),
    "condition of the aggregate dropped": Mistake(
        spec="customer", agent="data", right='.BillingCountry != "Nowhere"', wrong='.BillingCountry != "No"'
    ),
    "filter of the rows dropped": Mistake(
        spec="customer",
        agent="data",
        right="_CUSTOMER.c.Company.is_not(None)",
        wrong="_CUSTOMER.c.CustomerId.is_not(None)",
    ),
    "factor dropped": Mistake(spec="customer", agent="data", right=PRICE, wrong="_INVOICE_LINE.c.UnitPrice"),
    "rows without children dropped": Mistake(
        spec="customer", agent="data", right="_CUSTOMER.outerjoin(", wrong="_CUSTOMER.join("
    ),
    "limit of the condition included": Mistake(spec="shipments", agent="data", right="> 14", wrong=">= 14"),
    "days counted backwards": Mistake(
        spec="shipments",
        agent="data",
        right=DAYS,
        wrong="days_between(_ORDERS.c.shipped_date, _ORDERS.c.order_date)",
    ),
    "time of day counts": Mistake(
        spec="places",
        agent="data",
        right=f"exact_avg({DAYS}, 0)",
        wrong="exact_avg(func.julianday(_ORDERS.c.shipped_date) - func.julianday(_ORDERS.c.order_date), 0)",
    ),
    "last day included": Mistake(spec="discounts", agent="data", right='< "1998-01-01"', wrong='<= "1998-01-01"'),
    "first day left out": Mistake(spec="discounts", agent="data", right='>= "1997-01-01"', wrong='> "1997-01-01"'),
    "column of another table": Mistake(
        spec="discounts", agent="data", right="_PRODUCTS.c.unit_price", wrong="_ORDER_DETAILS.c.unit_price"
    ),
    "group without a key has no figures": Mistake(
        spec="shipments",
        agent="data",
        right=SAME_GROUP,
        wrong="_ORDERS_TOTALS.c.country == _COUNTRIES.c.country",
    ),
    "group without a key dropped": Mistake(
        spec="shipments",
        agent="data",
        right=".distinct()",
        wrong=".where(_CUSTOMERS.c.country.is_not(None)).distinct()",
    ),
    "groups twice": Mistake(spec="shipments", agent="data", right=".distinct()", wrong=""),
    "rows of nobody in the group without a key": Mistake(
        spec="shipments",
        agent="data",
        right="_CUSTOMERS.c.customer_id.is_not(None)",
        wrong="_ORDERS.c.customer_id.is_not(None)",
    ),
    "condition on NULL lost": Mistake(
        spec="shipments",
        agent="data",
        right="case((_ORDERS.c.shipped_date.is_(None), 1))",
        wrong="_ORDERS.c.customer_id",
    ),
    "rows outside the filter in a group": Mistake(
        spec="places",
        agent="data",
        right="_CUSTOMERS.c.customer_id.is_not(None), _CUSTOMERS.c.city.is_not(None)",
        wrong="_CUSTOMERS.c.customer_id.is_not(None)",
    ),
    "limit of an amount included": Mistake(
        spec="catalogue", agent="catalogue_data", right='> Decimal("1.00")', wrong='>= Decimal("1.00")'
    ),
    "nothing expensive is missing": Mistake(
        spec="catalogue",
        agent="catalogue_data",
        right="func.coalesce(_TRACK_TOTALS.c.list_value, 0)",
        wrong="_TRACK_TOTALS.c.list_value",
    ),
    "days between inputs swapped": Mistake(
        spec="days",
        agent="calc",
        right="days_between(row.ordered, row.shipped)",
        wrong="days_between(row.shipped, row.ordered)",
    ),
    "day of an input shifted": Mistake(spec="days", agent="calc", right="date(2024, 4, 18)", wrong="date(2024, 4, 17)"),
    "amounts rounded to whole numbers": Mistake(
        spec="customer", agent="data", right=PRICE, wrong=f'__import__("sqlalchemy").func.round({PRICE})'
    ),
}


@pytest.fixture(scope="module")
def trials(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Trial]:
    """Every mistake in a folder of its own, tried in few goes."""
    root = tmp_path_factory.mktemp("compilers")
    names = [*SPECS, *MISTAKES]
    for number, name in enumerate(names):
        mistake = MISTAKES.get(name)
        folder = write_spec(root / str(number), mistake.spec if mistake else name)
        if mistake:
            make(mistake, folder)
    reported: dict[str, Trial] = {}
    for batch in batched(list(map(str, range(len(names))))):
        run = python(root, "-m", "daemon.checks.trial", QUICK, *batch, **{TOKEN_VARIABLE: TOKEN})
        reported |= read_trials(run.stdout, TOKEN)
    return {name: reported[str(number)] for number, name in enumerate(names)}


def batched(folders: list[str], size: int = 12) -> list[list[str]]:
    """Few enough for the time limit of one run on a busy machine."""
    return [folders[start : start + size] for start in range(0, len(folders), size)]


def write_spec(folder: Path, name: str) -> Path:
    spec, schema = SPECS[name]
    return write(folder, (*compile_agents(spec), *compile_tests(spec, schema).files))


def make(mistake: Mistake, folder: Path) -> None:
    path = folder / f"src/agents/{mistake.agent}_agent.py"
    source = path.read_text(encoding="utf-8")
    assert mistake.right in source, f"the compiler does not write {mistake.right} any more"
    path.write_text(source.replace(mistake.right, mistake.wrong), encoding="utf-8")


@pytest.mark.parametrize("name", SPECS)
def test_the_right_compiler_passes(trials: dict[str, Trial], name: str) -> None:
    assert not trials[name].is_caught
    spec, schema = SPECS[name]
    assert set(trials[name].outcomes) == set(compile_tests(spec, schema).expected_ids)


@pytest.mark.parametrize("name", MISTAKES)
def test_a_wrong_compiler_is_caught(trials: dict[str, Trial], name: str) -> None:
    failed = [test for test, outcomes in trials[name].outcomes.items() if any(o[0] == "failed" for o in outcomes)]
    assert failed, f"nothing noticed: {name}"
