"""Names of agents: plain first, prefixed later, wishes win, nobody's name is taken."""

from __future__ import annotations

import pytest
from planning_scene import Planner, request

from daemon.core.errors import RequestInvalid
from daemon.core.request import AgentNameWish, Options, Request
from daemon.core.spec import AgentNames, AgentSpec
from daemon.planning.naming import architecture


@pytest.fixture(scope="module")
def first(orlando_planner: Planner) -> AgentSpec:
    """The spec of dscr.md, with the plain names."""
    return orlando_planner.plan("DSCR for properties").spec


def wishing(data: str | None = None, calc: str | None = None, name: str = "new.md") -> Request:
    return Request(name=name, sha256="0" * 64, text="DSCR", options=Options(agents=AgentNameWish(data=data, calc=calc)))


def test_the_first_request_gets_the_plain_names() -> None:
    names = architecture(request("DSCR"), ())
    assert (names.data_module, names.data_class) == ("data_agent", "DataAgent")
    assert (names.calc_module, names.calc_class) == ("calc_agent", "CalcAgent")


@pytest.mark.parametrize(
    ("file", "calc"),
    [
        ("ltv.md", "ltv_calc_agent"),
        ("04-ltv-debt-yield.md", "ltv_debt_yield_calc_agent"),
        ("Net Sales %.toml", "net_sales_calc_agent"),
        ("class.md", "class_calc_agent"),
        ("x" * 200 + ".md", "x" * 40 + "_calc_agent"),
    ],
)
def test_later_requests_are_prefixed_with_their_own_name(first: AgentSpec, file: str, calc: str) -> None:
    assert architecture(request("LTV", name=file), (first,)).calc_module == calc


@pytest.mark.parametrize("file", ["報告.md", "🏢.md", "42.md"])
def test_names_without_letters_still_get_an_identifier(first: AgentSpec, file: str) -> None:
    name = architecture(request("LTV", name=file), (first,)).calc_module
    assert name.isidentifier()
    assert name.endswith("_calc_agent")


def test_a_request_keeps_its_names(first: AgentSpec) -> None:
    other = first.model_copy(update={"request": first.request.model_copy(update={"name": "other.md"})})
    own = first.model_copy(update={"agents": AgentNames(data="my_data", calc="my_calc")})
    names = architecture(request("DSCR"), (other, own))
    assert (names.data_module, names.calc_module) == ("my_data", "my_calc")


def test_two_files_of_one_stem_do_not_collide(first: AgentSpec) -> None:
    taken = first.model_copy(
        update={
            "request": first.request.model_copy(update={"name": "ltv.md"}),
            "agents": AgentNames(data="ltv_data_agent", calc="ltv_calc_agent"),
        }
    )
    assert architecture(request("LTV", name="ltv.txt"), (first, taken)).calc_module == "ltv_2_calc_agent"


def test_wishes_win(first: AgentSpec) -> None:
    names = architecture(wishing("catalogue_data_agent", "catalogue_calc_agent"), (first,))
    assert (names.data_module, names.calc_class) == ("catalogue_data_agent", "CatalogueCalcAgent")


@pytest.mark.parametrize(
    ("data", "calc", "reason"),
    [
        (None, "calc_agent", "belongs to the request 'dscr.md'"),
        ("class", None, "no safe name"),
        ("json", None, "no safe name"),
        ("readme", None, "no safe name"),
        ("same", "same", "both are called"),
    ],
)
def test_wishes_that_cannot_be_are_named(first: AgentSpec, data: str | None, calc: str | None, reason: str) -> None:
    with pytest.raises(RequestInvalid, match=reason):
        architecture(wishing(data, calc), (first,))
