"""Specs by hand for requests 05 to 08: dates, conditions over joined tables, and groups of rows."""

from __future__ import annotations

import re
from decimal import Decimal

from compiled import table
from specs import STANDARD, dscr_spec

from daemon.core.schema import Kind, Schema
from daemon.core.spec import (
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
    Parameter,
    SourceField,
    StatusRule,
    TableName,
    Undefined,
    Unit,
)


class Naming:
    """Names of tables and columns as an engine's sample spells them: ``UnitPrice`` or ``unit_price``."""

    def __init__(self, engine: str) -> None:
        self._is_snake = engine == "postgres"

    def __call__(self, name: str) -> str:
        return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).lower() if self._is_snake else name

    def table(self, name: str) -> TableName:
        return TableName(table=self(name))

    def column(self, path: str) -> ColumnName:
        table, column = path.split(".")
        return ColumnName(table=self(table), column=self(column))

    def field(self, name: str, path: str, kind: Kind, scale: int | None = None) -> SourceField:
        return SourceField(name=name, column=self.column(path), kind=kind, scale=scale)

    def join(self, left: str, right: str) -> Join:
        pair = JoinPair(left=self.column(left), right=self.column(right))
        return Join(table=self.table(right.split(".", maxsplit=1)[0]), on=(pair,))


def given(name: str, unit: Unit, aggregate: Aggregate, *, zero: bool = False) -> Input:
    return Input(
        name=name,
        title=name.replace("_", " "),
        unit=unit,
        kind=Kind.INTEGER if unit is Unit.COUNT else Kind.DECIMAL,
        aggregate=aggregate,
        nulls="zero" if zero else "undefined",
    )


def figure(name: str, unit: Unit, formula: str, **more: object) -> Metric:
    title = name.replace("_", " ")
    known = {"name": name, "title": title, "definition": f"the {title}", "unit": unit, "formula": formula}
    return Metric.model_validate({**known, **more})


def business_customers(engine: str) -> AgentSpec:
    """Request 05."""
    named = Naming(engine)
    lines = Aggregate(
        function="sum",
        expression="price * quantity",
        where="invoiced >= '2023-01-01' and invoiced < '2025-01-01'",
        table=named.table("InvoiceLine"),
        path=(named.join("InvoiceLine.InvoiceId", "Invoice.InvoiceId"),),
        key=(named.column("Invoice.CustomerId"),),
        fields=(
            named.field("price", "InvoiceLine.UnitPrice", Kind.DECIMAL, 2),
            named.field("quantity", "InvoiceLine.Quantity", Kind.INTEGER, 0),
            named.field("invoiced", "Invoice.InvoiceDate", Kind.DATETIME),
        ),
    )
    entity = Entity(
        name="customer",
        plural="customers",
        table=named.table("Customer"),
        key=(KeyColumn(column=named("CustomerId"), argument="customer_id", kind=Kind.INTEGER),),
        label=named.column("Customer.Company"),
        where="company is not None",
        fields=(named.field("company", "Customer.Company", Kind.TEXT),),
    )
    return dscr_spec(
        title="Business customers",
        entity=entity,
        inputs=(
            given("sales", Unit.MONEY, lines, zero=True),
            given("bought", Unit.COUNT, lines.model_copy(update={"expression": "quantity"}), zero=True),
        ),
        metrics=(
            figure(
                "revenue",
                Unit.MONEY,
                "sales",
                status=(StatusRule(status="small", when="revenue < 11.00"), StatusRule(status="normal")),
            ),
            figure("tracks", Unit.COUNT, "bought", decimals=0),
            figure("average_price", Unit.MONEY, "sales / bought"),
        ),
        parameters=(),
        modes=(STANDARD,),
        status_order=("small", "normal"),
        sort=("-revenue",),
    )


