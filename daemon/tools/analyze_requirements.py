"""Understand a request: figures, rows, limits, modes; or say what is left over, asked or refused."""

from __future__ import annotations

from dataclasses import dataclass

from daemon.core.build import Analysis
from daemon.core.ports import Ports
from daemon.core.request import Request
from daemon.core.schema import Schema
from daemon.planning.analysis import analyze
from daemon.planning.glossary import Glossary
from daemon.planning.library import FormulaLibrary

NAME = "analyze_requirements"
DESCRIPTION = "Read the request by rules: figures, rows, limits, modes; what is not understood is named."


@dataclass(frozen=True, slots=True, kw_only=True)
class AnalyzeInput:
    """A request and the ground it is read on."""

    request: Request
    schema: Schema
    library: FormulaLibrary
    glossary: Glossary


def run(given: AnalyzeInput, ports: Ports) -> Analysis:
    """The analysis. Values of text columns are looked up for filters."""
    return analyze(given.request, given.schema, given.library, given.glossary, ports.database)
