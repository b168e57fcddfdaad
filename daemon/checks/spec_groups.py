"""Whether an entity that groups rows says something that can be meant: its inputs are about the rows of its groups."""

from __future__ import annotations

from collections.abc import Iterator

from daemon.core.findings import Finding, Level
from daemon.core.schema import ColumnRef
from daemon.core.spec import AgentSpec, Entity, Input


def group_findings(spec: AgentSpec) -> Iterator[Finding]:
    """Everything that keeps a group from having one value of each input."""
    entity = spec.entity
    if not entity.group_by:
        return
    if entity.label:
        yield _error("group_label", "entity.label", "a group is named by its key alone", "leave the label out")
    if entity.joins:
        yield _error("group_joins", "entity.joins", "a group has many rows to join", "use aggregates with a path")
    for field in entity.fields:
        if field.column.ref.table != entity.table.ref:
            message = f"the rows of {entity.table.ref} are chosen by their own columns, not {field.column.ref}"
            yield _error("group_condition", "entity.where", message)
    for given in spec.inputs:
        yield from _input(given, entity)


def _input(given: Input, entity: Entity) -> Iterator[Finding]:
    place = f"inputs.{given.name}"
    if given.aggregate is None:
        message = f"{given.column.ref if given.column else given.name} has many values in a group"
        yield _error("group_column", place, message, "ask for their sum, count, average, smallest or largest")
        return
    aggregate = given.aggregate
    if entity.table.ref not in {aggregate.table.ref, *(join.table.ref for join in aggregate.path)}:
        yield _error("group_path", place, f"{aggregate.table.ref} does not lead to {entity.table.ref}")
    wanted = [ColumnRef(entity.table.ref, key.column) for key in entity.key]
    if [column.ref for column in aggregate.key] != wanted:
        yield _error("group_key", place, f"its rows belong to a group by {', '.join(map(str, wanted))}")


def _error(code: str, place: str, message: str, hint: str = "") -> Finding:
    return Finding(level=Level.ERROR, code=code, place=place, message=message, suggestion=hint)
