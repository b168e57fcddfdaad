"""The ``.env`` file: ``KEY=value`` lines, read strictly."""

from __future__ import annotations

import re
from pathlib import Path

from daemon.core.errors import ConfigError

_LINE = re.compile(r"(?:export\s+)?([A-Za-z_][A-Za-z0-9_]*)\s*=\s*(.*)")
_QUOTED = re.compile(r"""(?:"((?:[^"\\]|\\.)*)"|'([^']*)')\s*(?:#.*)?""")
_COMMENT = re.compile(r"(?:^|\s)#.*")
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r"}


def read_dotenv(path: Path) -> dict[str, str]:
    """Names and values of the file; empty where there is none.

    A value may stand in single quotes (as it is) or double quotes (with ``\\n``, ``\\"`` and ``\\\\``); without quotes
    a ``#`` after a space begins a comment. Raises ``ConfigError`` with the line, never with its content.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        return {}
    except (OSError, UnicodeDecodeError) as problem:
        raise ConfigError(f"{path} cannot be read: {_reason(problem)}", hint="save it as UTF-8 text") from problem
    values = {}
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        pair = _LINE.fullmatch(line.strip())
        value = _value(pair[2]) if pair else None
        if pair is None or value is None:
            raise ConfigError(f"{path}, line {number} is not KEY=value", hint="quote a value that has quotes in it")
        values[pair[1]] = value
    return values


def _value(written: str) -> str | None:
    """The value as meant; None when a quote is not closed or something follows it."""
    if not written.startswith(("'", '"')):
        return _COMMENT.sub("", written).strip()
    quoted = _QUOTED.fullmatch(written)
    if quoted is None:
        return None
    if quoted[2] is not None:
        return quoted[2]
    return re.sub(r"\\(.)", lambda escape: _ESCAPES.get(escape[1], escape[1]), quoted[1])


def _reason(problem: OSError | UnicodeDecodeError) -> str:
    return "not UTF-8" if isinstance(problem, UnicodeDecodeError) else problem.strerror or "unknown reason"
