"""Compiled tests as a person meets them: they pass on the agents, anywhere, and pytest calls them as announced."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest
from compiled import CHINOOK, ORLANDO, PORTS, compile_tests, python, write_all
from odd_specs import OPERATIONS, ORDERS, SHOPS_SCHEMA, shops_spec
from specs import customer_spec, dscr_spec, ltv_spec

from daemon.checks.security import check_security
from daemon.checks.test_quality import check_test_quality
from daemon.core.schema import Schema, TableRef
from daemon.core.spec import AgentSpec

SPECS = [
    pytest.param(dscr_spec(), ORLANDO, id="dscr"),
    pytest.param(ltv_spec(), ORLANDO, id="ltv"),
    pytest.param(customer_spec(), CHINOOK, id="customer"),
    pytest.param(shops_spec(), SHOPS_SCHEMA, id="shops"),
]
every_spec = pytest.mark.parametrize(("spec", "schema"), SPECS)


@every_spec
def test_the_announced_tests_pass_and_no_others_run(tmp_path: Path, spec: AgentSpec, schema: Schema) -> None:
    folder = tmp_path / "Über uns 🏠"
    tests = write_all(folder, spec, schema)
    run = python(folder, "-m", "pytest", "-v", "-W", "error", "-p", "no:cacheprovider", "tests/agents")
    assert run.returncode == 0, run.stdout
    passed = re.findall(r"^(\S+) PASSED", run.stdout, flags=re.MULTILINE)
    assert sorted(passed) == sorted(tests.expected_ids)
    assert "failed" not in run.stdout


@every_spec
def test_they_fulfil_the_rules_for_tests(spec: AgentSpec, schema: Schema) -> None:
    files = compile_tests(spec, schema).files
    assert check_security(files) == ()
    assert check_test_quality(files) == ()
    assert [f for file in files if file.kind == "test" for f in PORTS.formatter.lint(file.text, file.path)] == []


@every_spec
def test_they_are_the_same_every_time(spec: AgentSpec, schema: Schema) -> None:
    assert compile_tests(spec, schema) == compile_tests(spec, schema)


def test_they_run_from_another_folder_without_a_database(tmp_path: Path) -> None:
    write_all(tmp_path / "workspace", dscr_spec(), ORLANDO)
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    run = python(elsewhere, "-m", "pytest", "-q", str(tmp_path / "workspace" / "tests"), DATABASE_URL="nonsense")
    assert run.returncode == 0, run.stdout


def test_rows_show_what_the_person_asked_to_be_careful_with() -> None:
    calculator = compile_tests(dscr_spec(), ORLANDO).files[1].text
    for line in (
        '(3, None, "N/A", "NOI missing"),  # annual_noi missing',
        '(6, None, "N/A", "no debt figure"),  # annual_debt_service missing',
        '(7, None, "N/A", "no debt"),  # annual_debt_service zero',
        '(9, None, "N/A", "no debt figure"),  # no row in financial_metrics',
        '(10, Decimal("1.25"), "PASS", None),  # dscr exactly 1.25',
        '(11, Decimal("1.25"), "FAIL", None),  # dscr just below 1.25',
        '(12, Decimal("1.25"), "PASS", None),  # dscr just above 1.25',
    ):
        assert line in calculator


def test_child_rows_that_must_not_count_are_there() -> None:
    data = compile_tests(customer_spec(), CHINOOK).files[0].text
    for case in ("does not count", "belongs to nobody", "its partner is missing", "outside the filter", "no row in"):
        assert case in data


def test_limits_of_sums_over_child_rows_are_met_and_missed() -> None:
    tests = compile_tests(customer_spec(), CHINOOK).files[1].text
    assert '(11, Decimal("11.00"), "normal", None),  # sales exactly 11.00' in tests
    assert '(12, Decimal("10.99"), "small", None),  # sales just below 11.00' in tests


def test_tables_may_differ_only_in_their_schema(tmp_path: Path) -> None:
    given = shops_spec()
    renamed = AgentSpec.model_validate_json(given.model_dump_json().replace('"table":"visits"', '"table":"order"'))
    tables = (*SHOPS_SCHEMA.tables, replace(SHOPS_SCHEMA.tables[2], ref=TableRef(ORDERS, OPERATIONS)))
    write_all(tmp_path, renamed, replace(SHOPS_SCHEMA, tables=tables))
    run = python(tmp_path, "-m", "pytest", "-q", "tests/agents")
    assert run.returncode == 0, run.stdout
