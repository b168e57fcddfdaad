"""Tool validate_code_security: generated code uses only what is allowed, and its tests can fail."""

from __future__ import annotations

from dataclasses import dataclass

from daemon.checks.security import check_security
from daemon.checks.test_quality import check_test_quality
from daemon.core.build import GeneratedFile
from daemon.core.findings import Finding
from daemon.core.ports import Ports

NAME = "validate_code_security"
DESCRIPTION = "Check generated code against the allow-list and the linter's security rules, and that tests can fail."


@dataclass(frozen=True, slots=True, kw_only=True)
class SecurityInput:
    """Every file that is to be published, tests included."""

    files: tuple[GeneratedFile, ...]


def run(given: SecurityInput, ports: Ports) -> tuple[Finding, ...]:
    """Findings of our own rules first, then the linter's; nothing is run."""
    code = [file for file in given.files if file.kind in ("agent", "test") and file.path.endswith(".py")]
    linted = tuple(finding for file in code for finding in ports.formatter.lint(file.text, file.path))
    return (*check_security(given.files), *check_test_quality(given.files), *linted)
