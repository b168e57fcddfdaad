"""What the tools hand to each other: the values between a request and its published agents."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Literal

from daemon.core.findings import Finding
from daemon.core.spec import AgentSpec, StatusRule, Unit
from daemon.core.status import Backend, OutputFile, Question, TestCounts

FileKind = Literal["agent", "test", "doc", "spec", "support"]


@dataclass(frozen=True, slots=True, kw_only=True)
class GeneratedFile:
    """A compiled file. ``path`` is relative to the workspace, with forward slashes.

    Kind ``support`` marks files that several requests share (package markers, the docs index).
    """

    kind: FileKind
    path: str
    text: str

    @property
    def content(self) -> bytes:
        """The exact bytes that are tested and published."""
        return self.text.encode("utf-8")

    @property
    def sha256(self) -> str:
        """Hash of ``content``."""
        return hashlib.sha256(self.content).hexdigest()

    @property
    def module(self) -> str:
        """Import name of a Python file: ``src.agents.calc_agent``."""
        return self.path.removesuffix(".py").replace("/", ".")


@dataclass(frozen=True, slots=True, kw_only=True)
class Number:
    """A number of the request: the text it was written as, its exact value, what it measures, what it is used for.

    A percentage has its value as a fraction (``10%`` is 0.10, unit ``fraction``). ``use`` is empty while nobody
    has accounted for it.
    """

    text: str
    value: Decimal
    unit: Unit
    start: int
    end: int
    use: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """A name in a wished formula and the words of the request (or the library's) that say what it stands for."""

    name: str
    phrase: str
    synonyms: tuple[str, ...] = ()
    unit: Unit = Unit.NUMBER
    function: Literal["", "sum", "avg", "count", "min", "max"] = ""
    """How the rows of a child table become one number; empty for a value of the entity row itself."""
    never_negative: bool = False
    """A figure people speak of as a size (expenses, a balance): stored below zero, its sign is a convention."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MetricWish:
    """A figure the request asks for, before its terms are columns."""

    name: str
    title: str
    definition: str
    formula: str
    unit: Unit
    terms: tuple[Term, ...]
    library: str = ""
    decimals: int | None = None
    show_as_percent: bool = False
    undefined: tuple[tuple[str, str], ...] = ()
    """Pairs of condition and reason."""
    status: tuple[StatusRule, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ModeWish:
    """A mode phrase: ``conservative (10% NOI haircut)``. ``change`` is a fraction, negative for a cut.

    ``target`` is a term name, or empty when the request does not say which figure is meant.
    """

    name: str
    title: str
    parameter: str
    change: Decimal
    target: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class FilterWish:
    """A restriction to rows whose column has a value: found in the data, spelt as the data spells it."""

    phrase: str
    table: str
    schema_name: str | None
    column: str
    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Analysis:
    """What rules (or a model) understood of a request.

    Exactly one of these is true of it: ``refusal`` says why it is not done; ``leftovers`` lists the parts nobody
    understood, so a model is needed; ``questions`` wait for the person; or ``metrics`` are ready for a spec.
    """

    text: str
    metrics: tuple[MetricWish, ...] = ()
    modes: tuple[ModeWish, ...] = ()
    filters: tuple[FilterWish, ...] = ()
    entity: str = ""
    """The request's word for one result row (``property``), singular; empty when it names none."""
    numbers: tuple[Number, ...] = ()
    wants_total: bool = False
    """The request asks for one line over all rows."""
    refusal: str = ""
    leftovers: tuple[str, ...] = ()
    questions: tuple[Question, ...] = ()
    asked: int = 0
    """How many questions the analysis asked, answered ones included; the next one is ``q{asked + 1}``."""
    assumptions: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Architecture:
    """Which agents are built and under which names."""

    data_module: str
    data_class: str
    calc_module: str
    calc_class: str
    components: tuple[str, ...] = ("data", "calc")


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A spec, or what has to be asked first."""

    spec: AgentSpec | None = None
    questions: tuple[Question, ...] = ()
    leftovers: tuple[str, ...] = ()
    """Parts of the request that turned out to need a model."""
    refusal: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CompiledTests:
    """Compiled test files, the ids (``path::function[param]``) a run must report, and stubs they must fail on.

    ``stubs`` replace an agent file by a known-bad one of the same path; a run on a stub that passes proves the
    tests worthless.
    """

    files: tuple[GeneratedFile, ...]
    expected_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class TestVerdict:
    """What the tests showed, judged outside the process that ran the agents."""

    __test__ = False

    accepted: bool
    counts: TestCounts
    backend: Backend
    findings: tuple[Finding, ...] = ()
    notes: tuple[str, ...] = ()
    """What the live data showed that the person should know, such as rows without a value."""
    example: str = ""
    """The agent's answer on the live data in its standard mode, as JSON."""
    output: str = ""
    seconds: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class HealthReport:
    """Whether a published agent imports and answers, and one real answer for its documentation."""

    healthy: bool
    detail: str
    example: str = ""
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """Files that went live together."""

    outputs: tuple[OutputFile, ...] = field(default=())
