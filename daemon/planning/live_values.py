"""Words of a request that are values in the data: ``multifamily``, ``Kissimmee``."""

from __future__ import annotations

from daemon.core.build import FilterWish
from daemon.core.errors import QueryFailed
from daemon.core.naming import singular, words
from daemon.core.ports import Database
from daemon.core.schema import ColumnRef, Kind, Schema, TableRef

_MOST_VALUES = 1000


class LiveValues:
    """Looks words up in text columns; each column is read at most once."""

    def __init__(self, database: Database, schema: Schema) -> None:
        self._database = database
        self._schema = schema
        self._known: dict[ColumnRef, tuple[str, ...]] = {}

    @property
    def tables(self) -> tuple[TableRef, ...]:
        """All tables of the database."""
        return tuple(t.ref for t in self._schema.tables)

    def equal_to(self, phrase: str, tables: tuple[TableRef, ...]) -> tuple[FilterWish, ...]:
        """Columns with exactly that value, blind to case, spaces and hyphens."""
        wanted = _squeezed(phrase)
        if not wanted:
            return ()
        return tuple(
            FilterWish(phrase=phrase, table=c.table.name, schema_name=c.table.schema, column=c.name, value=v)
            for c in self._text_columns(tables)
            for v in self._values(c)
            if _squeezed(v) == wanted
        )

    def containing(self, phrase: str, tables: tuple[TableRef, ...]) -> tuple[FilterWish, ...]:
        """Columns with values that hold the phrase among other words."""
        wanted = set(words(phrase))
        return tuple(
            FilterWish(phrase=phrase, table=c.table.name, schema_name=c.table.schema, column=c.name, value=v)
            for c in self._text_columns(tables)
            for v in self._values(c)
            if wanted and wanted < set(words(v))
        )

    def database_name(self) -> str:
        """What the database is called: its file without the ending, or its name on the server; empty if unknown."""
        sql = "SELECT current_database()"
        if self._database.dialect == "sqlite":
            sql = "SELECT file FROM pragma_database_list WHERE name = 'main'"
        try:
            rows = self._database.query(sql)
        except QueryFailed:
            return ""
        name = str(rows[0][0] or "") if rows else ""
        return name.replace("\\", "/").rsplit("/", 1)[-1].split(".")[0].lower()

    def _text_columns(self, tables: tuple[TableRef, ...]) -> tuple[ColumnRef, ...]:
        found = (self._schema.table(t) for t in tables)
        return tuple(ColumnRef(t.ref, c.name) for t in found if t for c in t.columns if c.kind is Kind.TEXT)

    def _values(self, column: ColumnRef) -> tuple[str, ...]:
        if column not in self._known:
            self._known[column] = self._database.values(column, _MOST_VALUES)
        return self._known[column]


def _squeezed(text: str) -> str:
    return "".join(words(singular(text.strip())))
