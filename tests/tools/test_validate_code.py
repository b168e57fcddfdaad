"""The two validators of generated code, with the real linter."""

from __future__ import annotations

from types import SimpleNamespace
from typing import cast

from agent_samples import CALC_AGENT, agents, compiled_tests

from daemon.adapters.ruff import RuffFormatter
from daemon.core.ports import Ports
from daemon.tools import validate_code_security, validate_code_syntax

PORTS = cast("Ports", SimpleNamespace(formatter=RuffFormatter()))
FILES = (*agents(), *compiled_tests().files)


def test_compiled_code_passes() -> None:
    assert validate_code_syntax.run(validate_code_syntax.SyntaxInput(files=FILES), PORTS) == ()
    assert validate_code_security.run(validate_code_security.SecurityInput(files=FILES), PORTS) == ()


def test_syntax_errors_are_found() -> None:
    (finding,) = validate_code_syntax.run(validate_code_syntax.SyntaxInput(files=agents("def (")), PORTS)
    assert finding.place == "src/agents/calc_agent.py:1"


def test_the_allow_list_the_test_rules_and_the_linter_all_have_their_say() -> None:
    spoilt = CALC_AGENT + "\nimport pickle\n\n\ndef load(data: bytes) -> object:\n    return pickle.loads(data)\n"
    files = (*agents(spoilt), *compiled_tests("def test_x():\n    assert True\n").files)
    found = {f.code for f in validate_code_security.run(validate_code_security.SecurityInput(files=files), PORTS)}
    assert found >= {"import", "assert_nothing", "ruff_S301"}
