"""AgentSpec: the typed source of an agent. Everything that is published is compiled from it.

Formulas are text in the language of ``daemon.compiler.formula``; their names are inputs, metrics defined earlier,
and parameters. Field conditions and aggregate expressions use the names of their own ``fields``.
"""

from __future__ import annotations

from decimal import Decimal
from enum import StrEnum
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from daemon.core.schema import ColumnRef, Kind, TableRef

SCHEMA_VERSION: Literal[1] = 1


class SpecPart(BaseModel):
    """Base of every part: frozen, unknown keys are errors."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Unit(StrEnum):
    """What a number measures. A mismatch is an error; conversion is explicit."""

    MONEY = "money"
    RATIO = "ratio"
    FRACTION = "fraction"
    """A part of one: 0.15 is fifteen percent."""
    PERCENT = "percent"
    """A part of a hundred: 15 is fifteen percent."""
    COUNT = "count"
    NUMBER = "number"
    """A number of which nothing more is known."""
    DATE = "date"
    DAYS = "days"
    YEARS = "years"
    TEXT = "text"


class TableName(SpecPart):
    """A table as written in the spec."""

    table: str
    schema_name: str | None = None

    @property
    def ref(self) -> TableRef:
        """The reference used against the live schema."""
        return TableRef(self.table, self.schema_name)


class ColumnName(SpecPart):
    """A column as written in the spec."""

    table: str
    column: str
    schema_name: str | None = None

    @property
    def ref(self) -> ColumnRef:
        """The reference used against the live schema."""
        return ColumnRef(TableRef(self.table, self.schema_name), self.column)

    @classmethod
    def of(cls, ref: ColumnRef) -> ColumnName:
        """The spec's writing of a reference."""
        return cls(table=ref.table.name, column=ref.name, schema_name=ref.table.schema)


class JoinPair(SpecPart):
    """One equality of a join: ``left`` is on the side already reached, ``right`` on the table being joined."""

    left: ColumnName
    right: ColumnName


class Join(SpecPart):
    """A left join to ``table`` that never multiplies rows: ``right`` columns are unique there."""

    table: TableName
    on: tuple[JoinPair, ...]


class SourceField(SpecPart):
    """A column under the name by which an expression uses it. For rows of a child table or of a filter."""

    name: str
    column: ColumnName
    kind: Kind
    scale: int | None = None
    """Decimal places of an exact number, or measured ones of a binary one; None when unknown."""


class Aggregate(SpecPart):
    """A number per entity over the rows of a child table.

    ``path`` leads from ``table`` to other tables the expression or the key needs (each join reaches one row);
    ``key`` are the columns on that path that equal the entity's key columns, in order.
    """

    function: Literal["sum", "avg", "count", "min", "max"]
    expression: str = ""
    """Over ``fields``; empty for ``count`` means rows."""
    where: str = ""
    distinct: bool = False
    table: TableName
    path: tuple[Join, ...] = ()
    key: tuple[ColumnName, ...]
    fields: tuple[SourceField, ...] = ()


class Input(SpecPart):
    """A value each entity row has before any formula: a column reached by the entity's joins, or an aggregate."""

    name: str
    title: str
    unit: Unit
    kind: Kind
    column: ColumnName | None = None
    aggregate: Aggregate | None = None
    nulls: Literal["undefined", "zero"] = "undefined"
    """``undefined``: a missing value makes every metric that uses it undefined. ``zero``: missing means 0."""

    @property
    def may_be_missing(self) -> bool:
        """Whether rows can lack it. No rows to count are zero rows, never a missing number."""
        counted = self.aggregate is not None and self.aggregate.function == "count"
        return self.nulls == "undefined" and not counted


class KeyColumn(SpecPart):
    """A part of the entity's key: the column and the Python argument that selects it."""

    column: str
    argument: str
    kind: Kind


class Entity(SpecPart):
    """The grain: one result row per ... ``where`` uses ``fields`` only."""

    name: str
    plural: str
    table: TableName
    key: tuple[KeyColumn, ...] = Field(min_length=1)
    label: ColumnName | None = None
    joins: tuple[Join, ...] = ()
    where: str = ""
    fields: tuple[SourceField, ...] = ()
    group_by: bool = False
    """True: the key columns are not unique and a row stands for all table rows that share their values."""


class Undefined(SpecPart):
    """When a metric has no value, and the words for it. Checked in order, after missing inputs."""

    when: str
    reason: str


class StatusRule(SpecPart):
    """The first rule whose condition holds on the unrounded value names the status; an empty one always holds."""

    status: str
    when: str = ""


class Metric(SpecPart):
    """One figure per entity."""

    name: str
    title: str
    definition: str
    unit: Unit
    formula: str
    decimals: int = Field(default=2, ge=0, le=10)
    show_as_percent: bool = False
    """Shown as percent though the value is a fraction; the value itself stays a fraction."""
    undefined: tuple[Undefined, ...] = ()
    status: tuple[StatusRule, ...] = ()
    total: Literal["ratio_of_sums", "sum", "none"] = "ratio_of_sums"
    library: str = ""
    """Name of the library formula it came from, if any."""


class Parameter(SpecPart):
    """A named assumption that a caller may change."""

    name: str
    title: str
    unit: Unit
    default: Decimal


class Adjustment(SpecPart):
    """What a mode does to an input before the formulas see it; the formula may use inputs and parameters."""

    input: str
    formula: str


class Mode(SpecPart):
    """A way of calculating. ``standard`` adjusts nothing and is always the first."""

    name: str
    title: str
    description: str
    parameters: tuple[Parameter, ...] = ()
    adjustments: tuple[Adjustment, ...] = ()


class RequestSource(SpecPart):
    """The request an agent belongs to. No other request may overwrite the agent."""

    name: str
    sha256: str
    text: str


class AgentNames(SpecPart):
    """Module names of the published agents."""

    data: str
    calc: str


class AgentSpec(SpecPart):
    """All there is to know about one data agent and the calculator on top of it."""

    schema_version: Literal[1] = SCHEMA_VERSION
    title: str
    request: RequestSource
    agents: AgentNames
    database: str = "DATABASE_URL"
    """Name of the environment variable that holds the URL; never the URL."""
    schema_fingerprint: str
    entity: Entity
    inputs: tuple[Input, ...] = Field(min_length=1)
    metrics: tuple[Metric, ...] = Field(min_length=1)
    modes: tuple[Mode, ...] = Field(min_length=1)
    parameters: tuple[Parameter, ...] = ()
    """Assumptions of the metric formulas, the same in every mode."""
    status_order: tuple[str, ...] = ()
    """Worst first: the status of a row that has several metrics is the worst of theirs."""
    sort: tuple[str, ...] = ()
    """Metric names by which rows are listed; a leading ``-`` means largest first. Empty: by key."""
    assumptions: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()

    @property
    def tables(self) -> tuple[TableRef, ...]:
        """Every table the agent reads, sorted."""
        names = {self.entity.table.ref, *(j.table.ref for j in self.entity.joins)}
        for aggregate in (i.aggregate for i in self.inputs if i.aggregate):
            names |= {aggregate.table.ref, *(j.table.ref for j in aggregate.path)}
        return tuple(sorted(names, key=str))

    def input(self, name: str) -> Input | None:
        """The input of that name, if there is one."""
        return next((i for i in self.inputs if i.name == name), None)

    def metric(self, name: str) -> Metric | None:
        """The metric of that name, if there is one."""
        return next((m for m in self.metrics if m.name == name), None)

    def mode(self, name: str) -> Mode | None:
        """The mode of that name, if there is one."""
        return next((m for m in self.modes if m.name == name), None)
