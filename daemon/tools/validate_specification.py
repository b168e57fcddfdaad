"""Check a spec against the request, the schema and the data."""

from __future__ import annotations

from dataclasses import dataclass

from daemon.checks.accounting import accounting_findings
from daemon.checks.measured import measured_findings
from daemon.checks.scales import scale_findings
from daemon.checks.spec import spec_findings
from daemon.core.build import Analysis
from daemon.core.findings import Finding, errors
from daemon.core.ports import Ports
from daemon.core.schema import Schema
from daemon.core.spec import AgentSpec

NAME = "validate_specification"
DESCRIPTION = "Check the spec against the request, the live schema and the data, with a suggestion for every finding."


@dataclass(frozen=True, slots=True, kw_only=True)
class ValidateInput:
    """A drafted spec, what was understood of the request, and the ground it stands on."""

    spec: AgentSpec
    analysis: Analysis
    schema: Schema


def run(given: ValidateInput, ports: Ports) -> tuple[Finding, ...]:
    """All findings; the data is only measured when the spec fits the schema."""
    found = (*spec_findings(given.spec, given.schema), *accounting_findings(given.spec, given.analysis))
    if errors(found):
        return found
    return (*found, *scale_findings(given.spec), *measured_findings(given.spec, given.schema, ports.database))
