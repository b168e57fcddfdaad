"""The three planning tools as the pipeline calls them, on the development requests."""

from __future__ import annotations

from typing import cast

import pytest
from planning_scene import library, limits, request
from request_cases import case

from daemon.adapters.database import open_database
from daemon.core.build import Analysis, Draft
from daemon.core.ports import Database, Ports
from daemon.core.request import Request, parse
from daemon.planning.glossary import Glossary
from daemon.tools import analyze_requirements, design_agent_architecture, generate_agent_specification


class OnlyDatabase:
    """Ports of which planning may use nothing but the database."""

    def __init__(self, database: Database) -> None:
        self.database = database


@pytest.fixture
def ports(orlando_sqlite: str) -> Ports:
    return cast("Ports", OnlyDatabase(open_database(orlando_sqlite)))


def analysed(asked: Request, ports: Ports) -> Analysis:
    given = analyze_requirements.AnalyzeInput(
        request=asked, schema=ports.database.schema(), library=library(), glossary=Glossary()
    )
    return analyze_requirements.run(given, ports)


def drafted(asked: Request, ports: Ports) -> Draft:
    analysis = analysed(asked, ports)
    design = design_agent_architecture.DesignInput(request=asked, analysis=analysis, existing=())
    given = generate_agent_specification.SpecifyInput(
        request=asked,
        analysis=analysis,
        architecture=design_agent_architecture.run(design, ports),
        schema=ports.database.schema(),
        library=library(),
        glossary=Glossary(),
    )
    return generate_agent_specification.run(given, ports)


def sample(number: str) -> Request:
    file = case(number).file
    return parse(file.name, file.read_bytes())


@pytest.mark.parametrize("number", ["01", "03", "04", "12", "13", "14"])
def test_development_requests_that_need_no_model(number: str, ports: Ports) -> None:
    assert drafted(sample(number), ports).spec is not None


def test_the_first_request_to_the_letter(ports: Ports) -> None:
    spec = drafted(sample("01"), ports).spec
    assert spec is not None
    assert (spec.agents.data, spec.agents.calc, spec.request.name) == ("data_agent", "calc_agent", "01-dscr.md")
    assert [(m.name, m.formula) for m in spec.metrics] == [("dscr", "annual_noi / annual_debt_service")]


def test_four_in_full(ports: Ports) -> None:
    spec = drafted(sample("04"), ports).spec
    assert spec is not None
    ltv, debt_yield = spec.metrics
    assert (ltv.formula, debt_yield.formula) == ("loan_balance / appraised_value", "annual_noi / loan_balance")
    assert limits(spec, "ltv") == [("OK", "ltv <= 0.75"), ("BREACH", "")]
    assert limits(spec, "debt_yield") == [("OK", "debt_yield >= 0.085"), ("BREACH", "")]
    for metric in spec.metrics:
        assert [(u.when, u.reason) for u in metric.undefined[:2]] == [
            ("loan_balance is None", "no loan"),
            ("loan_balance == 0", "no loan"),
        ]
        assert (metric.total, metric.show_as_percent, metric.decimals) == ("ratio_of_sums", True, 4)
    assert spec.status_order == ("BREACH", "OK")


def test_white_space_does_not_count(ports: Ports) -> None:
    one, two = drafted(sample("04"), ports).spec, drafted(sample("13"), ports).spec
    assert one is not None
    assert two is not None
    same = {"request": one.request}
    assert two.model_copy(update=same) == one


def test_twelve_filters_warns_and_reports_the_note(ports: Ports) -> None:
    spec = drafted(sample("12"), ports).spec
    assert spec is not None
    assert spec.entity.where == "property_type == 'Multifamily'"
    assert limits(spec, "debt_per_unit") == [("WARN", "debt_per_unit > 60000"), ("OK", "")]
    assert spec.metrics[0].decimals == 0
    assert any("gives orders" in w for w in spec.warnings)


@pytest.mark.parametrize("number", ["02", "05", "06", "07", "08"])
def test_what_needs_a_model_is_left_over(number: str, ports: Ports) -> None:
    assert analysed(sample(number), ports).leftovers


def test_a_missing_area_is_asked_for(ports: Ports) -> None:
    (question,) = drafted(sample("10"), ports).questions
    assert "square foot" in question.text


def test_archiving_is_refused(ports: Ports) -> None:
    assert "agents only read" in analysed(sample("11"), ports).refusal


def test_names_that_are_taken_by_another_request_get_a_prefix(ports: Ports) -> None:
    first = drafted(sample("01"), ports).spec
    assert first is not None
    design = design_agent_architecture.DesignInput(
        request=request("LTV", name="ltv.md"), analysis=Analysis(text="LTV"), existing=(first,)
    )
    assert design_agent_architecture.run(design, ports).calc_class == "LtvCalcAgent"
