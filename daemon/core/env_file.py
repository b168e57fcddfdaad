"""The ``.env`` format: one ``NAME=value`` a line, ``#`` comments, optional quotes and ``export``. No expansion."""

from __future__ import annotations


def parse_env(text: str) -> dict[str, str]:
    """Variables by name; a later line wins. Lines that are no assignment are passed over."""
    found: dict[str, str] = {}
    for line in text.splitlines():
        stripped = line.strip().removeprefix("export ").strip()
        name, equals, value = stripped.partition("=")
        if equals and not stripped.startswith("#") and name.strip():
            found[name.strip()] = _unquoted(value.strip())
    return found


def _unquoted(value: str) -> str:
    if len(value) >= 2 and value[0] == value[-1] and value[0] in "\"'":
        return value[1:-1]
    return value.split(" #", 1)[0].rstrip()
