"""Names that are valid by construction, and words in singular and plural."""

from __future__ import annotations

import keyword

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel

from daemon.core.naming import class_name, identifier, plural, singular, words
from daemon.core.nearest import nearest, suggestion

NOUNS = [
    *("property", "customer", "invoice", "order", "category", "company", "city", "box", "tax", "branch"),
    *("business", "address", "class", "bus", "house", "building", "unit", "lease", "loan", "tenant", "day", "key"),
    *("boy", "study", "process", "supplier", "product", "employee", "salary", "expense", "fee", "bonus", "match"),
    *("dish", "status", "analysis", "index", "vertex", "quiz", "hero", "life", "person", "child", "man", "woman"),
]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Net Sales %", "net_sales"),
        ("InvoiceLine", "invoice_line"),
        ("HTTPServer", "http_server"),
        ("Größe (m²)", "grosse_m2"),
        ("Straße", "strasse"),
        ("prénom", "prenom"),
        ("1st quarter", "n1st_quarter"),
        ("class", "class_"),
        ("match", "match_"),
        ("id", "id_"),
        ("count", "count_"),
        ("date", "date_"),
        ("", "value"),
        ("%", "value"),
        ("部屋", "value"),
        ("部屋 rent", "rent"),
        ("__init__", "init"),
        ("a\nb; import os", "a_b_import_os"),
    ],
)
def test_a_name_in_any_writing_becomes_an_identifier(text: str, name: str) -> None:
    assert identifier(text) == name


@given(st.text())
def test_an_identifier_is_always_one(text: str) -> None:
    name = identifier(text)

    assert name.isascii()
    assert name.isidentifier()
    assert not keyword.iskeyword(name)
    assert not keyword.issoftkeyword(name)
    assert not name.startswith("_")
    assert name == name.lower()
    assert not hasattr(BaseModel, name)
    assert not hasattr(tuple, name)


@given(st.text())
def test_an_identifier_stays_what_it_is(text: str) -> None:
    assert identifier(identifier(text)) == identifier(text)


@pytest.mark.parametrize("name", [n for n in dir(BaseModel) if not n.startswith("_")] + ["count", "index"])
def test_no_field_of_a_row_or_a_result_hides_what_its_class_needs(name: str) -> None:
    assert identifier(name) != name


@given(st.text())
def test_a_class_name_is_a_name_that_begins_large(text: str) -> None:
    name = class_name(text)

    assert name.isidentifier()
    assert name[0].isupper()
    assert not keyword.iskeyword(name) or name in {"None", "True", "False"}


def test_a_class_is_called_like_its_module() -> None:
    assert class_name("dscr_calc_agent") == "DscrCalcAgent"
    assert class_name("Net Sales %") == "NetSales"


def test_words_of_a_name_in_any_writing() -> None:
    assert words("InvoiceLine") == words("invoice_line") == words("Invoice Line") == ("invoice", "line")
    assert words("ÜberName2") == ("uber", "name2")
    assert words("--") == ()


@pytest.mark.parametrize("noun", NOUNS)
def test_a_noun_comes_back_from_its_plural(noun: str) -> None:
    assert singular(plural(noun)) == noun
    assert singular(noun) == noun


@pytest.mark.parametrize(
    ("many", "one"),
    [
        ("properties", "property"),
        ("categories", "category"),
        ("movies", "movie"),
        ("addresses", "address"),
        ("boxes", "box"),
        ("houses", "house"),
        ("leases", "lease"),
        ("purchases", "purchase"),
        ("people", "person"),
        ("children", "child"),
        ("data", "data"),
        ("analyses", "analysis"),
        ("statuses", "status"),
        ("taxes", "tax"),
        ("gas", "gas"),
        ("sales", "sale"),
        ("Properties", "Property"),
        ("invoice_lines", "invoice_line"),
    ],
)
def test_a_plural_becomes_a_singular(many: str, one: str) -> None:
    assert singular(many) == one


@given(st.text(max_size=20))
def test_singular_and_plural_take_any_text(text: str) -> None:
    assert isinstance(singular(text), str)
    assert plural(text)


def test_the_nearest_name_is_offered_whatever_its_case() -> None:
    assert nearest("anual_noi", ["ANNUAL_DEBT", "annual_noi", "id"])[0] == "annual_noi"
    assert nearest("ANNUAL_NOI", ["annual_noi"]) == ("annual_noi",)
    assert nearest("colour", ["noi"]) == ()
    assert len(nearest("abc", ["abd", "abe", "abf", "abg"], limit=2)) == 2


def test_a_suggestion_is_a_question_or_nothing() -> None:
    assert suggestion("dsrc", ["dscr", "ltv"]) == "did you mean 'dscr'?"
    assert suggestion("zzz", ["dscr", "ltv"]) == ""
    assert suggestion("x", []) == ""
