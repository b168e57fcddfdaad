"""``meta-agent init``: a workspace, and with ``--sample`` one that works at once."""

from __future__ import annotations

import argparse
import contextlib
import sqlite3
from importlib.resources import files
from pathlib import Path

from daemon.cli.request_files import write_atomically
from daemon.cli.terminal import Terminal, program
from daemon.core.errors import WorkspaceError

FOLDERS = ("inbox", "agent_specs", "src/agents", "tests/agents", "docs/agents", "logs")
STATE_FOLDER = ".meta-agent"
SAMPLE_DATABASE = "orlando.db"
SAMPLE_URL = f"DATABASE_URL=sqlite:///{SAMPLE_DATABASE}\n"

ENVIRONMENT = """\
# Settings of this workspace; the environment wins over this file. Keep it to yourself: it may hold passwords.

# The database the agents read, SQLite or PostgreSQL; nothing is ever written to it:
# DATABASE_URL=postgresql://user:password@localhost/name

# The local model server. Requests that rules understand completely need none:
# LLM_BASE_URL=http://localhost:1234/v1
# LLM_MODEL_NAME=

# Isolation of test runs:
# SANDBOX_BACKEND=auto
# SANDBOX_MEMORY_LIMIT=512m
"""

IGNORED = """\
.env
.meta-agent/
logs/
inbox/*.status.json
inbox/.*
*.db
"""


def configure(parser: argparse.ArgumentParser) -> None:
    """Arguments of the command."""
    parser.usage = "meta-agent init [DIR] [--sample] [-C DIR]"
    parser.description = (
        "Makes the folders and settings of a workspace. What is there already stays as it is, so it may be run again."
    )
    parser.add_argument("folder", nargs="?", metavar="DIR", help="where (default: the workspace of -C)")
    parser.add_argument(
        "--sample", action="store_true", help="add the orlando sample database (SQLite) and example requests"
    )


def run(given: argparse.Namespace, terminal: Terminal) -> int:
    """0 with what was made on the output stream."""
    root = terminal.root / Path(given.folder).expanduser() if given.folder else terminal.root
    try:
        made = make_workspace(root, sample=given.sample)
    except OSError as problem:
        raise WorkspaceError(
            f"{problem.filename or root} cannot be made: {problem.strerror}", hint="choose another folder"
        ) from problem
    for path in made:
        terminal.write(f"  {terminal.symbols.done} {path}")
    terminal.write(f"{root} is a workspace{'' if made else ' already, nothing to do'}")
    _next_steps(terminal, root, given.sample)
    return 0


def make_workspace(root: Path, *, sample: bool) -> tuple[str, ...]:
    """Make what is missing; returns the paths that were made, relative to ``root``. Raises ``OSError``."""
    made = [folder for folder in FOLDERS if _make_folder(root / folder)]
    made += [STATE_FOLDER] if _make_folder(root / STATE_FOLDER, 0o700) else []
    made += [".env"] if _make_environment(root / ".env", sample) else []
    texts = {".gitignore": IGNORED, "glossary.toml": _resource("glossary.toml")}
    if sample:
        texts |= {f"requests/{name}": _resource(f"requests/{name}") for name in example_requests()}
        made += [SAMPLE_DATABASE] if _make_database(root / SAMPLE_DATABASE) else []
    return (*made, *(name for name, text in texts.items() if _make_file(root / name, text)))


def example_requests() -> tuple[str, ...]:
    """File names of the requests that ship as examples."""
    return tuple(sorted(file.name for file in files("daemon.cli").joinpath("sample/requests").iterdir()))


def _resource(name: str) -> str:
    return files("daemon.cli").joinpath("sample", name).read_text(encoding="utf-8")


def _make_folder(path: Path, mode: int = 0o755) -> bool:
    if path.is_dir():
        return False
    path.mkdir(mode, parents=True)
    return True


def _make_environment(path: Path, sample: bool) -> bool:
    """A file nobody has touched since ``init`` wrote it may still get the sample's database."""
    untouched = path.is_file() and path.read_text(encoding="utf-8", errors="replace") == ENVIRONMENT
    if path.exists() and not (sample and untouched):
        return False
    write_atomically(path, (ENVIRONMENT + ("\n" + SAMPLE_URL if sample else "")).encode(), mode=0o600)
    return True


def _make_file(path: Path, text: str) -> bool:
    if path.exists():
        return False
    path.parent.mkdir(parents=True, exist_ok=True)
    write_atomically(path, text.encode())
    return True


def _make_database(path: Path) -> bool:
    """Loaded beside its place and renamed: a half-loaded database is never found."""
    if path.exists():
        return False
    temporary = path.with_name(f".{path.name}.tmp")
    temporary.unlink(missing_ok=True)
    with contextlib.closing(sqlite3.connect(temporary)) as connection:
        connection.executescript(_resource("orlando.sql"))
    temporary.replace(path)
    return True


def _next_steps(terminal: Terminal, root: Path, sample: bool) -> None:
    command = program(root)
    if not sample:
        terminal.note(f"next: set DATABASE_URL in {root / '.env'}, then: {command} doctor")
        return
    terminal.note(f'next: {command} submit "I need an agent to calculate DSCR for properties"')
    terminal.note(f"      {command} run --once")
    terminal.note(f"      {command} call calc_agent --all")
