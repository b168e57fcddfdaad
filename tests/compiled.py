"""Specs compiled to a folder laid out as a workspace, and their tests run there as a person would."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path
from types import SimpleNamespace
from typing import cast

from daemon.adapters.ruff import RuffFormatter
from daemon.core.build import CompiledTests, GeneratedFile
from daemon.core.ports import Ports
from daemon.core.schema import Column, Kind, Schema, Table, TableRef
from daemon.core.spec import AgentSpec
from daemon.tools import generate_agent_code, generate_unit_tests

PORTS = cast("Ports", SimpleNamespace(formatter=RuffFormatter()))

_TYPES = {"integer": Kind.INTEGER, "numeric": Kind.DECIMAL, "real": Kind.REAL, "text": Kind.TEXT, "date": Kind.DATE}


def table(name: str, columns: str, schema: str | None = None) -> Table:
    """A table of ``name type`` pairs between commas; ``numeric`` has two decimals."""
    described = [c.rsplit(maxsplit=1) for c in columns.split(",")]
    return Table(
        ref=TableRef(name, schema),
        columns=tuple(
            Column(
                name=column.strip(),
                kind=_TYPES[kind],
                sql_type="numeric(14,2)" if kind == "numeric" else kind,
                scale={"integer": 0, "numeric": 2}.get(kind),
            )
            for column, kind in described
        ),
    )


ORLANDO = Schema(
    dialect="sqlite",
    tables=(
        table("properties", "id integer, property_name text, appraised_value numeric"),
        table(
            "financial_metrics",
            "property_id integer, annual_noi numeric, annual_debt_service numeric, loan_balance numeric",
        ),
    ),
)
CHINOOK = Schema(
    dialect="sqlite",
    tables=(
        table("Customer", "CustomerId integer, Company text"),
        table("Invoice", "InvoiceId integer, CustomerId integer, BillingCountry text"),
        table("InvoiceLine", "InvoiceId integer, UnitPrice numeric, Quantity integer"),
    ),
)


def compile_agents(spec: AgentSpec) -> tuple[GeneratedFile, ...]:
    return generate_agent_code.run(generate_agent_code.CompileInput(spec=spec), PORTS)


def compile_tests(spec: AgentSpec, schema: Schema) -> CompiledTests:
    given = generate_unit_tests.TestsInput(spec=spec, schema=schema, agents=compile_agents(spec))
    return generate_unit_tests.run(given, PORTS)


def write(folder: Path, files: Iterable[GeneratedFile]) -> Path:
    for file in files:
        path = folder / file.path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(file.content)
    return folder


def write_all(folder: Path, spec: AgentSpec, schema: Schema) -> CompiledTests:
    tests = compile_tests(spec, schema)
    write(folder, (*compile_agents(spec), *tests.files))
    return tests


def python(folder: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """``python ARGUMENTS`` in ``folder``, without settings of this project's own tests."""
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=folder,
        env={"PATH": os.environ["PATH"], "HOME": str(folder), **environment},
        capture_output=True,
        text=True,
        timeout=90,
        check=False,
    )