def discounts(engine: str) -> AgentSpec:
    """Request 06."""
    named = Naming(engine)
    lines = Aggregate(
        function="sum",
        expression="price * quantity",
        where="ordered >= '1997-01-01' and ordered < '1998-01-01'",
        table=named.table("order_details"),
        path=(
            named.join("order_details.order_id", "orders.order_id"),
            named.join("order_details.product_id", "products.product_id"),
        ),
        key=(named.column("orders.employee_id"),),
        fields=(
            named.field("price", "order_details.unit_price", Kind.REAL, 2),
            named.field("quantity", "order_details.quantity", Kind.INTEGER, 0),
            named.field("discount", "order_details.discount", Kind.REAL, 2),
            named.field("list_price", "products.unit_price", Kind.REAL, 2),
            named.field("ordered", "orders.order_date", Kind.DATE),
        ),
    )

    def total(expression: str) -> Aggregate:
        return lines.model_copy(update={"expression": expression})

    entity = Entity(
        name="employee",
        plural="employees",
        table=named.table("employees"),
        key=(KeyColumn(column="employee_id", argument="employee_id", kind=Kind.INTEGER),),
        label=named.column("employees.last_name"),
    )
    return dscr_spec(
        title="Discounts and margin of 1997",
        entity=entity,
        inputs=(
            given("gross_sales", Unit.MONEY, total("price * quantity")),
            given("discount_given", Unit.MONEY, total("price * quantity * discount")),
            given("list_value", Unit.MONEY, total("list_price * quantity")),
        ),
        metrics=(
            figure("gross", Unit.MONEY, "gross_sales", total="sum"),
            figure("discount", Unit.MONEY, "discount_given", total="sum"),
            figure(
                "discount_percent",
                Unit.PERCENT,
                "100 * discount_given / gross_sales",
                decimals=1,
                status=(StatusRule(status="warning", when="discount_percent > 6"), StatusRule(status="fine")),
            ),
            figure("net", Unit.MONEY, "gross_sales - discount_given", total="sum"),
            figure(
                "margin_percent",
                Unit.PERCENT,
                "100 * (gross_sales - discount_given - cost_share * list_value) / (gross_sales - discount_given)",
                decimals=1,
            ),
        ),
        parameters=(Parameter(name="cost_share", title="Cost share", unit=Unit.FRACTION, default=Decimal("0.70")),),
        modes=(STANDARD,),
        status_order=("warning", "fine"),
    )


def slow_shipments(engine: str) -> AgentSpec:
    """Request 07: one row per country of the customers, some with several customers, some with none that ordered."""
    named = Naming(engine)

    def orders(function: str, expression: str = "", where: str = "") -> Aggregate:
        return Aggregate.model_validate(
            {
                "function": function,
                "expression": expression,
                "where": where,
                "table": named.table("orders"),
                "path": (named.join("orders.customer_id", "customers.customer_id"),),
                "key": (named.column("customers.country"),),
                "fields": (
                    named.field("ordered", "orders.order_date", Kind.DATE),
                    named.field("shipped", "orders.shipped_date", Kind.DATE),
                ),
            }
        )

    entity = Entity(
        name="country",
        plural="countries",
        table=named.table("customers"),
        key=(KeyColumn(column="country", argument="country", kind=Kind.TEXT),),
        group_by=True,
    )
    return dscr_spec(
        title="Slow shipments",
        entity=entity,
        inputs=(
            given("shipped_orders", Unit.COUNT, orders("count", where="shipped is not None")),
            given("mean_days", Unit.DAYS, orders("avg", "shipped - ordered")),
            given("most_days", Unit.DAYS, orders("max", "shipped - ordered")),
            given("late_orders", Unit.COUNT, orders("count", where="shipped - ordered > 14")),
            given("open_orders", Unit.COUNT, orders("count", where="shipped is None")),
        ),
        metrics=(
            figure("shipped", Unit.COUNT, "shipped_orders", decimals=0, total="sum"),
            figure("average_days", Unit.DAYS, "mean_days", total="none"),
            figure("longest_days", Unit.DAYS, "most_days", decimals=0, total="none"),
            figure("late", Unit.COUNT, "late_orders", decimals=0, total="sum"),
            figure(
                "late_percent",
                Unit.PERCENT,
                "100 * late_orders / shipped_orders",
                decimals=1,
                undefined=(Undefined(when="shipped_orders == 0", reason="no shipped order"),),
                status=(
                    StatusRule(status="red", when="late_percent > 15"),
                    StatusRule(status="amber", when="late_percent > 10"),
                    StatusRule(status="green"),
                ),
            ),
            figure("still_open", Unit.COUNT, "open_orders", decimals=0, total="sum"),
        ),
        parameters=(),
        modes=(STANDARD,),
        status_order=("red", "amber", "green"),
    )


