"""Requests to change, destroy or send away data. Agents only read, so these are refused with the reason."""

from __future__ import annotations

import re

from daemon.core.naming import plural, singular, words
from daemon.core.schema import Schema
from daemon.planning.reading import Reading

_DESTROY = "delete|erase|purge|wipe|truncate|overwrite|insert|update|alter|rename|archive|migrate|anonymise|anonymize"
_REMOVE = "remove|drop|modify|move|get rid of|clean up|clear out|deduplicate|backfill"
_SEND = "e-mail|email|upload|send|publish|transmit|ftp|push|forward"
_DATA_NOUNS = "rows?|records?|tables?|columns?|databases?|entries|data|views?|index(?:es)?"
# "drop rows without NOI" may only leave them out of a figure: not surely destructive, so somebody else decides.
_EXCLUDES = r"\s+(?:with|without|where|that|which|whose|if|from the (?:total|average|list|result))\b"
_SENT = "(?:the |all |these |those )?(?:results?|reports?|lists?|numbers|figures|it|them|data|table|spreadsheet)"
_BEFORE = (
    r"(?:^|[.;:,!?\n]|\b(?:to|and|then|please|should|must|will|that|which|also|month|day|night|week|year|agents?)\s)\s*"
)
_DETERMINERS = (
    r"(?:(?:the|all|every|any|each|our|my|these|those|old|stale|empty|new|duplicate|duplicated|invalid|bad|test)\s+)*"
)


def refusal(reading: Reading, schema: Schema) -> str:
    """Why the request is not done, or an empty text when nothing in it would change or send data."""
    text = reading.free
    nouns = "|".join([_DATA_NOUNS, *(re.escape(n) for n in sorted(_table_words(schema), key=len, reverse=True))])
    patterns = (
        rf"{_BEFORE}(?P<act>(?:{_DESTROY})s?\s+{_DETERMINERS}(?:{nouns})\b)",
        rf"{_BEFORE}(?P<act>(?:{_REMOVE})s?\s+{_DETERMINERS}(?:{nouns})\b)(?!{_EXCLUDES})",
        r"\b(?P<act>(?:create|add)s?\s+(?:a |the |an )?(?:new\s+)?(?:tables?|columns?|index(?:es)?)\s+"
        r"(?:called|named|in the (?:database|db))\b)",
        r"\b(?P<act>into\s+(?:a |the )?(?:new|separate|archive|other)\s+tables?\b)",
        r"\b(?P<act>take\s+(?:them|it|these|those)\s+out\s+of\b)",
        r"\b(?P<act>get rid of\s+(?:it|them|the|this|that|these|those)\b)",
        rf"\b(?P<act>(?:delete|truncate|drop|insert into|update)\s+(?:from\s+|table\s+)(?:{nouns})\b)",
        rf"{_BEFORE}(?P<act>(?:{_SEND})s?\s+{_SENT}\s+(?:to|by|via|into)\b)",
    )
    for pattern in patterns:
        found = re.search(pattern, text)
        if found:
            said = reading.text(*found.span("act"))
            return (
                f"agents only read the data and answer when they are called; “{said}” would change, move or send it. "
                "Ask for a figure over these rows instead."
            )
    return ""


def _table_words(schema: Schema) -> set[str]:
    """Table names as people write them: ``order_details``, ``order details``, ``orders``, ``order``."""
    found: set[str] = set()
    for table in schema.tables:
        name = table.ref.name.lower()
        spaced = " ".join(words(table.ref.name))
        for form in (name, spaced):
            found |= {form, singular(form), plural(singular(form))}
    return {f for f in found if len(f) > 2}
