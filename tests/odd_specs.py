"""A spec that uses much of the language at once: schemas, odd names, a key of two columns, two child tables."""

from __future__ import annotations

from decimal import Decimal

from compiled import table
from specs import STANDARD, dscr_spec

from daemon.core.schema import Kind, Schema
from daemon.core.spec import (
    Adjustment,
    AgentSpec,
    Aggregate,
    ColumnName,
    Entity,
    Input,
    Join,
    JoinPair,
    KeyColumn,
    Metric,
    Mode,
    Parameter,
    SourceField,
    StatusRule,
    TableName,
    Undefined,
    Unit,
)

SHOPS, ORDERS, VISITS, REGIONS = "shop's list", "order", "visits", "Région"
OPERATIONS = "sales ops"

SHOPS_SCHEMA = Schema(
    dialect="postgresql",
    tables=(
        table(SHOPS, "code text, year integer, Name ünd 'Ort' text, region integer, open integer", OPERATIONS),
        table(ORDERS, "shop text, year integer, net amount numeric, rebate real, placed date, returned date"),
        table(VISITS, "shop text, year integer, guest text, minutes integer", OPERATIONS),
        table(REGIONS, "id integer, area numeric", OPERATIONS),
    ),
)


def column(name: str, of: str, schema: str | None = OPERATIONS) -> ColumnName:
    return ColumnName(table=of, column=name, schema_name=schema)


def _entity() -> Entity:
    pair = JoinPair(left=column("region", SHOPS), right=column("id", REGIONS))
    return Entity(
        name="shop",
        plural="shops",
        table=TableName(table=SHOPS, schema_name=OPERATIONS),
        key=(
            KeyColumn(column="code", argument="code", kind=Kind.TEXT),
            KeyColumn(column="year", argument="year", kind=Kind.INTEGER),
        ),
        label=column("Name ünd 'Ort'", SHOPS),
        joins=(Join(table=TableName(table=REGIONS, schema_name=OPERATIONS), on=(pair,)),),
        where="is_open == 1 and year >= 2",
        fields=(
            SourceField(name="is_open", column=column("open", SHOPS), kind=Kind.INTEGER),
            SourceField(name="year", column=column("year", SHOPS), kind=Kind.INTEGER),
        ),
    )


def _orders(function: str, expression: str = "", where: str = "") -> Aggregate:
    return Aggregate.model_validate(
        {
            "function": function,
            "expression": expression,
            "where": where,
            "table": TableName(table=ORDERS),
            "key": (column("shop", ORDERS, None), column("year", ORDERS, None)),
            "fields": (
                SourceField(name="net", column=column("net amount", ORDERS, None), kind=Kind.DECIMAL, scale=2),
                SourceField(name="rebate", column=column("rebate", ORDERS, None), kind=Kind.REAL, scale=2),
                SourceField(name="placed", column=column("placed", ORDERS, None), kind=Kind.DATE),
                SourceField(name="returned", column=column("returned", ORDERS, None), kind=Kind.DATE),
            ),
        }
    )


def _visits(function: str, expression: str, distinct: bool = False) -> Aggregate:
    return Aggregate.model_validate(
        {
            "function": function,
            "expression": expression,
            "distinct": distinct,
            "table": TableName(table=VISITS, schema_name=OPERATIONS),
            "key": (column("shop", VISITS), column("year", VISITS)),
            "fields": (
                SourceField(name="guest", column=column("guest", VISITS), kind=Kind.TEXT),
                SourceField(name="minutes", column=column("minutes", VISITS), kind=Kind.INTEGER),
            ),
        }
    )


def _input(name: str, unit: Unit, aggregate: Aggregate, zero: bool = False) -> Input:
    return Input(
        name=name,
        title=name.replace("_", " "),
        unit=unit,
        kind=Kind.DECIMAL,
        aggregate=aggregate,
        nulls="zero" if zero else "undefined",
    )


def shops_spec() -> AgentSpec:
    kept = "placed >= '2024-01-01' and returned is None"
    rent = Parameter(name="rent", title="Rent per square metre", unit=Unit.MONEY, default=Decimal("0.015"))
    stress = Parameter(name="stress", title="Fewer sales", unit=Unit.FRACTION, default=Decimal("0.2"))
    return dscr_spec(
        title="Shops",
        entity=_entity(),
        inputs=(
            _input("sales", Unit.MONEY, _orders("sum", "net * (1 - rebate * 0.5)", kept)),
            _input("orders", Unit.COUNT, _orders("count")),
            _input("returns", Unit.COUNT, _orders("count", where="returned is not None"), zero=True),
            _input("largest", Unit.MONEY, _orders("max", "net", kept)),
            _input("guests", Unit.COUNT, _visits("count", "guest", distinct=True)),
            _input("stay", Unit.NUMBER, _visits("avg", "minutes")),
            Input(name="area", title="area", unit=Unit.NUMBER, kind=Kind.DECIMAL, column=column("area", REGIONS)),
        ),
        parameters=(rent,),
        modes=(
            STANDARD,
            Mode(
                name="stressed",
                title="Stressed",
                description="20% fewer sales",
                parameters=(stress,),
                adjustments=(Adjustment(input="sales", formula="sales * (1 - stress)"),),
            ),
        ),
        metrics=(
            Metric(
                name="sales_per_guest",
                title="Sales per guest",
                definition="Kept sales over different guests",
                unit=Unit.MONEY,
                formula="sales / guests",
                status=(StatusRule(status="good", when="sales_per_guest > 9.5"), StatusRule(status="weak")),
            ),
            Metric(
                name="return_share",
                title="Returned",
                definition="Returned orders in percent",
                unit=Unit.PERCENT,
                formula="100 * returns / orders",
                decimals=1,
                undefined=(Undefined(when="orders == 0", reason="no orders"),),
                status=(
                    StatusRule(status="red", when="return_share > 15"),
                    StatusRule(status="amber", when="10 < return_share <= 15"),
                    StatusRule(status="green"),
                ),
            ),
            Metric(
                name="surplus",
                title="Surplus",
                definition="Kept sales after rent, never below the largest order",
                unit=Unit.MONEY,
                formula="max(sales - (area * rent if area is not None else 0), largest)",
                total="sum",
            ),
            Metric(
                name="ease",
                title="Ease",
                definition="Root of the minutes per guest, weighed by the share of kept orders",
                unit=Unit.NUMBER,
                formula="sqrt(stay) * (100 - return_share) // 1 % 7",
                decimals=0,
            ),
        ),
        status_order=("red", "weak", "amber", "green", "good"),
    )
