"""What the database adapter says about tables, columns and keys."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import psycopg2
import pytest

from daemon.adapters import postgres_catalog, sqlite_catalog
from daemon.adapters.database import open_database
from daemon.core.schema import ColumnRef, ForeignKey, Kind, Schema, Table, TableRef


def sqlite_schema(folder: Path, script: str) -> Schema:
    file = folder / "Köln & Bonn 🏠.db"
    connection = sqlite3.connect(file)
    connection.executescript(script)
    connection.close()
    return open_database(f"sqlite:///{file}").schema()


def postgres_schema(url: str, script: str) -> Schema:
    connection = psycopg2.connect(url)
    connection.cursor().execute(script)
    connection.commit()
    connection.close()
    database = open_database(url)
    found = database.schema()
    database.close()
    return found


def table(schema: Schema, name: str, schema_name: str | None = None) -> Table:
    found = schema.table(TableRef(name, schema_name))
    assert found is not None, [str(t.ref) for t in schema.tables]
    return found


def kinds(found: Table) -> dict[str, tuple[Kind, int | None]]:
    return {c.name: (c.kind, c.scale) for c in found.columns}


def test_orlando_looks_the_same_on_both_engines(orlando: str) -> None:
    schema = open_database(orlando).schema()

    assert [t.ref.name for t in schema.tables] == ["financial_metrics", "properties"]
    metrics = table(schema, "financial_metrics")
    assert metrics.primary_key == ("property_id",)
    assert metrics.foreign_keys == (
        ForeignKey(columns=("property_id",), target=TableRef("properties"), target_columns=("id",)),
    )
    assert kinds(metrics)["annual_noi"] == (Kind.DECIMAL, 2)
    assert kinds(metrics)["occupancy_rate"] == (Kind.DECIMAL, 4)
    assert kinds(metrics)["loan_maturity_date"] == (Kind.DATE, None)
    assert kinds(table(schema, "properties"))["location"] == (Kind.TEXT, None)
    assert [c.name for c in table(schema, "properties").columns if c.nullable] == ["appraised_value"]


@pytest.mark.parametrize("engine", ["sqlite", "postgres"])
@pytest.mark.parametrize(("sample", "tables", "keys"), [("chinook", 11, 11), ("northwind", 14, 13)])
def test_samples_have_all_tables_and_foreign_keys(
    request: pytest.FixtureRequest, engine: str, sample: str, tables: int, keys: int
) -> None:
    schema = open_database(request.getfixturevalue(f"{sample}_{engine}")).schema()

    assert len(schema.tables) == tables
    assert sum(len(t.foreign_keys) for t in schema.tables) == keys


@pytest.mark.parametrize(
    ("declared", "kind", "scale"),
    [
        ("INTEGER", Kind.INTEGER, None),
        ("unsigned big int", Kind.INTEGER, None),
        ("TINYINT(1)", Kind.INTEGER, None),
        ("NUMERIC", Kind.DECIMAL, None),
        ("numeric(14,2)", Kind.DECIMAL, 2),
        ("DECIMAL( 10 , 4 )", Kind.DECIMAL, 4),
        ("DECIMAL(10)", Kind.DECIMAL, 0),
        ("MONEY", Kind.DECIMAL, None),
        ("REAL", Kind.REAL, None),
        ("double precision", Kind.REAL, None),
        ("FLOATING POINT", Kind.REAL, None),
        ("NVARCHAR(160)", Kind.TEXT, None),
        ("CLOB", Kind.TEXT, None),
        ("STRING", Kind.TEXT, None),
        ("DATE", Kind.DATE, None),
        ("datetime", Kind.DATETIME, None),
        ("TIMESTAMP WITH TIME ZONE", Kind.DATETIME, None),
        ("BOOLEAN", Kind.BOOLEAN, None),
        ("BLOB", Kind.OTHER, None),
        ("JSON", Kind.OTHER, None),
        ("TIME", Kind.OTHER, None),
    ],
)
def test_kinds_of_sqlite(declared: str, kind: Kind, scale: int | None) -> None:
    assert sqlite_catalog.kind_of(declared) == (kind, scale)


@pytest.mark.parametrize(
    ("type_text", "kind", "scale"),
    [
        ("smallint", Kind.INTEGER, None),
        ("numeric", Kind.DECIMAL, None),
        ("numeric(14,2)", Kind.DECIMAL, 2),
        ("numeric(5,-3)", Kind.DECIMAL, 0),
        ("double precision", Kind.REAL, None),
        ("character varying(80)", Kind.TEXT, None),
        ("timestamp(3) without time zone", Kind.DATETIME, None),
        ("boolean", Kind.BOOLEAN, None),
        ("money", Kind.OTHER, None),
        ("integer[]", Kind.OTHER, None),
        ("interval", Kind.OTHER, None),
        ("jsonb", Kind.OTHER, None),
    ],
)
def test_kinds_of_postgres(type_text: str, kind: Kind, scale: int | None) -> None:
    assert postgres_catalog.kind_of(type_text) == (kind, scale)


def test_sqlite_odd_names_and_keys(tmp_path: Path) -> None:
    schema = sqlite_schema(
        tmp_path,
        """
        CREATE TABLE "Order" ("select" TEXT, "Größe %" NUMERIC(8,2), "a""b" INT, PRIMARY KEY ("select", "a""b"));
        CREATE TABLE owner (id INTEGER PRIMARY KEY, code TEXT UNIQUE, mail TEXT);
        CREATE UNIQUE INDEX by_lower ON owner (lower(mail));
        CREATE UNIQUE INDEX some ON owner (mail) WHERE mail <> '';
        CREATE TABLE house (id INTEGER PRIMARY KEY, owner_id REFERENCES OWNER, agent TEXT REFERENCES owner (code),
            gone INT REFERENCES demolished, part TEXT, number INT, FOREIGN KEY (part, number) REFERENCES "Order");
        """,
    )

    assert table(schema, "Order").primary_key == ("select", 'a"b')
    assert table(schema, "owner").unique == (("code",),)
    assert set(table(schema, "house").foreign_keys) == {
        ForeignKey(columns=("owner_id",), target=TableRef("owner"), target_columns=("id",)),
        ForeignKey(columns=("agent",), target=TableRef("owner"), target_columns=("code",)),
        ForeignKey(columns=("part", "number"), target=TableRef("Order"), target_columns=("select", 'a"b')),
    }


def test_sqlite_views_and_columns_without_a_type(tmp_path: Path) -> None:
    schema = sqlite_schema(
        tmp_path,
        """
        CREATE TABLE t (a INT, b NUMERIC(6,2), untyped, empty, mixed);
        INSERT INTO t VALUES (1, 2.5, 'x', NULL, 1), (2, 3, 'y', NULL, 'z');
        CREATE VIEW v AS SELECT a, b, a + 1 AS next, a * 0.5 AS half FROM t;
        CREATE VIEW broken AS SELECT nope FROM missing;
        CREATE VIRTUAL TABLE search USING fts5(words);
        """,
    )

    assert {t.ref.name for t in schema.tables} == {"t", "v", "search"}
    assert kinds(table(schema, "t")) == {
        "a": (Kind.INTEGER, None),
        "b": (Kind.DECIMAL, 2),
        "untyped": (Kind.TEXT, None),
        "empty": (Kind.OTHER, None),
        "mixed": (Kind.OTHER, None),
    }
    assert table(schema, "v").is_view
    assert kinds(table(schema, "v")) == {
        "a": (Kind.INTEGER, None),
        "b": (Kind.DECIMAL, 2),
        "next": (Kind.INTEGER, None),
        "half": (Kind.REAL, None),
    }


def test_postgres_odd_names_schemas_and_types(postgres_url: str) -> None:
    schema = postgres_schema(
        postgres_url,
        """
        CREATE SCHEMA "Sales Äß";
        CREATE TYPE mood AS ENUM ('good', 'bad');
        CREATE DOMAIN rate AS numeric(8,3) CHECK (value > 0);
        CREATE TABLE "Sales Äß"."Order" ("select" int, "Größe %" numeric(10,2), m mood, r rate, u uuid, j json,
            at timestamptz, PRIMARY KEY ("select", "Größe %"), UNIQUE (u));
        CREATE UNIQUE INDEX ON "Sales Äß"."Order" (m) INCLUDE (r);
        CREATE UNIQUE INDEX ON "Sales Äß"."Order" (r) WHERE m = 'good';
        CREATE UNIQUE INDEX ON "Sales Äß"."Order" (lower("select"::text));
        CREATE TABLE child (a int, b numeric(10,2), FOREIGN KEY (a, b) REFERENCES "Sales Äß"."Order");
        CREATE VIEW v AS SELECT a + 1 AS next FROM child;
        CREATE MATERIALIZED VIEW mv AS SELECT b FROM child;
        CREATE TABLE parts (year int, n int) PARTITION BY LIST (year);
        CREATE TABLE parts_2024 PARTITION OF parts FOR VALUES IN (2024);
        """,
    )

    order = TableRef("Order", "Sales Äß")
    assert {str(t.ref) for t in schema.tables} == {"Sales Äß.Order", "child", "v", "mv", "parts"}
    assert {t.ref.name for t in schema.tables if t.is_view} == {"v", "mv"}
    assert table(schema, *("Order", "Sales Äß")).primary_key == ("select", "Größe %")
    assert table(schema, "Order", "Sales Äß").unique == (("m",), ("u",))
    assert kinds(table(schema, "Order", "Sales Äß")) == {
        "select": (Kind.INTEGER, None),
        "Größe %": (Kind.DECIMAL, 2),
        "m": (Kind.TEXT, None),
        "r": (Kind.DECIMAL, 3),
        "u": (Kind.TEXT, None),
        "j": (Kind.OTHER, None),
        "at": (Kind.DATETIME, None),
    }
    assert table(schema, "child").foreign_keys == (
        ForeignKey(columns=("a", "b"), target=order, target_columns=("select", "Größe %")),
    )
    assert schema.column(ColumnRef(order, "m")).sql_type == "mood"  # type: ignore[union-attr]


def test_postgres_shows_only_what_the_user_may_read(postgres_url: str) -> None:
    script = """
        CREATE TABLE open_table (a int, secret int);
        CREATE TABLE closed (a int);
        DROP ROLE IF EXISTS reader;
        CREATE ROLE reader LOGIN;
        GRANT SELECT (a) ON open_table TO reader;
        """
    postgres_schema(postgres_url, script)
    database = open_database(postgres_url.replace("postgres@", "reader@"))

    (only,) = database.schema().tables

    assert [c.name for c in only.columns] == ["a"]
    assert database.row_count(only.ref) == 0
    database.close()
