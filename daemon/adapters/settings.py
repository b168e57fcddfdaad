"""Settings from where people write them: command line, environment, ``.env``, ``meta-agent.toml``; then defaults.

Every setting has one name, the same in all four (``LLM_BASE_URL``). In ``meta-agent.toml`` case does not count and a
table is the first part of the name: ``[llm]`` with ``base_url`` is ``LLM_BASE_URL``. An empty value is no value.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from pydantic import SecretStr, ValidationError

from daemon.adapters.dotenv import read_dotenv
from daemon.core.config import Settings
from daemon.core.errors import ConfigError
from daemon.core.nearest import suggestion
from daemon.core.toml_text import TomlError, parse_toml

CONFIG_FILE = "meta-agent.toml"
STATE_DIR = "META_AGENT_STATE_DIR"
STORE_URL = "META_AGENT_STORE_URL"
DATABASE_URL = "DATABASE_URL"

FIELDS: dict[str, tuple[str, ...]] = {
    "LLM_BASE_URL": ("llm", "base_url"),
    "LLM_MODEL_NAME": ("llm", "model_name"),
    "LLM_API_KEY": ("llm", "api_key"),
    "LLM_TEMPERATURE": ("llm", "temperature"),
    "LLM_MAX_TOKENS": ("llm", "max_tokens"),
    "LLM_CONTEXT_LENGTH": ("llm", "context_length"),
    "META_AGENT_PLANNER": ("planner",),
    "META_AGENT_LOG_LEVEL": ("log_level",),
    "META_AGENT_MAX_RETRIES": ("max_retries",),
    "META_AGENT_TIMEOUT": ("timeout_seconds",),
    "META_AGENT_SETTLE_SECONDS": ("inbox", "settle_seconds"),
    "META_AGENT_RESCAN_SECONDS": ("inbox", "rescan_seconds"),
    "DOCKER_TIMEOUT": ("sandbox", "timeout_seconds"),
    "SANDBOX_BACKEND": ("sandbox", "backend"),
    "SANDBOX_MEMORY_LIMIT": ("sandbox", "memory_bytes"),
    "SANDBOX_CPU_LIMIT": ("sandbox", "cpus"),
}
"""Where each name goes in ``Settings``."""

NAMES = (*FIELDS, STATE_DIR, STORE_URL, DATABASE_URL)
"""Every name that can be set."""

_DATABASE = re.compile(r"(?:sqlite|postgres(?:ql)?)(?:\+\w+)?://", re.IGNORECASE)
_SIZE = re.compile(r"(\d+(?:\.\d+)?)\s*([kmgt]?)i?b?", re.IGNORECASE)
_SIZE_POWERS = {"": 0, "k": 1, "m": 2, "g": 3, "t": 4}


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """A value as somebody wrote it, and where."""

    value: str
    source: str


def load_settings(root: Path, environment: Mapping[str, str], overrides: Mapping[str, str] | None = None) -> Settings:
    """The settings of the workspace ``root``.

    Raises ``ConfigError`` when the folder is missing, a name is unknown or a value is not valid.
    """
    root = root.expanduser().absolute()
    if not root.is_dir():
        raise ConfigError(f"{root} is no folder", hint="choose the workspace with -C DIR, or make one: meta-agent init")
    given = _merged(root, environment, overrides or {})
    state_dir = root / Path(given[STATE_DIR].value if STATE_DIR in given else ".meta-agent").expanduser()
    store_url = f"sqlite:///{state_dir / 'store.db'}"
    if STORE_URL in given:
        store_url = _checked_database(STORE_URL, given[STORE_URL])
    values: dict[str, Any] = {
        "workspace": root,
        "state_dir": state_dir,
        "store_url": SecretStr(_database_url(store_url, root)),
        "database_urls": dict(_databases(given, root)),
    }
    for name, path in FIELDS.items():
        if name in given:
            part = values.setdefault(path[0], {}) if len(path) > 1 else values
            part[path[-1]] = _READERS.get(name, str)(given[name].value)
    try:
        return Settings.model_validate(values)
    except ValidationError as problem:
        raise _invalid(problem, given) from problem


def _merged(root: Path, environment: Mapping[str, str], overrides: Mapping[str, str]) -> dict[str, Given]:
    """Every value in force, the strongest source last; other names of the environment are kept for its URLs."""
    for name in overrides:
        if name not in NAMES:
            raise ConfigError(f"unknown setting '{name}'", hint=suggestion(name, NAMES))
    sources: dict[str, Mapping[str, str]] = {
        CONFIG_FILE: _config_file(root / CONFIG_FILE),
        ".env": read_dotenv(root / ".env"),
        "environment": environment,
        "command line": overrides,
    }
    return {
        name: Given(value=value, source=source)
        for source, values in sources.items()
        for name, value in values.items()
        if value.strip()
    }


def _config_file(path: Path) -> dict[str, str]:
    try:
        table = parse_toml(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, UnicodeDecodeError, TomlError) as problem:
        raise ConfigError(
            f"{path} cannot be read: {problem}", hint="it is TOML, such as: LLM_MAX_TOKENS = 4096"
        ) from None
    values = {}
    for written, value in _flat(table):
        name = written.replace(".", "_").upper()
        if name not in NAMES:
            known = suggestion(name, NAMES) or "docs/configuration.md lists them"
            raise ConfigError(f"{path}: unknown key '{written}'", hint=known)
        if isinstance(value, bool) or not isinstance(value, str | int | float):
            raise ConfigError(f"{path}: '{written}' is neither text nor number", hint=f"write {name} = …")
        values[name] = str(value)
    return values


def _flat(table: Mapping[str, Any], before: str = "") -> Iterator[tuple[str, Any]]:
    for key, value in table.items():
        if isinstance(value, dict):
            yield from _flat(value, f"{before}{key}.")
        else:
            yield f"{before}{key}", value


def _databases(given: Mapping[str, Given], root: Path) -> Iterator[tuple[str, SecretStr]]:
    """Whatever holds a database URL; ``DATABASE_URL`` first."""
    for name in sorted(given, key=lambda name: (name != DATABASE_URL, name)):
        if name == DATABASE_URL or (name != STORE_URL and _DATABASE.match(given[name].value)):
            yield name, SecretStr(_database_url(_checked_database(name, given[name]), root))


def _checked_database(name: str, given: Given) -> str:
    if not _DATABASE.match(given.value):
        raise ConfigError(
            f"{name} ({given.source}) is no URL of a SQLite or PostgreSQL database",
            hint="such as sqlite:///data/orlando.db or postgresql://user:password@host/name",
        )
    return given.value


def _database_url(url: str, root: Path) -> str:
    """The URL as SQLAlchemy needs it: our PostgreSQL driver named, a relative SQLite path made absolute."""
    url = re.sub(r"^postgres(?:ql)?://", "postgresql+psycopg2://", url.strip(), flags=re.IGNORECASE)
    path = re.fullmatch(r"(sqlite(?:\+\w+)?:///)([^/:?][^?]*)(.*)", url, re.DOTALL)
    if path is None or path[2].startswith("file:"):
        return url
    return f"{path[1]}{root / path[2]}{path[3]}"


def _size(text: str) -> object:
    """Bytes of ``512m``, ``1.5 GiB`` or a bare number; anything else is left for validation to refuse."""
    size = _SIZE.fullmatch(text.strip())
    return int(Decimal(size[1]) * 1024 ** _SIZE_POWERS[size[2].lower()]) if size else text


_READERS: dict[str, Callable[[str], object]] = {
    "META_AGENT_LOG_LEVEL": str.upper,
    "META_AGENT_PLANNER": str.lower,
    "SANDBOX_BACKEND": str.lower,
    "SANDBOX_MEMORY_LIMIT": _size,
}


def _invalid(problem: ValidationError, given: Mapping[str, Given]) -> ConfigError:
    """What is wrong with the first bad value. A key never shows its value."""
    first = problem.errors(include_url=False, include_context=False)[0]
    name = next((n for n, path in FIELDS.items() if path == first["loc"]), ".".join(map(str, first["loc"])))
    source = f" ({given[name].source})" if name in given else ""
    shown = f" '{given[name].value}'" if name in given and name != "LLM_API_KEY" else ""
    return ConfigError(f"{name}{source} has no valid value{shown}", hint=first["msg"])
