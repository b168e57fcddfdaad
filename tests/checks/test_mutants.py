"""Wrong variants: many kinds, always the same, each different from the original and from the others."""

from __future__ import annotations

import ast

import pytest
from agent_samples import CALC_AGENT

from daemon.checks.mutants import mutants, stubs


def test_stubs_keep_the_shape_of_the_agent() -> None:
    nothing, raising = (ast.parse(stub.source) for stub in stubs(CALC_AGENT, "CalcAgent"))
    names = [n.name for n in ast.walk(ast.parse(CALC_AGENT)) if isinstance(n, ast.FunctionDef)]
    assert [n.name for n in ast.walk(nothing) if isinstance(n, ast.FunctionDef)] == names
    assert ast.unparse(raising).count("raise RuntimeError('stub')") == 3
    assert ast.unparse(nothing).count("return None") == 3


def test_every_mutant_compiles_and_differs() -> None:
    made = mutants(CALC_AGENT, limit=99)
    sources = {ast.unparse(ast.parse(m.source)) for m in made}
    assert len(sources) == len(made) > 10
    assert ast.unparse(ast.parse(CALC_AGENT)) not in sources


def test_they_are_always_the_same_and_no_more_than_asked_for() -> None:
    assert mutants(CALC_AGENT) == mutants(CALC_AGENT)
    assert len(mutants(CALC_AGENT)) == 6
    assert mutants(CALC_AGENT, limit=3) == mutants(CALC_AGENT)[:3]


@pytest.mark.parametrize(
    ("source", "description", "expected"),
    [
        ("def f(a, b): return a / b", "operands swapped", "return b / a"),
        ("def f(a, b): return Ratio(a, b)", "arguments of Ratio swapped", "return Ratio(b, a)"),
        ("def f(a): return a >= 1", "comparison negated", "return a < 1"),
        ("def f(a): return a is None", "comparison negated", "return a is not None"),
        ("def f(a): return a * 12", "12 changed to 13", "return a * 13"),
        ("H = Decimal('0.10')", "0.10 changed to 1.10", "H = Decimal('1.10')"),
        ("H = Decimal(5)", "5 changed to 6", "H = Decimal('6')"),
        ("def f(a):\n    a = a * 2\n    return a", "a not adjusted", "a = a\n"),
        ("def f(a):\n    a *= 2\n    return a", "a not adjusted", "a += 0"),
        ("def f(r): return r.model_copy(update={'a': 1})", "model_copy changes nothing", "return r.model_copy()"),
        ("def f(r): return replace(r, a=1)", "replace changes nothing", "return replace(r)"),
        ("def f(a, b): return a + b", "arithmetic changed to Sub", "return a - b"),
        ("def f(a): return g(a)", "result forgotten", "return None"),
    ],
)
def test_kinds_of_mistakes(source: str, description: str, expected: str) -> None:
    found = {m.description: m.source for m in mutants(source, limit=99)}
    assert expected in found[next(name for name in found if name.endswith(description))] + "\n"


def test_constructors_and_sources_without_arithmetic_are_left_alone() -> None:
    assert mutants("class A:\n    def __init__(self, a, b): self.a = a - b\n") == ()
    assert mutants("X = Decimal('abc')\n") == ()


def test_stubs_replace_the_agent_whatever_it_is_called() -> None:
    renamed = CALC_AGENT.replace("CalcAgent", "Figures")
    for stub, known in zip(stubs(renamed, "Figures"), stubs(CALC_AGENT, "CalcAgent"), strict=True):
        assert stub.source == known.source.replace("CalcAgent", "Figures")
        assert stub.source != ast.unparse(ast.parse(renamed))


@pytest.mark.parametrize(
    "guard", ["if a - b == 0:", "if a * Decimal('1.1') == 0:", "if a * 12 != Decimal('0'):", "if a + 1 == 0:"]
)
def test_arithmetic_that_only_asks_for_zero_is_left_alone(guard: str) -> None:
    source = f"def f(a, b):\n    {guard}\n        return 0\n    return a + b\n"
    described = [m.description for m in mutants(source, limit=99) if m.description.startswith("line 2")]
    assert described == ["line 2: comparison negated"]
