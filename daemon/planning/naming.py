"""Names of published agents: plain for the first request of a workspace, prefixed for later ones, wishes first."""

from __future__ import annotations

import hashlib
import keyword
import re
import sys
from collections.abc import Iterable

from daemon.core.build import Architecture
from daemon.core.errors import RequestInvalid
from daemon.core.naming import class_name, identifier
from daemon.core.request import Request
from daemon.core.spec import AgentSpec

_LONGEST_PREFIX = 40
_UNSAFE = frozenset({"readme", "conftest", "index", "agents", "test", "tests"})


def architecture(request: Request, existing: Iterable[AgentSpec]) -> Architecture:
    """The names of a request's two agents.

    Raises ``RequestInvalid`` when the request wishes for a name that is not free.
    """
    specs = tuple(existing)
    own = next((s.agents for s in specs if s.request.name == request.name), None)
    taken = {n: s.request.name for s in specs if s.request.name != request.name for n in (s.agents.data, s.agents.calc)}
    wished = request.options.agents
    for key, name in (("data", wished.data), ("calc", wished.calc)):
        if name is not None:
            _check_wish(key, name, taken)
    prefix = _free_prefix(request.name, taken) if taken else ""
    data = wished.data or (own.data if own else f"{prefix}data_agent")
    calc = wished.calc or (own.calc if own else f"{prefix}calc_agent")
    if data == calc:
        raise RequestInvalid(f"agents: both are called '{data}'", hint="give the two agents different names")
    return Architecture(data_module=data, data_class=class_name(data), calc_module=calc, calc_class=class_name(calc))


def _check_wish(key: str, name: str, taken: dict[str, str]) -> None:
    if name in taken:
        raise RequestInvalid(
            f"agents.{key}: '{name}' belongs to the request '{taken[name]}'", hint="choose another name"
        )
    if keyword.iskeyword(name) or keyword.issoftkeyword(name) or name in _UNSAFE or name in sys.stdlib_module_names:
        raise RequestInvalid(f"agents.{key}: '{name}' is no safe name for a module", hint=f"for example '{name}_agent'")


def _free_prefix(file_name: str, taken: dict[str, str]) -> str:
    stem = re.sub(r"^[\W\d_]+", "", file_name.rsplit(".", 1)[0]) or file_name.rsplit(".", 1)[0]
    plain = identifier(stem).strip("_")
    if plain == "value" and stem.lower() != "value":
        plain = f"request_{hashlib.sha256(file_name.encode()).hexdigest()[:6]}"
    plain = plain[:_LONGEST_PREFIX].strip("_")
    prefix, number = f"{plain}_", 2
    while {f"{prefix}data_agent", f"{prefix}calc_agent"} & taken.keys():
        prefix, number = f"{plain}_{number}_", number + 1
    return prefix
