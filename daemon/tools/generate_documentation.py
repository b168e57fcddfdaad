"""Tool generate_documentation: the spec to documents for people."""

from __future__ import annotations

from dataclasses import dataclass

from daemon.compiler.docs import calc_document, data_document, index_document
from daemon.core.build import Analysis, GeneratedFile
from daemon.core.ports import Ports
from daemon.core.spec import AgentSpec

NAME = "generate_documentation"
DESCRIPTION = "Compile documents from the spec: formulas, units, limits, an executed example, a data-flow picture."

_FOLDER = "docs/agents"


@dataclass(frozen=True, slots=True, kw_only=True)
class DocsInput:
    """A tested spec, the agent's answer on the live data as JSON (or empty), and the specs published beside it."""

    spec: AgentSpec
    analysis: Analysis
    agents: tuple[GeneratedFile, ...]
    example: str
    neighbours: tuple[AgentSpec, ...]


def run(given: DocsInput, ports: Ports) -> tuple[GeneratedFile, ...]:
    """A document for each agent, and the index of all agents of the workspace."""
    spec = given.spec
    others = (s for s in given.neighbours if s.agents.calc != spec.agents.calc)
    calc, data = spec.agents.calc, spec.agents.data
    return (
        GeneratedFile(kind="doc", path=f"{_FOLDER}/{calc}.md", text=calc_document(spec, given.example)),
        GeneratedFile(kind="doc", path=f"{_FOLDER}/{data}.md", text=data_document(spec)),
        GeneratedFile(kind="support", path=f"{_FOLDER}/README.md", text=index_document((spec, *others))),
    )
