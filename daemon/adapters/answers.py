"""Answers to the daemon's questions: ``inbox/FILE.answers.toml`` beside the request they belong to."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from daemon.adapters.inbox_files import Fingerprint, read_request
from daemon.core.errors import RequestInvalid
from daemon.core.inbox_names import answers_name, status_name
from daemon.core.job import Job
from daemon.core.toml_text import TomlError, parse_toml


def read_answers(inbox: Path, job: Job) -> dict[str, str]:
    """The person's answers by question id; none where there is no file.

    Answers given before this revision was dropped do not count: its questions may be others under the same ids.
    Raises ``RequestInvalid`` for a file that cannot be used.
    """
    path = inbox / answers_name(status_name(job.request))
    try:
        status = path.lstat()
    except FileNotFoundError:
        return {}
    if datetime.fromtimestamp(status.st_mtime, UTC) < job.created_at:
        return {}
    try:
        content = read_request(path, Fingerprint.of(status))
    except RequestInvalid as problem:
        raise RequestInvalid(f"{path.name}: {problem.message}", hint="make it a text file you may read") from problem
    try:
        answers = parse_toml((content or b"").decode("utf-8")).get("answers", {})
    except (UnicodeDecodeError, TomlError) as problem:
        raise RequestInvalid(f"{path.name} is not valid TOML: {problem}", hint="mend or delete it") from problem
    if not isinstance(answers, dict) or not all(isinstance(answer, str) for answer in answers.values()):
        raise RequestInvalid(f"{path.name} has answers that are not text", hint='write q1 = "…" under [answers]')
    return answers
