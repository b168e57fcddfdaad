"""Random formulas as text, with values on which binary and decimal arithmetic agree to the last bit."""

from __future__ import annotations

from decimal import Decimal

from hypothesis import strategies as st

NAMES = ("a", "b", "c")
_LEAVES = (*NAMES, *NAMES, "0", "1", "2", "3", "0.5", "0.25", "10")
_SIGNS = ("==", "!=", "<", "<=", ">", ">=")
_SHAPES = ("leaf", "leaf", "binary", "binary", "one", "two", "if")

values = st.fixed_dictionaries(
    {name: st.none() | st.integers(-120, 120).map(lambda n: Decimal(n) / 4) for name in NAMES}
)
"""Quarters, and missing values."""

numbers = st.fixed_dictionaries({name: st.integers(-120, 120).map(lambda n: Decimal(n) / 4) for name in NAMES})
"""Quarters only."""


@st.composite
def exact(draw: st.DrawFn, depth: int = 3) -> str:
    """A formula without quotients and roots: every engine gives the same."""
    shape = draw(st.sampled_from(_SHAPES)) if depth else "leaf"
    if shape == "leaf":
        return draw(st.sampled_from(_LEAVES))
    first = draw(exact(depth - 1))
    match shape:
        case "binary":
            second = draw(exact(depth - 1))
            signs = ("+", "-", "*") if second == "0" else ("+", "-", "*", "//", "%")
            return f"({first} {draw(st.sampled_from(signs))} {second})"
        case "two":
            return f"{draw(st.sampled_from(('min', 'max', 'coalesce')))}({first}, {draw(exact(depth - 1))})"
        case "if":
            return f"({first} if {draw(conditions(depth - 1))} else {draw(exact(depth - 1))})"
    one = ("(-{})", "({} ** 2)", "abs({})", "floor({})", "ceil({})", "round({})", "round({}, 1)")
    return draw(st.sampled_from(one)).format(first)


@st.composite
def conditions(draw: st.DrawFn, depth: int = 2) -> str:
    """Comparisons and tests for None, joined by and, or, not."""
    match draw(st.sampled_from(("compare", "compare", "none", "join", "not"))):
        case "join" if depth:
            return (
                f"({draw(conditions(depth - 1))} {draw(st.sampled_from(('and', 'or')))} {draw(conditions(depth - 1))})"
            )
        case "not" if depth:
            return f"(not {draw(conditions(depth - 1))})"
        case "none":
            return f"{draw(st.sampled_from(NAMES))} {draw(st.sampled_from(('is None', 'is not None')))}"
    sides = draw(exact(max(depth - 1, 0))), draw(exact(max(depth - 1, 0)))
    return f"{sides[0]} {draw(st.sampled_from(_SIGNS))} {sides[1]}"


@st.composite
def formulas(draw: st.DrawFn) -> str:
    """A formula with quotients and roots on top only, where their rounding decides nothing."""
    first = draw(exact(2))
    second, third = (draw(exact(2).filter(lambda text: text != "0")) for _ in range(2))
    shapes = (
        first,
        f"{first} / {second}",
        f"{first} - {second} / {third}",
        f"{first} / {second} * {third}",
        f"sqrt({first})",
        f"({first} / {second} if {draw(conditions())} else {third})",
    )
    return draw(st.sampled_from(shapes))
