"""The parser: what it takes, what it refuses, and the words and the column of a refusal."""

from __future__ import annotations

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from daemon.compiler.formula import FUNCTIONS, FormulaError, Node, names, numbers, parse
from daemon.compiler.formula.parse import MAX_DEPTH, MAX_DIGITS, MAX_EXPONENT, MAX_LENGTH, MAX_NODES


@pytest.mark.parametrize(
    ("text", "column", "words"),
    [
        ("", 0, "the formula is empty"),
        ("   \n", 0, "the formula is empty"),
        ("a.b", 0, "not part of the formula language"),
        ("a[0]", 0, "not part of the formula language"),
        ("[a]", 0, "not part of the formula language"),
        ("(a, b)", 0, "not part of the formula language"),
        ("{a}", 0, "not part of the formula language"),
        ("lambda: 1", 0, "not part of the formula language"),
        ("(a := 1)", 1, "not part of the formula language"),
        ("1 + f'{a}'", 4, "not part of the formula language"),
        ("[x for x in a]", 0, "not part of the formula language"),
        ("a @ b", 0, "operator is not part"),
        ("a & b", 0, "operator is not part"),
        ("a << 2", 0, "operator is not part"),
        ("~a", 0, "not part of the formula language"),
        ("a in b", 0, "comparison is not part"),
        ("a is 1", 5, "'is' only asks for None"),
        ("1 + True", 4, "True is no number"),
        ("None", 0, "None is no number"),
        ("b'x'", 0, "is no number"),
        ("1j", 0, "1j is no number"),
        ("...", 0, "is no number"),
        ("0x10", 0, "0x10 is no decimal number"),
        ("0b1", 0, "0b1 is no decimal number"),
        ("1e999", 0, "1e999 is no decimal number"),
        ("a + summ(b)", 4, "unknown function 'summ'"),
        ("__import__('os')", 0, "unknown function '__import__'"),
        ("eval(a)", 0, "unknown function 'eval'"),
        ("a.b(c)", 0, "only listed functions"),
        ("max(a, key=b)", 0, "only listed functions"),
        ("max(*a)", 0, "max takes 2 to 8 arguments, not 1"),
        ("abs(a, b)", 0, "abs takes 1 arguments, not 2"),
        ("round(a, b)", 0, "the second argument of round"),
        ("round(a, 11)", 0, "the second argument of round"),
        ("round(a, 1.5)", 0, "the second argument of round"),
        ("a ** b", 5, "an exponent is a whole number"),
        ("a ** 0.5", 5, "an exponent is a whole number"),
        ("a ** -1", 5, "an exponent is a whole number"),
        (f"a ** {MAX_EXPONENT + 1}", 5, "an exponent is a whole number"),
        ("a / 0", 4, "this divides by zero"),
        ("a % 0.0", 4, "this divides by zero"),
        ("größe + klein.x", 8, "not part of the formula language"),
    ],
)
def test_a_refusal_says_what_and_where(text: str, column: int, words: str) -> None:
    with pytest.raises(FormulaError) as refusal:
        parse(text)
    assert words in refusal.value.message
    assert refusal.value.column == column


@pytest.mark.parametrize("text", ["a +", "a = 1", "a b", "a; b", "größe +  @", "import os", "(a", "'a", "a\nb"])
def test_what_python_cannot_read_is_no_expression(text: str) -> None:
    with pytest.raises(FormulaError, match="this is no expression") as refusal:
        parse(text)
    assert 0 <= refusal.value.column <= len(text)


@pytest.mark.parametrize(
    ("text", "hint"),
    [("maxx(a, b)", "max"), ("a ** b", "sqrt"), ("a is 1", "x is None"), ("a in b", "use == !="), ("a | b", "use + -")],
)
def test_a_refusal_says_what_would_do(text: str, hint: str) -> None:
    with pytest.raises(FormulaError, match=r"\(.*\)") as refusal:
        parse(text)
    assert hint in refusal.value.hint


def test_a_refusal_points_at_the_place() -> None:
    with pytest.raises(FormulaError) as refusal:
        parse("noi / dept.service")
    assert str(refusal.value).splitlines()[1:] == ["  noi / dept.service", "        ^"]


@pytest.mark.parametrize(
    "text",
    [
        "a" * (MAX_LENGTH + 1),
        "(" * 300 + "a" + ")" * 300,
        "-" * (MAX_DEPTH + 1) + "a",
        " + ".join(["a"] * (MAX_NODES // 2 + 1)),
        "9" * (MAX_DIGITS + 1),
        "not " * 200 + "a",
        "a if a else " * 60 + "a",
        "\0",
        "a\u202eb",
    ],
)
def test_nothing_grows_beyond_its_limit(text: str) -> None:
    with pytest.raises(FormulaError):
        parse(text)


def test_what_is_at_the_limit_is_fine() -> None:
    assert parse("a" * MAX_LENGTH)
    assert parse("9" * MAX_DIGITS)
    assert parse(f"a ** {MAX_EXPONENT}")
    assert parse("-" * (MAX_DEPTH - 1) + "a")


@pytest.mark.parametrize(
    ("text", "same"),
    [
        ("+a", "a"),
        ("a is not None", "not a is None"),
        ("1 < a < 2", "1 < a and a < 2"),
        ("a - b - c", "(a - b) - c"),
        ("a / b * c", "(a / b) * c"),
        ("-a ** 2", "-(a ** 2)"),
        ("a or b and c", "a or (b and c)"),
        ("1_000 * a", "1000 * a"),
        ("1.50 * a", "1.5 * a"),
        ("1e3", "1000"),
        ("'x' == a", '"x" == a'),
    ],
)
def test_writings_of_the_same_formula(text: str, same: str) -> None:
    assert parse(text) == parse(same)


def test_names_and_numbers_are_known() -> None:
    tree = parse("max(noi, 0) * (1 - 0.10) / debt if debt > 0 else noi")
    assert names(tree) == {"noi", "debt"}
    assert [str(n) for n in numbers(tree)] == ["0", "0", "1", "0.10"]


def test_every_function_can_be_called() -> None:
    for name, (least, _) in FUNCTIONS.items():
        assert parse(f"{name}({', '.join(['a'] * least)})")


@given(st.text(alphabet=string.printable + "äß…\u2028", max_size=60))
def test_any_text_is_a_formula_or_a_refusal(text: str) -> None:
    outcome: Node | FormulaError
    try:
        outcome = parse(text)
    except FormulaError as refusal:
        outcome = refusal
    if isinstance(outcome, FormulaError):
        assert outcome.message
        assert 0 <= outcome.column <= len(text)
        assert str(outcome)
