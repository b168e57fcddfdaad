"""What stands at the top of every generated file."""

from __future__ import annotations

import hashlib

import tomli_w

from daemon import __version__
from daemon.compiler.names import MARKER, prose
from daemon.core.naming import class_name
from daemon.core.spec import AgentSpec


def spec_toml(spec: AgentSpec) -> str:
    """The spec as published in ``agent_specs/``; reading it back gives an equal spec."""
    head = f"# {MARKER} {__version__} from the request {prose(spec.request.name)}. The source of the agents below.\n\n"
    return head + tomli_w.dumps(spec.model_dump(mode="json", exclude_none=True), multiline_strings=False)


def spec_sha256(spec: AgentSpec) -> str:
    """Hash of the published spec: which source an agent was compiled from."""
    return hashlib.sha256(spec_toml(spec).encode()).hexdigest()


def header_values(spec: AgentSpec) -> dict[str, str]:
    """The values every template's header needs."""
    return {
        "marker": MARKER,
        "version": __version__,
        "spec_sha256": spec_sha256(spec),
        "request_name": prose(spec.request.name, 80),
        "request_text": prose(spec.request.text, 200),
        "database": spec.database,
        "data_module": spec.agents.data,
        "calc_module": spec.agents.calc,
        "data_class": class_name(spec.agents.data),
        "calc_class": class_name(spec.agents.calc),
        "row_class": f"{class_name(spec.entity.name)}Row",
    }
