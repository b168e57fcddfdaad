"""A request planned against a small database: what the planner makes of it."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from daemon.adapters.database import open_database
from daemon.core.build import Analysis, Architecture, Draft
from daemon.core.ports import Database
from daemon.core.request import Options, Request
from daemon.core.spec import AgentSpec, Metric
from daemon.planning.analysis import analyze
from daemon.planning.draft import Drafting, draft
from daemon.planning.glossary import load_glossary
from daemon.planning.library import FormulaLibrary, load_library

NAMES = Architecture(data_module="data_agent", data_class="DataAgent", calc_module="calc_agent", calc_class="CalcAgent")


@cache
def library() -> FormulaLibrary:
    """The library that ships with the package; reading it once is enough."""
    return load_library()


def request(text: str, answers: Mapping[str, str] | None = None, name: str = "dscr.md") -> Request:
    return Request(name=name, sha256="0" * 64, text=text, options=Options(answers=dict(answers or {})))


@dataclass(frozen=True, slots=True)
class Plan:
    """Everything that came out of a request."""

    analysis: Analysis
    draft: Draft

    @property
    def spec(self) -> AgentSpec:
        assert self.draft.spec is not None, self.end
        return self.draft.spec

    @property
    def metric(self) -> Metric:
        assert len(self.spec.metrics) == 1
        return self.spec.metrics[0]

    @property
    def end(self) -> str:
        """``spec``, ``questions``, ``leftovers`` or ``refusal``."""
        for part in (self.analysis, self.draft):
            for name in ("refusal", "leftovers", "questions"):
                if getattr(part, name):
                    return name
        return "spec"

    @property
    def left(self) -> str:
        """Everything that was not understood."""
        return " | ".join((*self.analysis.leftovers, *self.draft.leftovers))

    @property
    def questions(self) -> dict[str, tuple[str, ...]]:
        """Options by id of the open questions."""
        return {q.id: q.options for q in (*self.analysis.questions, *self.draft.questions)}


class Planner:
    """Plans requests against one database."""

    def __init__(self, database: Database, glossary: str = "") -> None:
        self.database = database
        self.schema = database.schema()
        self.glossary = load_glossary(glossary)

    def plan(self, text: str, answers: Mapping[str, str] | None = None) -> Plan:
        asked = request(text, answers)
        analysis = analyze(asked, self.schema, library(), self.glossary, self.database)
        if not analysis.metrics:
            return Plan(analysis, Draft())
        return Plan(analysis, draft(self._drafting(asked, analysis)))

    def _drafting(self, asked: Request, analysis: Analysis) -> Drafting:
        return Drafting(
            request=asked,
            analysis=analysis,
            architecture=NAMES,
            schema=self.schema,
            library=library(),
            glossary=self.glossary,
            database=self.database,
        )


def planner(file: Path, script: str, glossary: str = "") -> Planner:
    """A planner over a new SQLite database made by ``script``."""
    connection = sqlite3.connect(file)
    connection.executescript(script)
    connection.close()
    return Planner(open_database(f"sqlite:///{file}"), glossary)


def limits(spec: AgentSpec, metric: str) -> list[tuple[str, str]]:
    """Status and condition of a metric's rules, with the defaults in place of the named limits."""
    values = {p.name: format(p.default, "f") for p in spec.parameters}
    rules = next(m for m in spec.metrics if m.name == metric).status
    return [(rule.status, " ".join(values.get(word, word) for word in rule.when.split())) for rule in rules]
