"""Names that are valid by construction: identifiers, module and class names, and words in singular and plural."""

from __future__ import annotations

import keyword
import re
import unicodedata

_CLASHES = frozenset(
    {
        *("abs", "all", "any", "filter", "format", "id", "input", "max", "min", "round", "sum", "type"),
        *("case", "ceiling", "column", "date", "datetime", "exact", "floor", "floor_quotient", "floor_rest",
          "func", "quotient", "reason_of", "rounded", "select", "table", "value_of", "worst"),
        *("construct", "copy", "count", "dict", "from_orm", "index", "json", "parse_file", "parse_obj",
          "parse_raw", "schema", "schema_json", "update_forward_refs", "validate"),
        *("model_computed_fields", "model_config", "model_construct", "model_copy", "model_dump",
          "model_dump_json", "model_extra", "model_fields", "model_fields_set", "model_json_schema",
          "model_parametrized_name", "model_post_init", "model_rebuild", "model_validate",
          "model_validate_json", "model_validate_strings"),
    }
)  # fmt: skip
"""Names that mean something else where generated code stands: Python's, the runtime library's, those of row classes."""
_IRREGULAR = {
    "people": "person",
    "children": "child",
    "men": "man",
    "women": "woman",
    "data": "data",
    "series": "series",
    "analyses": "analysis",
    "buses": "bus",
    "lenses": "lens",
    "movies": "movie",
}
_PLURALS = {one: many for many, one in _IRREGULAR.items()}
_UNCHANGED = ("ss", "us", "is")


def words(text: str) -> tuple[str, ...]:
    """Lower-case words of a name in any writing: ``InvoiceLine``, ``invoice_line``, ``Invoice Line``, ``ÜberName``."""
    plain = unicodedata.normalize("NFKD", text.replace("ß", "ss"))
    plain = "".join(c for c in plain if not unicodedata.combining(c))
    spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", " ", plain)
    return tuple(w.lower() for w in re.findall(r"[^\W_]+", spaced))


def identifier(text: str) -> str:
    """A Python identifier for a name in any writing: ``Net Sales %`` becomes ``net_sales``.

    Never empty, never a keyword, never a name that generated code uses for something else; ASCII only.
    """
    plain = (re.sub(r"[^a-z0-9]", "", word) for word in words(text))
    name = "_".join(filter(None, plain)) or "value"
    if name[0].isdigit():
        name = f"n{name}"
    if keyword.iskeyword(name) or keyword.issoftkeyword(name) or name in _CLASHES:
        name = f"{name}_"
    return name


def class_name(text: str) -> str:
    """``dscr_calc_agent`` becomes ``DscrCalcAgent``."""
    return "".join(part.capitalize() for part in identifier(text).strip("_").split("_"))


def singular(word: str) -> str:
    """``properties`` becomes ``property``; a word that is not a plural stays as it is."""
    lower = word.lower()
    if lower in _IRREGULAR:
        return _IRREGULAR[lower]
    if lower.endswith("ies") and len(lower) > 4:
        return word[:-3] + "y"
    if lower.endswith(("sses", "shes", "ches", "xes")) or _is_plural_of_us(lower):
        return word[:-2]
    if lower.endswith("s") and not lower.endswith(_UNCHANGED) and len(lower) > 3:
        return word[:-1]
    return word


def _is_plural_of_us(lower: str) -> bool:
    """``statuses`` is, ``houses`` and ``clauses`` are not."""
    return lower.endswith("uses") and not lower.endswith(("ouses", "auses")) and len(lower) > 5


def plural(word: str) -> str:
    """``property`` becomes ``properties``."""
    if word.lower() in _PLURALS:
        return _PLURALS[word.lower()]
    if word.endswith("y") and word[-2:-1] not in tuple("aeiou"):
        return word[:-1] + "ies"
    if word.endswith(("s", "x", "sh", "ch")):
        return word + "es"
    return word + "s"
