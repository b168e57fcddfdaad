"""Pages made from the program are up to date, and status files fit their schema."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from status_documents import deferred, failed, needs_answer, running, succeeded, write_request_status

from daemon.cli.reference import pages, status_schema

DOCS = Path(__file__).parents[2] / "docs"


@pytest.mark.parametrize("name", ["cli.md", "status.schema.json"])
def test_pages_are_up_to_date(name: str) -> None:
    written = (DOCS / name).read_text(encoding="utf-8")
    assert written == pages()[name], "run: python -m daemon.cli.reference docs"


def test_pages_do_not_depend_on_the_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    before = pages()
    monkeypatch.setenv("COLUMNS", "40")
    assert pages() == before


@pytest.mark.parametrize("content", [{}, succeeded(), running(), failed(), deferred(), needs_answer()])
def test_status_files_fit_the_schema(workspace: Path, content: dict[str, Any]) -> None:
    write_request_status(workspace, **content)
    document = json.loads((workspace / "inbox" / "dscr.md.status.json").read_text(encoding="utf-8"))
    schema = json.loads(status_schema())
    validator = jsonschema.Draft202012Validator(schema, format_checker=jsonschema.FormatChecker())
    validator.validate(document)


@pytest.mark.parametrize(
    "change", [{"state": "done"}, {"progress": 2}, {"surprise": 1}, {"questions": [{}]}, {"schema_version": 2}]
)
def test_the_schema_refuses_what_is_no_status(workspace: Path, change: dict[str, Any]) -> None:
    write_request_status(workspace)
    document = json.loads((workspace / "inbox" / "dscr.md.status.json").read_text(encoding="utf-8"))
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({**document, **change}, json.loads(status_schema()))
