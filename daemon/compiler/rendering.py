"""Templates, loaded from the package; a missing variable is an error."""

from __future__ import annotations

import re
from functools import cache
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined


def render(template: str, **values: Any) -> str:
    """The text of ``templates/<template>`` with ``values``, at most two blank lines in a row."""
    text = _environment().get_template(template).render(**values)
    return re.sub(r"\n{4,}", "\n\n\n", text).strip("\n") + "\n"


@cache
def _environment() -> Environment:
    # Autoescaping is for HTML; what goes into Python source is escaped by compiler.names.
    return Environment(
        loader=PackageLoader("daemon.compiler"),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        autoescape=False,  # noqa: S701
    )
