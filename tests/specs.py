"""Specs by hand, for tests of everything behind the planner."""

from __future__ import annotations

from decimal import Decimal

from daemon.core.schema import Kind
from daemon.core.spec import (
    Adjustment,
    AgentNames,
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
    RequestSource,
    SourceField,
    StatusRule,
    TableName,
    Undefined,
    Unit,
)

STANDARD = Mode(name="standard", title="Standard", description="the figures as they are")


def column(table: str, name: str) -> ColumnName:
    return ColumnName(table=table, column=name)


def money(name: str, table: str, title: str) -> Input:
    return Input(name=name, title=title, unit=Unit.MONEY, kind=Kind.DECIMAL, column=column(table, name))


def orlando_entity() -> Entity:
    pair = JoinPair(left=column("properties", "id"), right=column("financial_metrics", "property_id"))
    return Entity(
        name="property",
        plural="properties",
        table=TableName(table="properties"),
        key=(KeyColumn(column="id", argument="property_id", kind=Kind.INTEGER),),
        label=column("properties", "property_name"),
        joins=(Join(table=TableName(table="financial_metrics"), on=(pair,)),),
    )


def dscr_metric() -> Metric:
    return Metric(
        name="dscr",
        title="DSCR",
        definition="Debt service coverage ratio: net operating income over annual debt service",
        unit=Unit.RATIO,
        formula="annual_noi / annual_debt_service",
        undefined=(
            Undefined(when="annual_debt_service is None", reason="no debt figure"),
            Undefined(when="annual_debt_service == 0", reason="no debt"),
            Undefined(when="annual_debt_service < 0", reason="negative debt service"),
        ),
        status=(StatusRule(status="PASS", when="dscr >= dscr_minimum"), StatusRule(status="FAIL")),
    )


def dscr_spec(**changes: object) -> AgentSpec:
    """The DSCR of the orlando sample, with a conservative mode."""
    haircut = Parameter(name="noi_haircut", title="NOI haircut", unit=Unit.FRACTION, default=Decimal("0.10"))
    cut = Adjustment(input="annual_noi", formula="annual_noi - abs(annual_noi) * noi_haircut")
    spec = AgentSpec(
        title="DSCR for properties",
        request=RequestSource(name="dscr.md", sha256="0" * 64, text="I need an agent to calculate DSCR for properties"),
        agents=AgentNames(data="data_agent", calc="calc_agent"),
        schema_fingerprint="0" * 64,
        entity=orlando_entity(),
        inputs=(
            money("annual_noi", "financial_metrics", "NOI"),
            money("annual_debt_service", "financial_metrics", "debt service"),
        ),
        metrics=(dscr_metric(),),
        parameters=(
            Parameter(name="dscr_minimum", title="Least DSCR that passes", unit=Unit.RATIO, default=Decimal("1.25")),
        ),
        modes=(
            STANDARD,
            Mode(
                name="conservative",
                title="Conservative",
                description="10% NOI haircut",
                parameters=(haircut,),
                adjustments=(cut,),
            ),
        ),
    )
    return spec.model_copy(update=changes)


def ltv_spec() -> AgentSpec:
    """Two ratios over a join, a combined status, shown as percent."""
    loan = money("loan_balance", "financial_metrics", "loan balance")
    no_loan = (
        Undefined(when="loan_balance is None", reason="no loan figure"),
        Undefined(when="loan_balance == 0", reason="no loan"),
    )
    ltv = Metric(
        name="ltv",
        title="LTV",
        definition="Loan balance over appraised value",
        unit=Unit.FRACTION,
        formula="loan_balance / appraised_value",
        decimals=4,
        show_as_percent=True,
        undefined=no_loan,
        status=(StatusRule(status="OK", when="ltv <= 0.75"), StatusRule(status="BREACH")),
    )
    debt_yield = Metric(
        name="debt_yield",
        title="Debt yield",
        definition="Net operating income over loan balance",
        unit=Unit.FRACTION,
        formula="annual_noi / loan_balance",
        decimals=4,
        show_as_percent=True,
        undefined=no_loan,
        status=(StatusRule(status="OK", when="debt_yield >= 0.085"), StatusRule(status="BREACH")),
    )
    inputs = (
        loan,
        money("appraised_value", "properties", "appraised value"),
        money("annual_noi", "financial_metrics", "NOI"),
    )
    return dscr_spec(
        title="LTV and debt yield",
        inputs=inputs,
        metrics=(ltv, debt_yield),
        modes=(STANDARD,),
        parameters=(),
        status_order=("BREACH", "OK"),
    )


def customer_spec() -> AgentSpec:
    """Revenue per customer of chinook: aggregates over two joins, with a condition, on CamelCase names."""
    to_invoice = Join(
        table=TableName(table="Invoice"),
        on=(JoinPair(left=column("InvoiceLine", "InvoiceId"), right=column("Invoice", "InvoiceId")),),
    )
    fields = (
        SourceField(name="price", column=column("InvoiceLine", "UnitPrice"), kind=Kind.DECIMAL, scale=2),
        SourceField(name="quantity", column=column("InvoiceLine", "Quantity"), kind=Kind.INTEGER, scale=0),
        SourceField(name="country", column=column("Invoice", "BillingCountry"), kind=Kind.TEXT),
    )

    def total(expression: str) -> Aggregate:
        return Aggregate(
            function="sum",
            expression=expression,
            where="country != 'Nowhere'",
            table=TableName(table="InvoiceLine"),
            path=(to_invoice,),
            key=(column("Invoice", "CustomerId"),),
            fields=fields,
        )

    entity = Entity(
        name="customer",
        plural="customers",
        table=TableName(table="Customer"),
        key=(KeyColumn(column="CustomerId", argument="customer_id", kind=Kind.INTEGER),),
        label=column("Customer", "Company"),
        where="company is not None",
        fields=(SourceField(name="company", column=column("Customer", "Company"), kind=Kind.TEXT),),
    )
    revenue = Input(
        name="revenue",
        title="revenue",
        unit=Unit.MONEY,
        kind=Kind.DECIMAL,
        aggregate=total("price * quantity"),
        nulls="zero",
    )
    tracks = Input(
        name="tracks",
        title="tracks bought",
        unit=Unit.COUNT,
        kind=Kind.INTEGER,
        aggregate=total("quantity"),
        nulls="zero",
    )
    return dscr_spec(
        title="Revenue per business customer",
        entity=entity,
        inputs=(revenue, tracks),
        parameters=(),
        modes=(STANDARD,),
        metrics=(
            Metric(
                name="average_price",
                title="Average price",
                definition="Revenue over tracks",
                unit=Unit.MONEY,
                formula="revenue / tracks",
            ),
            Metric(
                name="sales",
                title="Revenue",
                definition="Unit price times quantity of the invoice lines",
                unit=Unit.MONEY,
                formula="revenue",
                total="sum",
                status=(StatusRule(status="small", when="sales < 11.00"), StatusRule(status="normal")),
            ),
        ),
        status_order=("small", "normal"),
    )