def catalogue_gaps(engine: str) -> AgentSpec:
    """Request 08."""
    named = Naming(engine)

    def tracks(function: str, expression: str = "", where: str = "") -> Aggregate:
        return Aggregate.model_validate(
            {
                "function": function,
                "expression": expression,
                "where": where,
                "table": named.table("Track"),
                "key": (named.column("Track.MediaTypeId"),),
                "fields": (
                    named.field("composer", "Track.Composer", Kind.TEXT),
                    named.field("price", "Track.UnitPrice", Kind.DECIMAL, 2),
                ),
            }
        )

    entity = Entity(
        name="media_type",
        plural="media types",
        table=named.table("MediaType"),
        key=(KeyColumn(column=named("MediaTypeId"), argument="media_type_id", kind=Kind.INTEGER),),
        label=named.column("MediaType.Name"),
    )
    return dscr_spec(
        title="Catalogue gaps",
        agents=AgentNames(data="catalogue_data_agent", calc="catalogue_calc_agent"),
        database="CHINOOK_URL",
        entity=entity,
        inputs=(
            given("track_count", Unit.COUNT, tracks("count")),
            given("without_composer", Unit.COUNT, tracks("count", where="composer is None")),
            given("list_value", Unit.MONEY, tracks("sum", "price", "price > 1.00"), zero=True),
        ),
        metrics=(
            figure("tracks", Unit.COUNT, "track_count", decimals=0, total="sum"),
            figure("no_composer", Unit.COUNT, "without_composer", decimals=0, total="sum"),
            figure(
                "no_composer_share",
                Unit.FRACTION,
                "without_composer / track_count",
                decimals=4,
                show_as_percent=True,
                status=(StatusRule(status="warning", when="no_composer_share > 0.30"), StatusRule(status="fine")),
            ),
            figure("expensive_value", Unit.MONEY, "list_value", total="sum"),
        ),
        parameters=(),
        modes=(STANDARD,),
        status_order=("warning", "fine"),
    )


RICH_SPECS = {
    "05": business_customers,
    "06": discounts,
    "07": slow_shipments,
    "08": catalogue_gaps,
}
"""By number of the request; each takes the engine, ``sqlite`` or ``postgres``."""


NORTHWIND = Schema(
    dialect="sqlite",
    tables=(
        table("customers", "customer_id text, country text, city text"),
        table("orders", "order_id integer, customer_id text, employee_id integer, order_date date, shipped_date date"),
        table(
            "order_details", "order_id integer, product_id integer, unit_price real, quantity integer, discount real"
        ),
        table("products", "product_id integer, unit_price real"),
        table("employees", "employee_id integer, last_name text"),
    ),
)
CATALOGUE = Schema(
    dialect="sqlite",
    tables=(
        table("MediaType", "MediaTypeId integer, Name text"),
        table("Track", "MediaTypeId integer, Composer text, UnitPrice numeric"),
    ),
)


def shipments_at_known_places() -> AgentSpec:
    """As request 07, over times, for customers whose city is known only."""
    spec = slow_shipments("sqlite")
    city = SourceField(name="city", column=ColumnName(table="customers", column="city"), kind=Kind.TEXT)
    entity = spec.entity.model_copy(update={"where": "city is not None", "fields": (city,)})
    timed = spec.model_copy(update={"entity": entity}).model_dump_json().replace('"kind":"date"', '"kind":"datetime"')
    return AgentSpec.model_validate_json(timed)


def order_days() -> AgentSpec:
    """Dates as inputs of their own, compared with a day and with each other in formulas."""
    named = Naming("sqlite")
    dates = tuple(
        Input(name=name, title=name, unit=Unit.DATE, kind=kind, column=named.column(f"orders.{column}"))
        for name, column, kind in (("ordered", "order_date", Kind.DATE), ("shipped", "shipped_date", Kind.DATETIME))
    )
    status = (StatusRule(status="late", when="days > 14"), StatusRule(status="fine"))
    return dscr_spec(
        title="Days of orders",
        entity=Entity(
            name="order",
            plural="orders",
            table=named.table("orders"),
            key=(KeyColumn(column="order_id", argument="order_id", kind=Kind.INTEGER),),
        ),
        inputs=dates,
        metrics=(
            figure("days", Unit.DAYS, "shipped - ordered", decimals=0, status=status, total="none"),
            figure("days_in_1997", Unit.DAYS, "shipped - '1997-01-01' if shipped <= '2024-04-17' else 0", decimals=0),
            figure("on_the_day", Unit.COUNT, "1 if shipped == ordered else 0", decimals=0),
        ),
        parameters=(),
        modes=(STANDARD,),
    )
