"""The user's database: read-only, SQLite or PostgreSQL, behind ``core.ports.Database``."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from decimal import Decimal
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    TableClause,
    Text,
    and_,
    case,
    cast,
    func,
    literal,
    or_,
    select,
    text,
)
from sqlalchemy import column as column_of
from sqlalchemy import table as table_of
from sqlalchemy.exc import DBAPIError

from daemon.adapters import postgres_catalog, sqlite_catalog
from daemon.adapters.database_engine import is_statement_error, place, read_only_engine, read_url, reason
from daemon.core.errors import DatabaseUnavailable, QueryFailed
from daemon.core.nearest import suggestion
from daemon.core.schema import Column, ColumnProfile, ColumnRef, Kind, Schema, TableRef

SAMPLES = 10
SAMPLE_LENGTH = 80
_NAME = re.compile(r"(?<![:\w\\]):(\w+)(?!:)")
LARGEST_NUMBER = 1.7976931348623157e308


class SqlDatabase:
    """Implements ``core.ports.Database`` on SQLAlchemy. One statement gets ``statement_seconds``, then it fails.

    Every method raises ``DatabaseUnavailable`` when the database cannot be reached or read, and ``QueryFailed``
    when it refuses a statement; neither message holds a password.
    """

    def __init__(self, url: str, statement_seconds: float) -> None:
        self._url = read_url(url)
        self._engine = read_only_engine(self._url, statement_seconds)
        self._seen: Schema | None = None

    @property
    def dialect(self) -> str:
        """``sqlite`` or ``postgresql``."""
        return self._url.get_backend_name()

    def close(self) -> None:
        """Give back connections; the next question opens one again."""
        self._engine.dispose()

    def schema(self) -> Schema:
        """All tables and views outside the engine's own schemas, as they are now."""
        catalog = sqlite_catalog if self.dialect == "sqlite" else postgres_catalog
        with self._connected() as connection:
            self._seen = Schema(dialect=self.dialect, tables=catalog.read_tables(connection))
        return self._seen

    def row_count(self, table: TableRef) -> int:
        """Number of rows."""
        return int(self._rows(select(func.count()).select_from(_source(table)))[0][0])

    def profile(self, column: ColumnRef) -> ColumnProfile:
        """Measure one column. NaN and infinity are no numbers."""
        kind = self._known(column).kind
        source = _source(column.table, column.name)
        cell = source.c[column.name]
        comparable = cast(cell, Text) if kind is Kind.OTHER else cell
        figures: list[ColumnElement[Any]] = [func.count(), func.count(cell), func.count(comparable.distinct())]
        if kind.is_number:
            number = case((self._is_number(cell), cell))
            figures += [func.min(number), func.max(number), func.count(number)]
        dates = case((self._is_date(cell), cell)) if kind in {Kind.DATE, Kind.DATETIME} else cell
        figures.append(func.count(dates))
        rows, known, distinct, *measured, dated = self._rows(select(*figures).select_from(source))[0]
        lowest, highest, numbers = measured or (None, None, known)
        return ColumnProfile(
            rows=rows,
            nulls=rows - known,
            distinct=distinct,
            minimum=_decimal(lowest),
            maximum=_decimal(highest),
            not_numbers=known - numbers,
            not_dates=known - dated,
            samples=tuple(v[:SAMPLE_LENGTH] for v in self.values(column, SAMPLES)),
        )

    def is_unique(self, table: TableRef, columns: Sequence[str]) -> bool:
        """Whether no two rows share their values of ``columns`` and none of these is NULL."""
        source = _source(table, *columns)
        one = select(literal(1)).select_from(source).limit(1)
        missing = one.where(or_(*(c.is_(None) for c in source.c)))
        shared = one.group_by(*source.c).having(func.count() > 1)
        return not self._rows(missing) and not self._rows(shared)

    def values(self, column: ColumnRef, limit: int) -> tuple[str, ...]:
        """Up to ``limit`` distinct values as text, most frequent first; a longer list is cut."""
        cell = cast(_source(column.table, column.name).c[column.name], Text)
        found = self._rows(
            select(cell).where(cell.is_not(None)).group_by(cell).order_by(func.count().desc(), cell).limit(limit)
        )
        return tuple(row[0] for row in found)

    def query(self, sql: str, parameters: Mapping[str, Any] | None = None) -> list[tuple[Any, ...]]:
        """Rows of one SELECT in the dialect's SQL; anything but reading is refused by the connection.

        With ``parameters`` the SQL names them as ``:name``; without, it goes to the engine letter by letter.
        """
        statement = sql.strip().removesuffix(";")
        if self.dialect == "postgresql" and ";" in statement:
            # The driver would run several statements, and one of them could end the read-only transaction.
            raise QueryFailed("the SQL holds a semicolon", hint="send one SELECT, and texts as parameters")
        # On PostgreSQL a streamed result is a declared cursor, which only a SELECT can be.
        with self._connected(stream_results=self.dialect == "postgresql") as connection:
            if parameters:
                named = _NAME.sub(lambda m: m[0] if m[1] in parameters else f"\\{m[0]}", statement)
                return [tuple(row) for row in connection.execute(text(named), dict(parameters))]
            return [
                tuple(row) for row in connection.exec_driver_sql(statement, execution_options={"no_parameters": True})
            ]

    def _rows(self, statement: Select[Any]) -> list[Any]:
        with self._connected() as connection:
            return list(connection.execute(statement).all())

    @contextmanager
    def _connected(self, **options: Any) -> Iterator[Connection]:
        secret = self._url.password
        try:
            connection = self._engine.connect().execution_options(**options)
        except DBAPIError as problem:
            raise DatabaseUnavailable(
                f"{place(self._url)} cannot be opened: {reason(problem, secret)}",
                hint="check the database URL and that the server runs",
            ) from None
        with connection:
            try:
                yield connection
            except DBAPIError as problem:
                message = f"{place(self._url)}: {reason(problem, secret)}"
                if is_statement_error(problem):
                    raise QueryFailed(message) from problem
                raise DatabaseUnavailable(message, hint="check that the database is whole and running") from problem

    def _known(self, column: ColumnRef) -> Column:
        schema = self._seen or self.schema()
        table = schema.table(column.table)
        if table is None:
            near = suggestion(str(column.table), (str(t.ref) for t in schema.tables))
            raise QueryFailed(f"{place(self._url)} has no table '{column.table}'", hint=near)
        found = table.column(column.name)
        if found is None:
            near = suggestion(column.name, (c.name for c in table.columns))
            raise QueryFailed(f"table '{table.ref}' has no column '{column.name}'", hint=near)
        return found

    def _is_number(self, cell: ColumnElement[Any]) -> ColumnElement[bool]:
        """Whether a cell holds a finite number: SQLite keeps texts in number columns, PostgreSQL has NaN."""
        if self.dialect == "sqlite":
            finite = cell.between(-LARGEST_NUMBER, LARGEST_NUMBER)
            return and_(func.typeof(cell).in_(("integer", "real")), finite)
        return cast(cell, Text).not_in(("NaN", "Infinity", "-Infinity"))

    def _is_date(self, cell: ColumnElement[Any]) -> ColumnElement[bool]:
        """Whether a cell is a date as people write it: SQLite keeps any text and number in date columns."""
        if self.dialect == "sqlite":
            return func.date(cell, "+0 days") == func.substr(cell, 1, 10)  # which makes 1 March of 29 February 2023
        return cell.is_not(None)


def _source(table: TableRef, *columns: str) -> TableClause:
    """Columns come with the table's name before them: SQLite takes an unknown quoted name alone for a text."""
    return table_of(table.name, *(column_of(c) for c in columns), schema=table.schema)


def _decimal(value: float | Decimal | None) -> Decimal | None:
    return None if value is None else Decimal(str(value))
