"""Database rows as typed values."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from operator import itemgetter
from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, GetPydanticSchema, ValidationError
from pydantic_core import core_schema
from sqlalchemy import Result

from daemon.runtime.errors import DataError

# Schemas instead of validator functions: a call per value would double the time of a row.
_NUMBERS = core_schema.is_instance_schema((int, float, Decimal), cls_repr="number")
"""Text is no number, even where it looks like one; pydantic alone would read it."""


def _as_text(value: Any) -> Any:
    return None if value is None else str(value)


_TEXTS = core_schema.union_schema(
    [core_schema.str_schema(), core_schema.no_info_before_validator_function(_as_text, core_schema.str_schema())],
    mode="left_to_right",
)


Number = Annotated[Decimal, GetPydanticSchema(lambda kind, schema: core_schema.chain_schema([_NUMBERS, schema(kind)]))]
"""An exact and finite number, whatever the driver gives; a binary one by its shortest text, so that 0.1 is 0.1."""

Text = Annotated[str, GetPydanticSchema(lambda _kind, _schema: _TEXTS)]
"""Text, whatever the driver gives: an identifier of its own type, a number in a column of text."""

LONGEST = 80
"""Characters of a value that a message repeats."""

Row = TypeVar("Row", bound=BaseModel)


def read(model: type[Row], values: Mapping[str, Any]) -> Row:
    """One row as ``model``. Raises ``DataError`` that names the row and the column when a value does not fit."""
    try:
        return model.model_validate(dict(values))
    except ValidationError as problem:
        raise _data_error(problem, values) from None


def read_all(model: type[Row], result: Result[Any], keys: int) -> Iterator[Row]:
    """The rows of ``result`` as ``model``, one at a time, sorted by their first ``keys`` columns.

    Raises ``DataError`` when a value does not fit, or when two rows have the same key: then a join multiplies rows,
    and every total would be wrong.
    """
    names = tuple(result.keys())
    # The validator itself: its wrapper costs as much as the rest, and there may be a million rows.
    validated = model.__pydantic_validator__.validate_python
    key_of = itemgetter(*range(keys))
    before: object = read_all  # equal to no key, not even a missing one
    for record in result:
        values = dict(zip(names, record, strict=False))
        key = key_of(record)
        if key == before:
            raise DataError(f"several rows have {_words(values, keys)}: a join or the key is not unique any more")
        before = key
        try:
            yield validated(values)
        except ValidationError as problem:
            raise _data_error(problem, values, keys) from None


def _data_error(problem: ValidationError, values: Mapping[str, Any], keys: int = 1) -> DataError:
    first = problem.errors(include_url=False)[0]
    found = repr(first["input"])[:LONGEST]
    return DataError(f"row {_words(values, keys)}: {first['loc'][0]} is {found}, {first['msg'].lower()}")


def _words(values: Mapping[str, Any], keys: int) -> str:
    return ", ".join(f"{name}={value!r}" for name, value in list(values.items())[:keys])
