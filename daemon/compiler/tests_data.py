"""Spec to the source of its data agent's tests."""

from __future__ import annotations

from daemon.compiler.header import header_values
from daemon.compiler.keys import key_views
from daemon.compiler.names import literal
from daemon.compiler.rendering import render
from daemon.compiler.tests_reference import EntityRow, entity_rows
from daemon.compiler.tests_tables import NOBODY, Tables, token
from daemon.compiler.tests_text import block, comment, database_script, key_literals, python_literal, tables_in_schemas
from daemon.core.schema import Schema
from daemon.core.spec import AgentSpec


def data_tests_source(spec: AgentSpec, schema: Schema, tables: Tables) -> str:
    """The unformatted source of ``tests/agents/test_<data>.py`` over the sample ``tables``."""
    entity = spec.entity
    keys = key_views(spec, "_")
    nobody = key_literals([token(NOBODY, k.kind) for k in entity.key], spec)
    return render(
        "test_data_agent.py.j2",
        **header_values(spec),
        entity=entity,
        script=block(database_script(spec, schema, tables)),
        in_schemas=tables_in_schemas(spec),
        table=literal(str(entity.table.ref)),
        keys=keys,
        fields=[*(k.name for k in keys), *(["label"] if entity.label else []), *(i.name for i in spec.inputs)],
        rows=[(_row(row, spec), comment(tables.cases[row.key])) for row in entity_rows(spec, tables.rows)],
        nobody=", ".join(f"{k.argument}={value}" for k, value in zip(entity.key, nobody, strict=True)),
    )


def _row(row: EntityRow, spec: AgentSpec) -> str:
    label = [python_literal(row.label)] if spec.entity.label else []
    values = [python_literal(row.inputs[i.name], i.kind) for i in spec.inputs]
    return ", ".join([*key_literals(row.key, spec), *label, *values])
