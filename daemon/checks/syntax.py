"""Generated files are plain, readable text, and the Python among them compiles. Nothing is run."""

from __future__ import annotations

import ast
import re
import warnings
from collections.abc import Iterable, Iterator

from daemon.core.build import GeneratedFile
from daemon.core.findings import Finding, Level
from daemon.core.toml_text import TomlError, parse_toml

MAX_BYTES = 100_000
_COOKIE = re.compile(r"^[ \t\f]*#.*?coding[:=][ \t]*([-\w.]+)")
_MISLEADING = re.compile("[\u202a-\u202e\u2066-\u2069\ufeff\x00-\x08\x0b\x0e-\x1f\x7f]")
"""Control characters, and those that show text in another order than a program reads it."""


def check_syntax(files: Iterable[GeneratedFile]) -> tuple[Finding, ...]:
    """What is wrong with each file, at ``path:line``."""
    return tuple(finding for file in files for finding in _findings(file))


def _findings(file: GeneratedFile) -> Iterator[Finding]:
    try:
        content = file.content
    except UnicodeEncodeError as error:
        line = file.text.count("\n", 0, error.start) + 1
        yield _error(file, line, "not_utf8", "a character cannot be written as UTF-8", "use plain text")
        return
    if len(content) > MAX_BYTES:
        yield _error(
            file, 1, "too_large", f"{len(content)} bytes, at most {MAX_BYTES} are allowed", "split it into modules"
        )
        return
    if file.path.endswith(".py"):
        yield from _characters(file)
        yield from _python(file)
    elif file.path.endswith(".toml"):
        yield from _toml(file)


def _characters(file: GeneratedFile) -> Iterator[Finding]:
    for number, line in enumerate(file.text.split("\n"), start=1):
        if found := _MISLEADING.search(line):
            name = f"U+{ord(found.group()):04X}"
            yield _error(file, number, "misleading_character", f"contains the control character {name}", "remove it")
        if number <= 2 and (cookie := _COOKIE.match(line)):
            message = f"declares the encoding {cookie.group(1)}, under which Python reads other code than is shown here"
            yield _error(file, number, "encoding_declared", message, "remove the line: files are UTF-8")


def _python(file: GeneratedFile) -> Iterator[Finding]:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            compile(ast.parse(file.content, file.path), file.path, "exec", dont_inherit=True)
    except SyntaxError as error:
        yield _error(file, error.lineno or 1, "syntax", error.msg, "generate the file again")
    except (ValueError, MemoryError, RecursionError) as error:
        yield _error(file, 1, "syntax", f"cannot be parsed: {type(error).__name__}", "generate the file again")


def _toml(file: GeneratedFile) -> Iterator[Finding]:
    try:
        parse_toml(file.text)
    except TomlError as error:
        yield _error(file, 1, "syntax", f"is no TOML: {error}", "generate the file again")


def _error(file: GeneratedFile, line: int, code: str, message: str, suggestion: str) -> Finding:
    return Finding(level=Level.ERROR, code=code, place=f"{file.path}:{line}", message=message, suggestion=suggestion)
