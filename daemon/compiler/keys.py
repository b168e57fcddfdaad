"""The key of the entity, in the forms generated source needs."""

from __future__ import annotations

from dataclasses import dataclass

from daemon.compiler.names import KEY_ANNOTATIONS, KEY_TYPES, column_access
from daemon.core.spec import AgentSpec


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyView:
    """One key column: ``property_id: int`` selected by ``_PROPERTIES.c.id == property_id``."""

    name: str
    annotation: str
    row_annotation: str
    parameter: str
    condition: str
    keyword: str
    column: str


def key_views(spec: AgentSpec, table_variable: str) -> tuple[KeyView, ...]:
    """The key columns in order."""
    views = []
    for key in spec.entity.key:
        column = column_access(table_variable, key.column)
        annotation = KEY_TYPES[key.kind]
        views.append(
            KeyView(
                name=key.argument,
                annotation=annotation,
                row_annotation=KEY_ANNOTATIONS[key.kind],
                parameter=f"{key.argument}: {annotation}",
                condition=f"{column} == {key.argument}",
                keyword=f"{key.argument}={key.argument}",
                column=column,
            )
        )
    return tuple(views)
