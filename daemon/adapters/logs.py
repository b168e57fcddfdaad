"""Logs: ``logs/daemon.log`` for the daemon, a folder of its own for each request. No secret is ever written."""

from __future__ import annotations

import json
import logging
import logging.handlers
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from daemon.core.config import Settings
from daemon.core.inbox_names import log_folder, plain_name
from daemon.core.job import Job

ROTATE_BYTES = 2 * 1024**2
ROTATE_FILES = 5
_LOGGERS = ("daemon", "apscheduler", "watchdog")
_PLAIN = re.compile(r"[\w.:/+-]+", re.ASCII)
_PASSWORD = re.compile(r"(?<=://)([^/\s:@]*):([^/\s@]+)@")
_QUERY_PASSWORD = re.compile(r"(?<=password=)[^&\s]+", re.IGNORECASE)


def fields(**values: object) -> str:
    """``key=value`` pairs for a log line; what is not plain is quoted, so no value can forge a line."""
    return " ".join(f"{key}={_quoted(str(value))}" for key, value in values.items())


def secrets_of(settings: Settings) -> tuple[str, ...]:
    """The texts that must never be written: the model server's key, whole database URLs and their passwords."""
    urls = [url.get_secret_value() for url in (settings.store_url, *settings.database_urls.values())]
    found = [match[2] for url in urls for match in _PASSWORD.finditer(url)]
    found += [word for url in urls for word in _QUERY_PASSWORD.findall(url)]
    key = settings.llm.api_key.get_secret_value()
    return tuple(word for word in (*found, key) if word and word != "lm-studio")


class Redactor:
    """Hides known secrets, and the password of anything that looks like a URL."""

    def __init__(self, secrets: Iterable[str]) -> None:
        self._secrets = sorted(set(secrets), key=len, reverse=True)

    def __call__(self, text: str) -> str:
        """``text`` without them."""
        for secret in self._secrets:
            text = text.replace(secret, "***")
        return _QUERY_PASSWORD.sub("***", _PASSWORD.sub(r"\1:***@", text))


@contextmanager
def daemon_log(folder: Path, level: str, redacted: Redactor) -> Iterator[None]:
    """Write the program's log to ``folder/daemon.log`` while the block runs."""
    handler = logging.handlers.RotatingFileHandler(
        folder / "daemon.log",
        maxBytes=ROTATE_BYTES,
        backupCount=ROTATE_FILES,
        encoding="utf-8",
        errors="backslashreplace",
    )
    handler.setFormatter(_OneLine(redacted))
    loggers = [logging.getLogger(name) for name in _LOGGERS]
    for logger in loggers:
        logger.addHandler(handler)
        logger.setLevel(level if logger.name == "daemon" else logging.WARNING)
    try:
        yield
    finally:
        for logger in loggers:
            logger.removeHandler(handler)
        handler.close()


class RequestLogs:
    """``logs/NAME/``: what happened to a request, in full."""

    def __init__(self, root: Path, redacted: Redactor) -> None:
        self._root = root
        self._redacted = redacted

    def write(self, job: Job, text: str) -> str:
        """Keep the story of a failure; returns its path relative to the workspace, empty when it cannot be written."""
        folder = Path(log_folder(plain_name(job.request)))
        path = folder / f"{job.revision}-{job.id[:8]}-error.log"
        try:
            (self._root / folder).mkdir(parents=True, exist_ok=True)
            content = self._redacted(text).encode("utf-8", "backslashreplace")
            (self._root / path).write_bytes(content)
        except OSError as problem:
            logging.getLogger(__name__).warning("log not written %s", fields(name=job.request, reason=problem))
            return ""
        return path.as_posix()

    def prune(self, before: datetime) -> int:
        """Delete logs of requests that are older; returns how many."""
        old = [path for path in self._root.glob("logs/*/*") if path.is_file() and _changed(path) < before]
        for path in old:
            path.unlink(missing_ok=True)
        return len(old)


class _OneLine(logging.Formatter):
    """Time, level, logger, text: always one line."""

    def __init__(self, redacted: Redactor) -> None:
        super().__init__()
        self._redacted = redacted

    def format(self, record: logging.LogRecord) -> str:
        time = datetime.fromtimestamp(record.created, UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
        text = record.getMessage()
        if record.exc_info:
            text += " " + fields(trace=self.formatException(record.exc_info))
        line = f"{time} {record.levelname} {record.name} {self._redacted(text)}"
        return line.replace("\n", "\\n").replace("\r", "\\r")


def _quoted(text: str) -> str:
    return text if _PLAIN.fullmatch(text) else json.dumps(text)


def _changed(path: Path) -> datetime:
    return datetime.fromtimestamp(path.lstat().st_mtime, UTC)
