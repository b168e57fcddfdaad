"""The formula library: well-known figures with definition, inputs, customary limits and their sources, kept as data."""

from __future__ import annotations

import tomllib
from decimal import Decimal
from importlib.resources import files
from typing import Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from daemon.compiler.formula import names, parse
from daemon.core.build import Term
from daemon.core.spec import Unit


class LibraryPart(BaseModel):
    """Base of every part: frozen, unknown keys are errors."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class FormulaInput(LibraryPart):
    """A figure that formulas are made of, and the words by which requests and columns call it."""

    name: str
    title: str
    unit: Unit
    synonyms: tuple[str, ...]
    signed: bool = False
    """Whether it can be negative and mean it, as NOI can; expenses below zero are a convention of the books."""
    derived: str = ""
    """A formula over other inputs, for data without a column for this one."""

    def term(self, name: str = "", phrase: str = "") -> Term:
        """The term for this figure: under the name and the words of a request, or its own."""
        return Term(
            name=name or self.name,
            phrase=phrase or self.title,
            synonyms=self.synonyms,
            unit=self.unit,
            never_negative=not self.signed,
        )


class Condition(LibraryPart):
    """When a figure has no value, and the words for it."""

    when: str
    reason: str


class Limit(LibraryPart):
    """The usual threshold: a value that satisfies it passes."""

    operator: Literal[">=", "<=", ">", "<"]
    value: Decimal
    source: str


class Formula(LibraryPart):
    """One well-known figure. Its formula uses the names of ``inputs``."""

    name: str
    title: str
    synonyms: tuple[str, ...]
    definition: str
    unit: Unit
    formula: str
    inputs: tuple[str, ...]
    undefined: tuple[Condition, ...] = ()
    """Checked in order, after missing inputs."""
    missing: dict[str, str] = Field(default_factory=dict)
    """Reason by input, where a missing one has better words than its name."""
    limit: Limit | None = None
    decimals: int = 2
    show_as_percent: bool = False
    choices: dict[str, str] = Field(default_factory=dict)
    """Input by input: what stands in when the data has no column for it (stated as an assumption)."""
    supported: bool = True
    """False: known, but not computable with the formula language; ``notes`` says why."""
    notes: str = ""


class FormulaLibrary(LibraryPart):
    """All formulas and their inputs."""

    formulas: tuple[Formula, ...]
    inputs: tuple[FormulaInput, ...]

    def formula(self, name: str) -> Formula | None:
        """The formula of that name, if there is one."""
        return next((f for f in self.formulas if f.name == name), None)

    def input(self, name: str) -> FormulaInput | None:
        """The input of that name, if there is one."""
        return next((i for i in self.inputs if i.name == name), None)

    @model_validator(mode="after")
    def _is_consistent(self) -> Self:
        known = {i.name for i in self.inputs}
        for item in self.inputs:
            if item.derived and not names(parse(item.derived)) <= known:
                raise ValueError(f"input {item.name}: '{item.derived}' uses an unknown input")
        for formula in self.formulas:
            _check(formula, known)
        synonyms = [s for f in self.formulas for s in f.synonyms]
        twice = {s for s in synonyms if synonyms.count(s) > 1}
        if twice:
            raise ValueError(f"synonyms of two formulas: {', '.join(sorted(twice))}")
        return self


def _check(formula: Formula, known: set[str]) -> None:
    if not formula.supported:
        return
    if names(parse(formula.formula)) != set(formula.inputs) or not set(formula.inputs) <= known:
        raise ValueError(f"formula {formula.name}: '{formula.formula}' and its inputs do not agree")
    for condition in formula.undefined:
        if not names(parse(condition.when)) <= set(formula.inputs):
            raise ValueError(f"formula {formula.name}: '{condition.when}' uses a name that is no input of it")


def load_library() -> FormulaLibrary:
    """The library that ships with the package."""
    folder = files("daemon.planning").joinpath("formulas")
    formulas: list[Any] = []
    inputs: list[Any] = []
    for file in sorted(folder.iterdir(), key=lambda f: f.name):
        if not file.name.endswith(".toml"):
            continue
        table = tomllib.loads(file.read_text(encoding="utf-8"), parse_float=Decimal)
        if file.name == "inputs.toml":
            inputs += [{"name": name, **entry} for name, entry in table.items()]
        else:
            formulas += table["formula"]
    return FormulaLibrary.model_validate({"formulas": formulas, "inputs": inputs})
