"""Tests that cannot fail are found, honest ones are left alone."""

from __future__ import annotations

import pytest
from agent_samples import compiled_tests

from daemon.checks.test_quality import check_test_quality
from daemon.core.build import GeneratedFile


def codes(text: str) -> set[str]:
    file = GeneratedFile(kind="test", path="tests/agents/test_x.py", text=text)
    return {finding.code for finding in check_test_quality([file])}


def test_compiled_tests_are_fine() -> None:
    assert check_test_quality(compiled_tests().files) == ()


WORTHLESS = {
    "no test": ("X = 1", "no_tests"),
    "no assert": ("def test_a(agent):\n    agent.total()", "assert_nothing"),
    "assert True": ("def test_a():\n    assert True", "assert_nothing"),
    "assert of a literal": ("def test_a():\n    x = Decimal('1')\n    assert x == 1", "assert_nothing"),
    "assert of itself": ("def test_a(agent):\n    x = agent.total()\n    assert x == x", "assert_nothing"),
    "or True": ("def test_a(agent):\n    assert agent.total() or True", "assert_nothing"),
    "assert of a tuple": ("def test_a(agent):\n    assert (agent.total(), 'why')", "assert_nothing"),
    "parametrised only": (
        "@pytest.mark.parametrize('a, b', [(1, 1)])\ndef test_a(a, b):\n    assert a == b",
        "assert_nothing",
    ),
    "bare except": ("def test_a(agent):\n    try:\n        assert agent.f()\n    except:\n        pass", "except_all"),
    "assertion caught": (
        "def test_a(agent):\n    try:\n        assert agent.f()\n    except AssertionError:\n        pass",
        "except_all",
    ),
    "any error will do": (
        "def test_a(agent):\n    with pytest.raises(Exception):\n        agent.f()",
        "assert_nothing",
    ),
    "return": ("def test_a(agent):\n    return\n    assert agent.f()", "test_returns"),
    "hook": ("def pytest_runtest_makereport(): pass\ndef test_a(agent):\n    assert agent.f()", "test_hook"),
    "plugins": ("pytest_plugins = ['x']\ndef test_a(agent):\n    assert agent.f()", "test_hook"),
    "skip": ("def test_a(agent):\n    pytest.skip('x')\n    assert agent.f()", "test_not_run"),
    "xfail": ("@pytest.mark.xfail\ndef test_a(agent):\n    assert agent.f()", "test_not_run"),
    "hidden": ("def test_a(a):\n    assert a.f()\ndef test_a(a):\n    assert a.g()", "test_hidden"),
}


@pytest.mark.parametrize("name", WORTHLESS)
def test_worthless(name: str) -> None:
    text, code = WORTHLESS[name]
    assert code in codes(text)


HONEST = {
    "value through names": "def test_a():\n    a = Agent()\n    r = a.f\n    assert r == 1",
    "loop": "def test_a(agent):\n    for row in agent.rows():\n        assert row.value > 0",
    "comprehension": "def test_a(agent):\n    assert all(row > 0 for row in agent.rows())",
    "with": "def test_a():\n    with Agent() as a:\n        assert a.value == 1",
    "raises": "def test_a(agent):\n    with pytest.raises(ValueError):\n        agent.f()",
    "in a class": "class TestA:\n    def test_a(self, agent):\n        assert agent.f() == 1",
    "parametrised against a fixture": (
        "@pytest.mark.parametrize('a', [1])\ndef test_a(agent, a):\n    assert agent.value == a"
    ),
    "a narrow except": (
        "def test_a(agent):\n    try:\n        x = agent.f()\n    except KeyError:\n        x = agent.g()\n    assert x"
    ),
}


@pytest.mark.parametrize("name", HONEST)
def test_honest(name: str) -> None:
    assert codes(HONEST[name]) == set()
