"""Database rows as typed values."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, BeforeValidator, ValidationError

from daemon.runtime.errors import DataError


def _as_decimal(value: Any) -> Any:
    """Binary numbers come in by their shortest text, so that 0.1 is 0.1; empty text is no number."""
    return Decimal(repr(value)) if isinstance(value, float) else value


Number = Annotated[Decimal, BeforeValidator(_as_decimal)]
"""An exact number of a row, whatever type the driver gives."""

Row = TypeVar("Row", bound=BaseModel)


def read(model: type[Row], values: Mapping[str, Any]) -> Row:
    """One row as ``model``. Raises ``DataError`` that names the key and the column when a value does not fit."""
    try:
        return model(**values)
    except ValidationError as problem:
        first = problem.errors()[0]
        column = ".".join(str(part) for part in first["loc"])
        key, found = next(iter(values.items()))
        raise DataError(f"row {key}={found!r}: {column} is {first['input']!r}, {first['msg'].lower()}") from None
