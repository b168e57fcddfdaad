"""Compile a spec to its published form: the TOML, the data agent and the calculator."""

from __future__ import annotations

from dataclasses import dataclass

from daemon.compiler.calc_agent import calc_agent_source
from daemon.compiler.data_agent import data_agent_source
from daemon.compiler.header import spec_toml
from daemon.core.build import GeneratedFile
from daemon.core.ports import Ports
from daemon.core.spec import AgentSpec

NAME = "generate_agent_code"
DESCRIPTION = "Compile the spec to typed, formatted Python: a data agent and a calculator on top of it."


@dataclass(frozen=True, slots=True, kw_only=True)
class CompileInput:
    """A valid spec."""

    spec: AgentSpec


def run(given: CompileInput, ports: Ports) -> tuple[GeneratedFile, ...]:
    """The spec file and the agents, formatted."""
    names = given.spec.agents
    sources = ((names.data, data_agent_source(given.spec)), (names.calc, calc_agent_source(given.spec)))
    spec_file = GeneratedFile(kind="spec", path=f"agent_specs/{names.calc}.toml", text=spec_toml(given.spec))
    agents = (
        GeneratedFile(kind="agent", path=f"src/agents/{name}.py", text=ports.formatter.format(source))
        for name, source in sources
    )
    return (spec_file, *agents)
