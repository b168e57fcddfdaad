"""ruff: the formatter and the security rules of the linter, without any configuration it might find."""

from __future__ import annotations

import json
import subprocess
from dataclasses import dataclass
from functools import cached_property

from ruff import find_ruff_bin  # type: ignore[import-untyped]

from daemon.core.errors import ConfigError
from daemon.core.findings import Finding, Level

_SECONDS = 30
_STYLE = ("--isolated", "--line-length", "100", "--target-version", "py311")
_IMPORT_ORDER = (
    *("--config", "lint.isort.known-first-party=['src']"),
    *("--config", "lint.isort.known-third-party=['daemon']"),
)


@dataclass(frozen=True)
class RuffFormatter:
    """Formats and lints text; nothing is read from or written to disk."""

    def format(self, source: str) -> str:
        """``source`` with sorted imports, without unused ones, formatted for 100 columns.

        Text that is no Python comes back unchanged: the syntax check says where it is wrong. Raises ``ConfigError``
        when ruff does not run.
        """
        fix = ("check", *_STYLE, *_IMPORT_ORDER, "--select", "I,F401", "--fix", "--exit-zero", "--quiet", "-")
        sorted_imports = self._run(fix, source)
        formatted = self._run(("format", *_STYLE, "-"), sorted_imports.stdout)
        if formatted.returncode == 0:
            return formatted.stdout
        if "Failed to parse" in formatted.stderr:
            return source
        raise _broken(formatted)

    def lint(self, source: str, path: str) -> tuple[Finding, ...]:
        """Findings of the security rules at ``path:line``, suppression comments ignored.

        Asserts are how tests speak, so they are fine in files under ``tests/``. Raises ``ConfigError`` when ruff does
        not run.
        """
        allowed = ("--ignore", "S101") if path.startswith("tests/") else ()
        options = ("--select", "S", *allowed, "--ignore-noqa", "--exit-zero", "--output-format", "json")
        shown = self._run(("check", *_STYLE, *options, "--stdin-filename", path, "-"), source)
        if shown.returncode != 0:
            raise _broken(shown)
        return tuple(
            Finding(
                level=Level.ERROR,
                code=f"ruff_{problem['code'] or 'syntax'}",
                place=f"{path}:{problem['location']['row']}",
                message=problem["message"],
                suggestion=problem.get("url") or "",
            )
            for problem in json.loads(shown.stdout)
        )

    def _run(self, arguments: tuple[str, ...], source: str) -> subprocess.CompletedProcess[str]:
        try:
            return subprocess.run(  # noqa: S603 - fixed arguments, the text goes through stdin
                [self._program, *arguments],
                input=source,
                capture_output=True,
                text=True,
                encoding="utf-8",
                timeout=_SECONDS,
                check=False,
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            raise ConfigError(
                f"the formatter ruff does not run: {error}", hint="pip install --force-reinstall ruff"
            ) from error

    @cached_property
    def _program(self) -> str:
        try:
            return str(find_ruff_bin())
        except FileNotFoundError as error:
            raise ConfigError(f"the formatter ruff is missing: {error}", hint="pip install ruff") from error


def _broken(run: subprocess.CompletedProcess[str]) -> ConfigError:
    reason = run.stderr.strip()[-300:] or f"exit code {run.returncode}"
    return ConfigError(f"the formatter ruff failed: {reason}", hint="pip install --upgrade ruff")
