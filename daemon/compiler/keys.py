"""The key of the entity, in the forms generated source needs."""

from __future__ import annotations

from dataclasses import dataclass

from daemon.compiler.names import KEY_ANNOTATIONS, KEY_TYPES, column_access
from daemon.core.spec import AgentSpec


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyView:
    """One key column: ``property_id: int`` selected by ``_PROPERTIES.c.id == property_id``.

    A group's key may be missing: ``country: str | None``, and that group stands last.
    """

    name: str
    annotation: str
    row_annotation: str
    parameter: str
    condition: str
    keyword: str
    column: str
    order: str


def key_views(spec: AgentSpec, table_variable: str) -> tuple[KeyView, ...]:
    """The key columns in order; ``table_variable`` holds the entity's rows, or groups by the arguments' names."""
    grouped = spec.entity.group_by
    missing = " | None" if grouped else ""
    views = []
    for key in spec.entity.key:
        column = column_access(table_variable, key.argument if grouped else key.column)
        annotation = KEY_TYPES[key.kind] + missing
        same = f"{column}.is_not_distinct_from({key.argument})" if grouped else f"{column} == {key.argument}"
        views.append(
            KeyView(
                name=key.argument,
                annotation=annotation,
                row_annotation=KEY_ANNOTATIONS[key.kind] + missing,
                parameter=f"{key.argument}: {annotation}",
                condition=same,
                keyword=f"{key.argument}={key.argument}",
                column=column,
                order=f"{column}.nulls_last()" if grouped else column,
            )
        )
    return tuple(views)
