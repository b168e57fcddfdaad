"""Text of people and databases inside Markdown: shown as it is, never taken for mark-up."""

from __future__ import annotations

import re

_MARKUP = re.compile(r"([\\`*_{}\[\]<>|#~&$])")
_LINK = re.compile(r"(?i)(https?|ftp)://|(www)\.")


def escaped(text: str) -> str:
    """One line of plain words; nothing in it is mark-up, HTML or a link."""
    marked = _MARKUP.sub(r"\\\1", _line(text))
    return _LINK.sub(lambda m: f"{m[1]}\\://" if m[1] else f"{m[2]}\\.", marked)


def code(text: str) -> str:
    """A code span, also inside a table; as many backticks as it takes."""
    line = _line(text).replace("|", "\\|")
    fence = "`" * (_longest_run(line) + 1)
    padding = " " if line.startswith("`") or line.endswith("`") else ""
    return f"{fence}{padding}{line}{padding}{fence}" if line else ""


def fenced(text: str, language: str = "text") -> str:
    """A block of text that no line of it can end."""
    fence = "`" * max(_longest_run(text) + 1, 3)
    lines = "\n".join(_line_as_written(line) for line in text.splitlines())
    return f"{fence}{language}\n{lines}\n{fence}"


def label(text: str) -> str:
    """The text of a box in a Mermaid picture, without its quotes."""
    return "".join(c if c.isalnum() or c in " ._-,+" else f"#{ord(c)};" for c in _line(text))


def _line(text: str) -> str:
    return " ".join(_line_as_written(text).split())


def _line_as_written(text: str) -> str:
    return "".join(c if c.isprintable() or c == "\t" else " " for c in text)


def _longest_run(text: str) -> int:
    return max((len(run) for run in re.findall(r"`+", text)), default=0)
