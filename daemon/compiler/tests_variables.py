"""The columns a sample can vary, with values that are usual for what they measure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal

from daemon.compiler.tests_reference import Cell
from daemon.core.schema import ColumnRef, Kind, Schema
from daemon.core.spec import AgentSpec, Aggregate, ColumnName, Input, Join, SourceField, Unit

_USUAL = (135, 100, 240, 67, 53, 310, 89, 171)
_OF_A_ROW = (19, 3, 7, 5, 11, 2, 13, 17)
_OTHER_SHARES = (Decimal("0.7321"), Decimal("0.5127"), Decimal("0.8653"), Decimal("0.6419"))
_FACTOR = {Unit.MONEY: Decimal(1000), Unit.FRACTION: Decimal("0.0025"), Unit.PERCENT: Decimal("0.25")}
_ROUND = {Unit.MONEY: Decimal(100_000), Unit.FRACTION: Decimal(1)}
_FIRST_DAY = date(2024, 3, 15)
_DATES = frozenset({Kind.DATE, Kind.DATETIME})


@dataclass(frozen=True, slots=True, kw_only=True)
class Variable:
    """A column of numbers: of the entity's own rows (``group`` None) or of the child rows of a group of aggregates.

    ``usual`` values differ from each other and from those of other variables; at its ``round`` value a variable
    keeps quotients short, so that a limit can be met exactly.
    """

    ref: ColumnRef
    group: int | None
    scale: int
    usual: tuple[Decimal, Decimal]
    round: Decimal

    @property
    def step(self) -> Decimal:
        """The smallest difference the column can hold."""
        return Decimal(1).scaleb(-self.scale)

    def fitted(self, value: Decimal) -> Decimal:
        """``value`` with as many decimals as the column has."""
        return value.quantize(self.step, ROUND_HALF_UP)


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Aggregates over the same child rows."""

    first: Aggregate
    inputs: tuple[Input, ...]

    @property
    def joins(self) -> tuple[Join, ...]:
        """The way from a child row to the other tables."""
        return self.first.path

    @property
    def key(self) -> tuple[ColumnName, ...]:
        """The columns that hold the entity's key."""
        return self.first.key


def groups(spec: AgentSpec) -> tuple[Group, ...]:
    """The aggregates of a spec by the rows they are over."""
    found: dict[tuple[object, ...], list[Input]] = {}
    for given in spec.inputs:
        if given.aggregate:
            found.setdefault((given.aggregate.table, given.aggregate.path, given.aggregate.key), []).append(given)
    return tuple(Group(first=_aggregate(inputs[0]), inputs=tuple(inputs)) for inputs in found.values())


def variables(spec: AgentSpec, schema: Schema) -> tuple[Variable, ...]:
    """Every column of numbers the figures depend on."""
    return tuple({v.ref: v for v in (*_of_children(spec), *_of_entity(spec, schema))}.values())


def plain_value(kind: Kind) -> Cell:
    """A value of a column that is no variable."""
    if kind in _DATES:
        return day_of_column(kind, 0)
    return Decimal(5) if kind.is_number else Decimal(1) if kind is Kind.BOOLEAN else "north"


def day_of_column(kind: Kind, number: int, later: int = 0) -> str:
    """A date for the ``number``-th column of dates, ``later`` days after its usual one; times differ as well."""
    day = (_FIRST_DAY + timedelta(days=3 * number + later)).isoformat()
    return day if kind is Kind.DATE else f"{day} {(20 - 13 * number) % 24:02}:30:00"


def dates_of_entity(spec: AgentSpec) -> dict[ColumnRef, Kind]:
    """Columns of dates that are inputs of their own."""
    return {_column(i).ref: i.kind for i in spec.inputs if i.column and i.kind in _DATES}


def typical(fields: Sequence[SourceField], known: Sequence[Variable]) -> dict[ColumnRef, Cell]:
    """A usual value of each column; no two columns of dates have the same day."""
    usual: dict[ColumnRef, Cell] = {v.ref: v.usual[0] for v in known}
    dates = list(dict.fromkeys(f.column.ref for f in fields if f.kind in _DATES))
    usual |= {f.column.ref: day_of_column(f.kind, dates.index(f.column.ref)) for f in fields if f.kind in _DATES}
    return {f.column.ref: usual.get(f.column.ref, plain_value(f.kind)) for f in fields}


def _of_entity(spec: AgentSpec, schema: Schema) -> Iterator[Variable]:
    given = [i for i in spec.inputs if i.column and i.kind.is_number]
    for number, each in enumerate(given):
        ref = _column(each).ref
        column = schema.column(ref)
        scale = _scale(each.kind if column is None else column.kind, column.scale if column else None)
        usual = _USUAL[number % len(_USUAL)] * _FACTOR.get(each.unit, Decimal(1))
        yield _variable(ref, None, scale, (usual, usual * _share(number)), _ROUND.get(each.unit, Decimal(10)))


def _of_children(spec: AgentSpec) -> Iterator[Variable]:
    for index, group in enumerate(groups(spec)):
        fields = {f.column.ref: f for i in group.inputs for f in _aggregate(i).fields if f.kind.is_number}
        for number, (ref, field) in enumerate(fields.items()):
            usual = _OF_A_ROW[number % len(_OF_A_ROW)] * (Decimal("0.05") if field.kind is Kind.REAL else Decimal(1))
            yield _variable(ref, index, _scale(field.kind, field.scale), (usual, usual * _share(number)), Decimal(1))


def _variable(
    ref: ColumnRef, group: int | None, scale: int, usual: tuple[Decimal, Decimal], round_value: Decimal
) -> Variable:
    step = Decimal(1).scaleb(-scale)
    first, second = (max(value.quantize(step, ROUND_HALF_UP), step) for value in usual)
    return Variable(ref=ref, group=group, scale=scale, usual=(first, second), round=round_value)


def _share(number: int) -> Decimal:
    """How much smaller the second value of a variable is: each another part, so that ratios differ too."""
    return _OTHER_SHARES[number % len(_OTHER_SHARES)]


def _scale(kind: Kind, declared: int | None) -> int:
    if kind is Kind.INTEGER:
        return 0
    return min(declared, 4) if declared is not None else 2 if kind is Kind.DECIMAL else 4


def by_name(cells: Mapping[ColumnRef, Cell]) -> dict[str, Cell]:
    """Cells under names by which conditions over several tables can call them."""
    return {str(ref): cell for ref, cell in cells.items()}


def _aggregate(given: Input) -> Aggregate:
    if given.aggregate is None:
        raise ValueError(f"{given.name} is no aggregate")
    return given.aggregate


def _column(given: Input) -> ColumnName:
    if given.column is None:
        raise ValueError(f"{given.name} has no column")
    return given.column
