"""SQL expressions that mean the same on SQLite and PostgreSQL, and stay exact on both.

SQLite divides whole numbers to whole numbers and adds up binary floats; PostgreSQL keeps ``real`` columns binary.
These constructs hide that: sums are made over scaled integers, quotients over decimals.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, Numeric, func
from sqlalchemy.engine import Dialect
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import GenericFunction
from sqlalchemy.types import UserDefinedType


class Scaled(UserDefinedType[Decimal]):
    """A number that SQLite hands over as a whole number of ``10**-scale``; a mean comes as ``sum/count``."""

    cache_ok = True

    def __init__(self, scale: int = 0) -> None:
        self.scale = scale

    def get_col_spec(self, **_: Any) -> str:
        """The type in a CAST."""
        return "NUMERIC"

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[Any], Decimal | None] | None:
        """How a value is read. PostgreSQL's driver gives exact numbers by itself; SQLAlchemy's types make floats."""
        return self._exact if dialect.name == "sqlite" else None

    def _exact(self, value: Any) -> Decimal | None:
        if value is None:
            return None
        total, slash, count = str(value).partition("/")
        exact = Decimal(total).scaleb(-self.scale)
        return exact / Decimal(count) if slash else exact


class exact_sum(GenericFunction[Decimal]):  # noqa: N801 - reads as the SQL function it is
    """``exact_sum(expression, scale)``: the sum over rows whose values have at most ``scale`` decimals."""

    inherit_cache = True
    name = "exact_sum"

    def __init__(self, expression: ColumnElement[Any], scale: int) -> None:
        super().__init__(expression)
        self.scale = scale
        self.type = Scaled(scale)


class exact_avg(exact_sum):  # noqa: N801 - reads as the SQL function it is
    """``exact_avg(expression, scale)``: the mean over rows whose values have at most ``scale`` decimals."""

    inherit_cache = True
    name = "exact_avg"


@compiles(exact_sum, "sqlite")
def _sum_sqlite(element: exact_sum, compiler: SQLCompiler, **options: Any) -> str:
    inner = compiler.process(element.clauses, **options)
    return f"SUM(CAST(ROUND(({inner}) * {10**element.scale}) AS INTEGER))"


@compiles(exact_avg, "sqlite")
def _avg_sqlite(element: exact_avg, compiler: SQLCompiler, **options: Any) -> str:
    inner = compiler.process(element.clauses, **options)
    return f"{_sum_sqlite(element, compiler, **options)} || '/' || NULLIF(COUNT({inner}), 0)"


@compiles(exact_sum)
def _sum(element: exact_sum, compiler: SQLCompiler, **options: Any) -> str:
    return f"SUM(CAST({compiler.process(element.clauses, **options)} AS NUMERIC))"


@compiles(exact_avg)
def _avg(element: exact_avg, compiler: SQLCompiler, **options: Any) -> str:
    return f"AVG(CAST({compiler.process(element.clauses, **options)} AS NUMERIC))"


class exact(GenericFunction[Any]):  # noqa: N801 - reads as the SQL function it is
    """``exact(column)``: a binary column as the decimal number it shows."""

    inherit_cache = True
    type = Numeric(asdecimal=False)


@compiles(exact, "sqlite")
def _exact_sqlite(element: exact, compiler: SQLCompiler, **options: Any) -> str:
    return compiler.process(element.clauses, **options)


@compiles(exact)
def _exact(element: exact, compiler: SQLCompiler, **options: Any) -> str:
    # Through text: straight to numeric, PostgreSQL keeps six digits of a real and fifteen of a double precision.
    return f"CAST(CAST({compiler.process(element.clauses, **options)} AS TEXT) AS NUMERIC)"


class days_between(GenericFunction[Any]):  # noqa: N801 - reads as the SQL function it is
    """``days_between(start, end)``: whole days from one date to another; SQLite keeps dates as text."""

    inherit_cache = True
    type = Numeric(asdecimal=False)


@compiles(days_between, "sqlite")
def _days_sqlite(element: days_between, compiler: SQLCompiler, **options: Any) -> str:
    start, end = (compiler.process(c, **options) for c in element.clauses)
    return f"CAST(julianday(date({end})) - julianday(date({start})) AS INTEGER)"


@compiles(days_between)
def _days(element: days_between, compiler: SQLCompiler, **options: Any) -> str:
    start, end = (compiler.process(c, **options) for c in element.clauses)
    return f"(CAST({end} AS DATE) - CAST({start} AS DATE))"


class without_decimals(GenericFunction[Any]):  # noqa: N801 - reads as the SQL function it is
    """A number cut towards zero; SQLite is built without ``trunc`` on some systems."""

    inherit_cache = True
    type = Numeric(asdecimal=False)


@compiles(without_decimals, "sqlite")
def _whole_sqlite(element: without_decimals, compiler: SQLCompiler, **options: Any) -> str:
    return f"CAST({compiler.process(element.clauses, **options)} AS INTEGER)"


@compiles(without_decimals)
def _whole(element: without_decimals, compiler: SQLCompiler, **options: Any) -> str:
    return f"TRUNC({compiler.process(element.clauses, **options)})"


def quotient(left: ColumnElement[Any], right: ColumnElement[Any]) -> ColumnElement[Any]:
    """``left / right`` as a decimal fraction; NULL when ``right`` is zero."""
    return as_fraction(left) / func.nullif(as_fraction(right), 0)


class as_fraction(GenericFunction[Any]):  # noqa: N801 - reads as the SQL function it is
    """A number that divides to a fraction on every engine."""

    inherit_cache = True
    type = Numeric(asdecimal=False)


@compiles(as_fraction, "sqlite")
def _fraction_sqlite(element: as_fraction, compiler: SQLCompiler, **options: Any) -> str:
    return f"CAST({compiler.process(element.clauses, **options)} AS REAL)"


@compiles(as_fraction)
def _fraction(element: as_fraction, compiler: SQLCompiler, **options: Any) -> str:
    return f"CAST({compiler.process(element.clauses, **options)} AS NUMERIC)"
