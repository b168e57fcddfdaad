"""The ``.env`` format: one ``NAME=value`` a line, ``#`` comments, optional quotes and ``export``. No expansion."""

from __future__ import annotations

import re

_LINE = re.compile(r"(?:export\s+)?([A-Za-z_][A-Za-z0-9_]*)\s*=\s*(.*)")
_QUOTED = re.compile(r"""(?:"((?:[^"\\]|\\.)*)"|'([^']*)')\s*(?:#.*)?""")
_COMMENT = re.compile(r"(?:^|\s)#.*")
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r"}


class EnvLineError(ValueError):
    """A line is no assignment. The message names its number, never its content: that may be a secret."""

    def __init__(self, line: int) -> None:
        super().__init__(f"line {line} is not KEY=value")


def parse_env(text: str) -> dict[str, str]:
    """Values by name; a later line wins.

    A value may stand in single quotes (as it is) or double quotes (with ``\\n``, ``\\"`` and ``\\\\``); without quotes
    a ``#`` after a space begins a comment. No value can hold a NUL. Raises ``EnvLineError``.
    """
    values = {}
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        pair = None if "\0" in line else _LINE.fullmatch(line.strip())
        value = _value(pair[2]) if pair else None
        if pair is None or value is None:
            raise EnvLineError(number)
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
