"""The ``.env`` file of a workspace."""

from __future__ import annotations

from pathlib import Path

from daemon.core.env_file import EnvLineError, parse_env
from daemon.core.errors import ConfigError


def read_dotenv(path: Path) -> dict[str, str]:
    """Names and values of the file; empty where there is none.

    Raises ``ConfigError`` with the line that is wrong, never with its content.
    """
    try:
        return parse_env(path.read_text(encoding="utf-8-sig"))
    except FileNotFoundError:
        return {}
    except EnvLineError as problem:
        raise ConfigError(f"{path}, {problem}", hint="quote a value that has quotes in it") from problem
    except (OSError, UnicodeDecodeError) as problem:
        raise ConfigError(f"{path} cannot be read: {_reason(problem)}", hint="save it as UTF-8 text") from problem


def _reason(problem: OSError | UnicodeDecodeError) -> str:
    return "not UTF-8" if isinstance(problem, UnicodeDecodeError) else problem.strerror or "unknown reason"
