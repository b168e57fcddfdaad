"""The nearest known name: every error about an unknown name offers it."""

from __future__ import annotations

import difflib
from collections.abc import Iterable


def nearest(name: str, known: Iterable[str], limit: int = 3) -> tuple[str, ...]:
    """Up to ``limit`` known names that look like ``name``, best first; blind to case."""
    by_fold = {k.casefold(): k for k in known}
    found = difflib.get_close_matches(name.casefold(), by_fold, n=limit, cutoff=0.6)
    return tuple(by_fold[f] for f in found)


def suggestion(name: str, known: Iterable[str]) -> str:
    """``did you mean 'x'?``, or an empty text when nothing is near."""
    found = nearest(name, known, limit=1)
    return f"did you mean '{found[0]}'?" if found else ""
