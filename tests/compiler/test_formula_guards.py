"""What a formula requires and what can go wrong in it, unless a condition of its own rules that out."""

from __future__ import annotations

import pytest

from daemon.compiler.formula import parse
from daemon.compiler.formula.guards import facts, hazards, required


@pytest.mark.parametrize(
    ("text", "needed"),
    [
        ("a / b", {"a", "b"}),
        ("a if b > 0 else c", {"a", "b", "c"}),
        ("0 if a is None else a", set()),
        ("a if a is not None else 0", set()),
        ("a + b if a is not None else b", {"b"}),
        ("a + b if a is not None and b is not None else 0", set()),
        ("coalesce(a, 0)", set()),
        ("coalesce(a, b)", {"b"}),
        ("coalesce(a + b, 0)", {"a", "b"}),
        ("a is None or a == 0", set()),
        ("a is not None and a > 0", set()),
        ("a > 0 and a is not None", {"a"}),
        ("not a is None", set()),
        ("a if a > 0 else 0", {"a"}),
        ("0 if not (a is not None) else a", set()),
    ],
)
def test_what_has_to_be_there(text: str, needed: set[str]) -> None:
    assert required(parse(text)) == needed


@pytest.mark.parametrize(
    ("text", "divisors"),
    [
        ("a / b", ["b"]),
        ("a / 2", []),
        ("a // b % c", ["b", "c"]),
        ("a / (b - c)", ["b - c"]),
        ("a / b + c / b", ["b"]),
        ("a / b if b != 0 else 0", []),
        ("a / b if b > 0 else 0", []),
        ("a / b if b >= 0 else 0", ["b"]),
        ("a / b if b >= 1 else 0", []),
        ("a / b if b < 0 else 0", []),
        ("a / b if not b == 0 else 0", []),
        ("0 if b == 0 else a / b", []),
        ("0 if b == 0 or c == 0 else a / b / c", []),
        ("0 if b == 0 and c == 0 else a / b", ["b"]),
        ("b != 0 and a / b > 1", []),
        ("b == 0 or a / b > 1", []),
        ("a / b > 1 and b != 0", ["b"]),
        ("a / b if c > 0 else 0", ["b"]),
        ("1 / (a / b)", ["b", "a / b"]),
        ("a / (b * 12)", ["b"]),
        ("a / (-(12 * abs(b)))", ["b"]),
        ("a / (b * 0)", ["b * 0"]),
        ("a / (b * c)", ["b * c"]),
        ("a / (b + 12)", ["b + 12"]),
        ("a / (b * 12) if b != 0 else 0", []),
        ("a / (b * 12) if b * 12 > 0 else 0", []),
    ],
)
def test_divisors_that_may_be_zero(text: str, divisors: list[str]) -> None:
    assert [h.operand for h in hazards(parse(text))] == [parse(d) for d in divisors]


def test_roots_that_may_be_negative() -> None:
    assert [h.kind for h in hazards(parse("sqrt(a)"))] == ["root"]
    assert hazards(parse("sqrt(a) if a >= 0 else 0")) == ()
    assert [h.kind for h in hazards(parse("sqrt(a) if a >= -1 else 0"))] == ["root"]
    assert hazards(parse("sqrt(4)")) == ()


def test_a_hazard_knows_the_conditions_that_lead_to_it() -> None:
    (hazard,) = hazards(parse("a / (b - c) if c is not None else a"))
    assert hazard.path == (parse("c is not None"),)
    (other,) = hazards(parse("a if c > 0 else a / b"))
    assert other.path == (parse("not c > 0"),)


def test_a_condition_says_what_follows_when_it_does_not_hold() -> None:
    assert facts(parse("a is None"), holds=False).present == {"a"}
    assert facts(parse("a is None or b is None"), holds=False).present == {"a", "b"}
    assert facts(parse("a is None and b is None"), holds=False).present == set()
    assert facts(parse("a <= 0"), holds=False).nonzero == {parse("a")}
    assert facts(parse("a != 0"), holds=True).present == {"a"}
