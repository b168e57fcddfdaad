"""Everything important about one request."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from daemon.cli.inbox import Document, parse_time
from daemon.cli.render.stages import stages_view
from daemon.cli.render.symbols import Symbols, command, one_line
from daemon.cli.render.words import age, bar, duration, facts, points, safe, section, state_text


def request_view(document: Document, symbols: Symbols, now: datetime, note: str = "") -> RenderableType:
    """Where the request stands, what was understood, what is open, what was made, how it was tested."""
    parts: list[RenderableType] = [_head(document, symbols, now), safe(document.get("message") or "")]
    if note:
        parts.append(safe(f"{symbols.warning} {note}", "yellow"))
    parts += _spaced(error_view(document, symbols))
    parts += _spaced(questions_view(document, symbols))
    parts += _spaced(_understanding(document, symbols))
    if document.get("stages"):
        parts += _spaced(iter([section("Steps", stages_view(document["stages"], symbols))]))
    parts += _spaced(outputs_view(document))
    parts += _spaced(_proof(document))
    return Group(*parts)


def result_view(document: Document, symbols: Symbols) -> RenderableType:
    """How a request that was just watched ended: files, understanding, questions, error."""
    parts = [
        *_spaced(error_view(document, symbols)),
        *_spaced(_understanding(document, symbols)),
        *_spaced(outputs_view(document)),
        *_spaced(_proof(document)),
    ]
    return Group(*parts)


def questions_view(document: Document, symbols: Symbols) -> Iterator[RenderableType]:
    """The open questions with their options; the default is marked."""
    blocks: list[RenderableType] = []
    for question in document.get("questions") or ():
        grid = Table.grid(padding=(0, 1))
        grid.add_column(no_wrap=True, style="yellow")
        grid.add_column(overflow="fold")
        grid.add_row(f"{one_line(str(question.get('id')))}", safe(question.get("text")))
        for option in question.get("options") or ():
            mark = " (default)" if option == question.get("default") else ""
            grid.add_row("", safe(f"{symbols.dot} {option}{mark}", "dim" if not mark else ""))
        blocks.append(grid)
    if blocks:
        yield section("Questions", Group(*blocks))
        if document.get("state") == "needs_answer":
            yield safe(f"  {symbols.arrow} {command('answer', str(document['request']))}", "yellow")


def error_view(document: Document, symbols: Symbols) -> Iterator[RenderableType]:
    """What went wrong, where, and what to do about it."""
    error = document.get("error")
    if not isinstance(error, dict):
        return
    told = error.get("message") == document.get("message")
    lines: list[RenderableType] = [] if told else [safe(error.get("message") or "", "red")]
    if error.get("hint"):
        lines.append(safe(f"{symbols.arrow} {error['hint']}"))
    rows = [(name, safe(error[name])) for name in ("code", "stage", "log") if error.get(name)]
    yield section("Error", Group(*lines, facts(rows)))


def outputs_view(document: Document) -> Iterator[RenderableType]:
    """The published files; a path is never cut."""
    outputs = document.get("outputs") or ()
    if outputs:
        yield section("Files", facts([(str(o.get("kind")), safe(o.get("path"))) for o in outputs]))


def _head(document: Document, symbols: Symbols, now: datetime) -> Text:
    text = Text.assemble(safe(document["request"], "bold"), "  ", state_text(str(document.get("state")), symbols))
    about = [f"revision {document['revision']}"] if (document.get("revision") or 0) > 1 else []
    started, finished = parse_time(document.get("started_at")), parse_time(document.get("finished_at"))
    if started and finished:
        about.append(f"took {duration((finished - started).total_seconds())}")
    if document.get("state") == "queued" and document.get("queue_position") is not None:
        about.append(f"{document['queue_position']} before it" if document["queue_position"] else "next in line")
    if document.get("eta_seconds"):
        about.append(f"about {duration(float(document['eta_seconds']))} left")
    updated = age(parse_time(document.get("updated_at")), now)
    about += [f"{updated} ago" if updated != "now" else updated] if updated else []
    text.append("  " + f" {symbols.dot} ".join(about), style="dim")
    if document.get("state") == "running":
        text.append("\n").append_text(bar(float(document.get("progress") or 0.0), 30, symbols))
    return text


def _understanding(document: Document, symbols: Symbols) -> Iterator[RenderableType]:
    if document.get("understanding"):
        yield section("Understood as", safe(document["understanding"]))
    if document.get("assumptions"):
        yield section("Assumptions", points(document["assumptions"], symbols.dot))
    if document.get("warnings"):
        yield section("Warnings", points(document["warnings"], symbols.warning, "yellow"))


def _proof(document: Document) -> Iterator[RenderableType]:
    rows = [*_tests(document), *_deferral(document), *_model(document)]
    if rows:
        yield facts(rows)


def _tests(document: Document) -> Iterator[tuple[str, RenderableType]]:
    tests = document.get("tests")
    if isinstance(tests, dict):
        failed = int(tests.get("failed") or 0)
        words = f"{tests.get('passed', 0)} passed, {failed} failed"
        if tests.get("mutants"):
            words += f"; {tests.get('mutants_killed', 0)} of {tests['mutants']} planted faults caught"
        yield "tests", safe(words, "red" if failed else "green")
    sandbox = document.get("sandbox")
    if isinstance(sandbox, dict):
        weak = " (limited process, no isolation)" if sandbox.get("backend") == "process" else ""
        yield "sandbox", safe(f"{sandbox.get('backend')}{weak}")


def _deferral(document: Document) -> Iterator[tuple[str, RenderableType]]:
    deferral = document.get("deferral")
    if isinstance(deferral, dict) and document.get("state") == "deferred":
        needed, available = deferral.get("required_bytes"), deferral.get("available_bytes")
        numbers = (
            f": {needed / 2**20:,.0f} MiB needed, {available / 2**20:,.0f} MiB free" if needed and available else ""
        )
        reason = str(deferral.get("reason")).replace("_", " ")
        yield "waits for", safe(f"{reason}{numbers}; looked at again {deferral.get('next_check_at')}", "yellow")


def _model(document: Document) -> Iterator[tuple[str, RenderableType]]:
    llm = document.get("llm")
    if not isinstance(llm, dict):
        return
    if llm.get("planner") == "rules" and not llm.get("calls"):
        yield "model", safe("not asked: rules understood the whole request")
    else:
        cached = f", {llm['cached_calls']} from the cache" if llm.get("cached_calls") else ""
        yield "model", safe(f"{llm.get('model') or 'unknown'}: {llm.get('calls', 0)} calls{cached}")


def _spaced(views: Iterator[RenderableType]) -> list[RenderableType]:
    found = list(views)
    return [Text(""), *found] if found else []
