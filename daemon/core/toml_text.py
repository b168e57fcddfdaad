"""TOML that people write, read so that no text of theirs can do more than be wrong."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable
from typing import Any

LONGEST_KEY = 32
"""Parts a dotted key may have; reading time grows with the square of them."""

_LONG_KEY = re.compile(rf"(?<![^\s.=,{{}}\[\]])(?:[^\s.=,{{}}\[\]]+[ \t]*\.[ \t]*){{{LONGEST_KEY}}}")


class TomlError(ValueError):
    """The text is no TOML, or none that a person writes. The message says what and where."""


def parse_toml(text: str, parse_float: Callable[[str], Any] = float) -> dict[str, Any]:
    """The table of a TOML text. Raises ``TomlError``."""
    if long_key := _LONG_KEY.search(text):
        line = text.count("\n", 0, long_key.start()) + 1
        raise TomlError(f"line {line} has a key of more than {LONGEST_KEY} parts")
    try:
        return tomllib.loads(text, parse_float=parse_float)
    except RecursionError:
        raise TomlError("brackets are nested too deeply") from None
    except tomllib.TOMLDecodeError as problem:
        raise TomlError(str(problem)) from None
    except ValueError:  # from ``int``, which tomllib lets through
        raise TomlError("a number has thousands of digits") from None
