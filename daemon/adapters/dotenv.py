"""The ``.env`` file of a workspace."""

from __future__ import annotations

from pathlib import Path

from daemon.core.env_file import EnvFileError, parse_env
from daemon.core.errors import ConfigError


def read_dotenv(path: Path) -> dict[str, str]:
    """Names and values of the file; empty where there is none. Raises ``ConfigError``, never with a value in it."""
    try:
        return parse_env(path.read_text(encoding="utf-8-sig"))
    except FileNotFoundError:
        return {}
    except UnicodeDecodeError as problem:
        raise ConfigError(f"{path} cannot be read: not UTF-8", hint="save it as UTF-8 text") from problem
    except OSError as problem:
        raise ConfigError(f"{path} cannot be read: {problem.strerror}", hint="check who may read it") from problem
    except EnvFileError as problem:
        raise ConfigError(f"{path}, {problem}", hint="quote a value that has quotes in it") from problem
