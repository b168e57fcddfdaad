"""Tool generate_unit_tests: the spec to tests that carry their own small database."""

from __future__ import annotations

from dataclasses import dataclass

from daemon.compiler.names import MARKER
from daemon.compiler.tests_calc import calc_tests_source
from daemon.compiler.tests_data import data_tests_source
from daemon.compiler.tests_ids import node_ids
from daemon.compiler.tests_sample import sample
from daemon.core.build import CompiledTests, GeneratedFile
from daemon.core.ports import Ports
from daemon.core.schema import Schema
from daemon.core.spec import AgentSpec

NAME = "generate_unit_tests"
DESCRIPTION = "Compile tests from the spec: worked examples, the same figures by SQL, relations between modes."

_CONFTEST = f'''"""Puts the workspace on the import path, so that the tests run from any folder. {MARKER}."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
'''


@dataclass(frozen=True, slots=True, kw_only=True)
class TestsInput:
    """A valid spec, the live schema for the types of its columns, and the agents the tests are for."""

    __test__ = False

    spec: AgentSpec
    schema: Schema
    agents: tuple[GeneratedFile, ...]


def run(given: TestsInput, ports: Ports) -> CompiledTests:
    """Test files, formatted, with the ids their run has to report. The agents' code is not looked at."""
    spec, schema = given.spec, given.schema
    tables = sample(spec, schema)
    sources = (
        (spec.agents.data, data_tests_source(spec, schema, tables)),
        (spec.agents.calc, calc_tests_source(spec, schema, tables)),
    )
    tests = tuple(
        GeneratedFile(kind="test", path=f"tests/agents/test_{name}.py", text=ports.formatter.format(source))
        for name, source in sources
    )
    support = GeneratedFile(kind="support", path="tests/agents/conftest.py", text=_CONFTEST)
    return CompiledTests(files=(*tests, support), expected_ids=tuple(i for test in tests for i in node_ids(test)))
