"""The user's glossary: a word of theirs and the column it stands for."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from daemon.core.errors import ConfigError
from daemon.core.nearest import suggestion
from daemon.core.spec import Unit
from daemon.core.toml_text import TomlError, parse_toml


class GlossaryPart(BaseModel):
    """Base of every part: frozen, unknown keys are errors."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class GlossaryEntry(GlossaryPart):
    """One term. ``column`` is ``table.column`` or ``schema.table.column``."""

    term: str = Field(min_length=1)
    column: str = Field(pattern=r"^[^.]+(\.[^.]+){1,2}$")
    unit: Unit | None = None
    sign: Literal["positive", "negative"] = "positive"
    """``negative``: the column holds the figure with its sign turned (expenses below zero)."""
    definition: str = ""


class Glossary(GlossaryPart):
    """All terms."""

    entries: tuple[GlossaryEntry, ...] = ()

    def entry(self, term: str) -> GlossaryEntry | None:
        """The entry of that term, blind to case and spacing."""
        wanted = " ".join(term.split()).casefold()
        return next((e for e in self.entries if " ".join(e.term.split()).casefold() == wanted), None)


def load_glossary(text: str) -> Glossary:
    """``glossary.toml``: one table per term. Empty text is an empty glossary.

    Raises ``ConfigError`` that names the term and the key when something is not as it should be.
    """
    try:
        table = parse_toml(text)
    except TomlError as problem:
        raise ConfigError(f"glossary.toml is not valid TOML: {problem}", hint="see docs/glossary.md") from problem
    return Glossary(entries=tuple(_entry(term, content) for term, content in table.items()))


def _entry(term: str, content: object) -> GlossaryEntry:
    keys = tuple(k for k in GlossaryEntry.model_fields if k != "term")
    if not isinstance(content, dict):
        raise ConfigError(f"glossary.toml: '{term}' is no table", hint=f'write [{term}] and below it column = "…"')
    for key in content:
        if key not in keys:
            raise ConfigError(
                f"glossary.toml: '{term}' has the unknown key '{key}'",
                hint=suggestion(key, keys) or f"known keys: {', '.join(keys)}",
            )
    try:
        return GlossaryEntry(term=term, **content)
    except ValidationError as problem:
        first = problem.errors()[0]
        where = ".".join(str(part) for part in first["loc"]) or "column"
        raise ConfigError(
            f"glossary.toml: '{term}', key '{where}': {first['msg'].lower()}",
            hint='column is written "table.column"',
        ) from problem
