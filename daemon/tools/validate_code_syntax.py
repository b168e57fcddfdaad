"""Tool validate_code_syntax: generated files are plain text, and the Python among them compiles."""

from __future__ import annotations

from dataclasses import dataclass

from daemon.checks.syntax import check_syntax
from daemon.core.build import GeneratedFile
from daemon.core.findings import Finding
from daemon.core.ports import Ports

NAME = "validate_code_syntax"
DESCRIPTION = "Check that generated files are readable text and compile."


@dataclass(frozen=True, slots=True, kw_only=True)
class SyntaxInput:
    """Every file that is to be published."""

    files: tuple[GeneratedFile, ...]


def run(given: SyntaxInput, ports: Ports) -> tuple[Finding, ...]:
    """What is wrong, with its place; nothing is run."""
    return check_syntax(given.files)
