"""A request: what a person dropped into the inbox, read strictly.

``parse`` is the only way to make one. Bytes that are no request raise ``RequestInvalid`` with what and where.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, StrictInt, StrictStr, ValidationError

from daemon.core.errors import RequestInvalid
from daemon.core.inbox_names import STATUS_SUFFIX, SUFFIXES, is_request_name
from daemon.core.nearest import suggestion
from daemon.core.toml_text import TomlError, parse_toml

__all__ = [
    "FENCE",
    "MAX_BYTES",
    "STATUS_SUFFIX",
    "SUFFIXES",
    "AgentNameWish",
    "Options",
    "Planner",
    "Request",
    "content_hash",
    "is_request_name",
    "normalised",
    "parse",
]

MAX_BYTES = 256 * 1024
FENCE = "+++"

Planner = Literal["auto", "rules", "llm"]


class AgentNameWish(BaseModel):
    """Module names the person wants."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    data: StrictStr | None = Field(default=None, pattern=r"^[a-z][a-z0-9_]{0,60}$")
    calc: StrictStr | None = Field(default=None, pattern=r"^[a-z][a-z0-9_]{0,60}$")


class Options(BaseModel):
    """Front matter: everything a request may say besides its text."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    title: StrictStr = ""
    priority: StrictInt = Field(default=5, ge=0, le=9)
    planner: Planner | None = None
    database: StrictStr | None = Field(default=None, pattern=r"^[A-Za-z_][A-Za-z0-9_]*$")
    agents: AgentNameWish = AgentNameWish()
    answers: dict[str, StrictStr] = Field(default_factory=dict)


_SPELLINGS = {
    "agents": "write lower-case letters, digits and _, beginning with a letter, at most 61",
    "database": "write the name of an environment variable: letters, digits and _",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One accepted request. ``name`` is the file name, ``sha256`` the hash of the normalised content."""

    name: str
    sha256: str
    text: str
    options: Options = field(default_factory=Options)


def normalised(content: bytes) -> bytes:
    """Content without what an editor changes by itself: line ends, trailing white space, a byte order mark."""
    text = content.removeprefix(b"\xef\xbb\xbf").replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    return b"\n".join(line.rstrip() for line in text.split(b"\n")).strip(b"\n")


def content_hash(content: bytes) -> str:
    """Identity of a request's content, blind to line ends and trailing white space."""
    return hashlib.sha256(normalised(content)).hexdigest()


def parse(name: str, content: bytes) -> Request:
    """Read ``content`` as the request ``name``.

    Raises ``RequestInvalid`` when it is empty, too large, not UTF-8 text, or has broken or unknown front matter.
    """
    text = _decoded(content)
    if name.lower().endswith(".toml"):
        table = _toml(text, first_line=1)
        body = table.pop("request", "")
        if not isinstance(body, str):
            raise RequestInvalid("the key 'request' is not text", hint='write request = "…"')
    else:
        table, body = _front_matter(text)
    if not body.strip():
        raise RequestInvalid("the request has no text", hint="write in plain words what should be calculated")
    return Request(name=name, sha256=content_hash(content), text=body.strip(), options=_options(table))


def _decoded(content: bytes) -> str:
    if len(content) > MAX_BYTES:
        raise RequestInvalid(f"the file has more than {MAX_BYTES // 1024} KiB", hint="a request is a few sentences")
    if not content.strip():
        raise RequestInvalid("the file is empty", hint="write in plain words what should be calculated")
    if b"\0" in content:
        place = content.index(b"\0") + 1
        raise RequestInvalid(f"byte {place} is NUL: this is not text", hint="save it as UTF-8 text")
    try:
        return normalised(content).decode("utf-8")
    except UnicodeDecodeError as problem:
        raise RequestInvalid(f"byte {problem.start + 1} is not UTF-8", hint="save it as UTF-8 text") from problem


def _front_matter(text: str) -> tuple[dict[str, object], str]:
    lines = text.split("\n")
    if lines[0].strip() != FENCE:
        return {}, text
    for number, line in enumerate(lines[1:], start=1):
        if line.strip() == FENCE:
            return _toml("\n".join(lines[1:number]), first_line=2), "\n".join(lines[number + 1 :])
    raise RequestInvalid("line 1 opens front matter that no later '+++' closes", hint="add a line with only +++")


def _toml(text: str, *, first_line: int) -> dict[str, object]:
    try:
        return parse_toml(text)
    except TomlError as problem:
        place = f" (the TOML begins in line {first_line})" if first_line > 1 else ""
        raise RequestInvalid(f"not valid TOML: {problem}{place}", hint="see docs/requests.md for the keys") from problem


def _options(table: dict[str, object]) -> Options:
    known = tuple(Options.model_fields)
    for key in table:
        if key not in known:
            raise RequestInvalid(
                f"unknown key '{key}'", hint=suggestion(key, known) or f"known keys: {', '.join(known)}"
            )
    try:
        return Options.model_validate(table)
    except ValidationError as problem:
        first = problem.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        reason = first["msg"][:1].lower() + first["msg"][1:]
        if first["type"] == "string_pattern_mismatch":
            reason = _SPELLINGS[str(first["loc"][0])]
        raise RequestInvalid(f"key '{where}': {reason}", hint="see docs/requests.md") from problem
