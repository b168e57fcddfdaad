"""A request that has to wait does not hold the session."""

from __future__ import annotations

from argparse import Namespace
from pathlib import Path

from person import Person
from status_documents import deferred, write_daemon_status, write_request_status

from daemon.cli import prompt
from daemon.core.request import content_hash

TEXT = "say something clever about the portfolio"


def test_a_request_that_waits_for_a_model_leads_back_to_the_prompt(workspace: Path) -> None:
    write_daemon_status(workspace)
    person = Person(workspace)
    digest = content_hash(TEXT.encode())
    person.lines = [TEXT, "quit"]
    person.meanwhile = [
        lambda: write_request_status(workspace, "say-something-clever-about.md", request_sha256=digest, **deferred())
    ]

    assert prompt.run(Namespace(), person.terminal) == 0
    assert "taken up again by itself" in person.sees
