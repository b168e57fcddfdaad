"""A statement as the text of one engine."""

from __future__ import annotations

import re
from typing import Any

from sqlalchemy import Select
from sqlalchemy.dialects import postgresql, sqlite

_CLAUSE = re.compile(
    r"""('(?:[^']|'')*'|"(?:[^"]|"")*")|\s+(SELECT|FROM|LEFT OUTER JOIN|WHERE|GROUP BY)\b|[ ]+(?=\n)"""
)
"""A quoted text or name (kept), the start of a clause (put on a line of its own), or space at the end of a line."""


def statement_text(statement: Select[Any], dialect: str) -> str:
    """The SQL of ``statement`` with its values written out; ``dialect`` is ``sqlite`` or ``postgresql``."""
    engines = {"sqlite": sqlite.dialect, "postgresql": postgresql.dialect}
    compiled = statement.compile(
        dialect=engines[dialect](paramstyle="named"), compile_kwargs={"literal_binds": True, "render_postcompile": True}
    )
    return _CLAUSE.sub(lambda m: m[1] or (f"\n{m[2]}" if m[2] else ""), str(compiled)).strip()
