"""The record of a defect: everything a report needs, nothing secret."""

from __future__ import annotations

import os
import platform
import re
import tempfile
import traceback
from datetime import datetime
from pathlib import Path

from daemon import __version__

_PASSWORD = re.compile(r"(?<=://)([^\s:/@]*):[^\s/]*@")
_KEY = re.compile(r"(?i)((?:api[_-]?key|token|password|secret)['\"]?\s*[=:]\s*['\"]?)[^\s'\",)]+")


def record(defect: BaseException, root: Path, now: datetime) -> Path:
    """Write traceback and versions under ``logs/`` of the workspace, or to a temporary folder; returns the path."""
    name = f"defect-{now:%Y%m%dT%H%M%S}-{os.getpid()}.log"
    text = "".join(traceback.format_exception(defect))
    about = f"meta-agent {__version__}, Python {platform.python_version()}, {platform.platform()}\n\n"
    content = about + without_secrets(text)
    if (root / "inbox").is_dir():
        try:
            (root / "logs").mkdir(exist_ok=True)
            (root / "logs" / name).write_text(content, encoding="utf-8", errors="replace")
            return root / "logs" / name
        except OSError:
            pass  # a full or read-only disk must not hide the defect itself
    elsewhere = Path(tempfile.mkdtemp(prefix="meta-agent-")) / name
    elsewhere.write_text(content, encoding="utf-8", errors="replace")
    return elsewhere


def without_secrets(text: str) -> str:
    """``text`` with passwords of URLs and values of keys blackened."""
    return _KEY.sub(r"\1***", _PASSWORD.sub(r"\1:***@", text))
