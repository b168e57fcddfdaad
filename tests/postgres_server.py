"""A private PostgreSQL cluster from the distribution's programs: a socket in a folder of its own, no port."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg2

OLDEST = 15
FAST_SETTINGS = {
    "listen_addresses": "",
    "fsync": "off",
    "full_page_writes": "off",
    "synchronous_commit": "off",
    "shared_buffers": "16MB",
    "timezone": "UTC",
}


class ServerMissing(Exception):
    """No PostgreSQL server can be started here; the message says why."""


@dataclass(frozen=True)
class PostgresServer:
    """A running cluster; its superuser is ``postgres``, no password."""

    programs: Path
    folder: Path

    def url(self, database: str) -> str:
        return f"postgresql://postgres@/{database}?host={self.folder}"

    def create(self, database: str, template: str = "template0") -> None:
        self._administer(f'CREATE DATABASE "{database}" TEMPLATE "{template}" ENCODING \'UTF8\'')

    def drop(self, database: str) -> None:
        self._administer(f'DROP DATABASE IF EXISTS "{database}" WITH (FORCE)')

    def load(self, database: str, script: Path) -> None:
        """Run a script as ``psql`` does; the dumps hold its COPY blocks."""
        psql = [str(self.programs / "psql"), "-X", "-q", "-v", "ON_ERROR_STOP=1", "-h", str(self.folder)]
        _run([*psql, "-U", "postgres", "-d", database, "-o", os.devnull, "-f", str(script)])

    def _administer(self, statement: str) -> None:
        connection = psycopg2.connect(host=str(self.folder), user="postgres", dbname="postgres")
        try:
            connection.autocommit = True
            with connection.cursor() as cursor:
                cursor.execute(statement)
        finally:
            connection.close()


@contextmanager
def running_server() -> Iterator[PostgresServer]:
    """A fresh cluster, gone afterwards. Raises ``ServerMissing``."""
    programs = _programs()
    as_postgres = _as_postgres()
    folder = Path(tempfile.mkdtemp(prefix="meta-agent-pg-"))
    try:
        if as_postgres:
            shutil.chown(folder, "postgres", "postgres")
        folder.chmod(0o711)  # a socket needs a short path that other users can walk
        data = str(folder / "data")
        initdb = [str(programs / "initdb"), "-D", data, "-U", "postgres", "-A", "trust"]
        _run([*as_postgres, *initdb, "-E", "UTF8", "--locale=C.UTF-8", "--no-sync", "--no-instructions"])
        settings = {**FAST_SETTINGS, "unix_socket_directories": str(folder)}
        options = " ".join(f"-c {name}='{value}'" for name, value in settings.items())
        control = [*as_postgres, str(programs / "pg_ctl"), "-D", data, "-w"]
        _run([*control, "-l", str(folder / "log"), "-o", options, "start"])
        try:
            yield PostgresServer(programs, folder)
        finally:
            _run([*control, "-m", "immediate", "stop"])
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _programs() -> Path:
    """The folder of the newest server's programs: distributions keep them out of PATH."""
    folders = [*Path("/usr/lib/postgresql").glob("*/bin"), *Path("/opt/homebrew/opt").glob("postgresql@*/bin")]
    on_path = shutil.which("initdb")
    if on_path:
        folders.append(Path(on_path).resolve().parent)
    found = [(_version(folder), folder) for folder in folders if (folder / "initdb").exists()]
    if not found:
        raise ServerMissing("no PostgreSQL server programs found; on Debian: apt-get install postgresql")
    version, folder = max(found)
    if version < OLDEST:
        raise ServerMissing(f"PostgreSQL {version} is too old, the tests need {OLDEST} or newer")
    return folder


def _version(folder: Path) -> int:
    words = subprocess.run([folder / "initdb", "--version"], capture_output=True, text=True, check=True).stdout
    number = re.search(r"\d+", words)
    return int(number[0]) if number else 0


def _as_postgres() -> list[str]:
    """How to become the user ``postgres``: the server refuses to run as root."""
    if os.geteuid() != 0:
        return []
    if shutil.which("setpriv"):
        return ["setpriv", "--reuid=postgres", "--regid=postgres", "--init-groups"]
    if shutil.which("runuser"):
        return ["runuser", "-u", "postgres", "--"]
    raise ServerMissing("running as root and neither setpriv nor runuser is there to become the user postgres")


def _run(command: list[str]) -> None:
    # Without a pipe: the server would inherit it, and its end would never be seen.
    with tempfile.TemporaryFile() as output:
        done = subprocess.run(
            command, check=False, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT, cwd="/"
        )
        if done.returncode:
            output.seek(0)
            raise RuntimeError(f"{' '.join(command)}: {output.read().decode(errors='replace').strip()}")
