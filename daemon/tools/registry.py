"""The tools by name, in the order in which a request meets them; the three file tools come last.

A new tool is a module, a line here, a test, and a row in docs/architecture.md.
"""

from __future__ import annotations

from typing import Any, Protocol

from daemon.core.ports import Ports
from daemon.tools import (
    analyze_requirements,
    create_directory,
    deploy_agent,
    design_agent_architecture,
    generate_agent_code,
    generate_agent_specification,
    generate_documentation,
    generate_unit_tests,
    read_file,
    run_tests,
    validate_code_security,
    validate_code_syntax,
    validate_specification,
    verify_agent_health,
    write_file,
)


class Tool(Protocol):
    """A module with a name, a one-line description, and ``run`` from a typed input to a typed output."""

    NAME: str
    DESCRIPTION: str

    def run(self, given: Any, ports: Ports) -> Any:
        """Do the work; the types are the tool's own."""
        ...


TOOLS: dict[str, Tool] = {
    "analyze_requirements": analyze_requirements,
    "design_agent_architecture": design_agent_architecture,
    "generate_agent_specification": generate_agent_specification,
    "validate_specification": validate_specification,
    "generate_agent_code": generate_agent_code,
    "validate_code_syntax": validate_code_syntax,
    "validate_code_security": validate_code_security,
    "generate_unit_tests": generate_unit_tests,
    "run_tests": run_tests,
    "generate_documentation": generate_documentation,
    "deploy_agent": deploy_agent,
    "verify_agent_health": verify_agent_health,
    "write_file": write_file,
    "read_file": read_file,
    "create_directory": create_directory,
}
