"""Turn an analysis into a spec over live columns, or into questions."""

from __future__ import annotations

from dataclasses import dataclass

from daemon.core.build import Analysis, Architecture, Draft
from daemon.core.ports import Ports
from daemon.core.request import Request
from daemon.core.schema import Schema
from daemon.planning.draft import Drafting, draft
from daemon.planning.glossary import Glossary
from daemon.planning.library import FormulaLibrary

NAME = "generate_agent_specification"
DESCRIPTION = "Write the spec: map every term to a live column, join, name units and totals; ask where it is not sure."


@dataclass(frozen=True, slots=True, kw_only=True)
class SpecifyInput:
    """What was understood, how the agents are called, and the ground they stand on."""

    request: Request
    analysis: Analysis
    architecture: Architecture
    schema: Schema
    library: FormulaLibrary
    glossary: Glossary


def run(given: SpecifyInput, ports: Ports) -> Draft:
    """The draft: a spec, questions, leftovers or a refusal."""
    return draft(
        Drafting(
            request=given.request,
            analysis=given.analysis,
            architecture=given.architecture,
            schema=given.schema,
            library=given.library,
            glossary=given.glossary,
            database=ports.database,
        )
    )
