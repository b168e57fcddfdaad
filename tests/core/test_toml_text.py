"""TOML of people: whatever the text, there is a table or a ``TomlError``, and soon."""

import contextlib
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from daemon.core.toml_text import LONGEST_KEY, TomlError, parse_toml

KIBIBYTES_256 = 256 * 1024

HOSTILE = {
    "nested arrays": ("a=" + "[" * 50_000 + "]" * 50_000, "nested too deeply"),
    "nested tables": ("a=" + "{b=" * 50_000 + "1" + "}" * 50_000, "nested too deeply"),
    "a number without end": ("a = " + "9" * 50_000, "thousands of digits"),
    "a key without end": (".".join("a" * (KIBIBYTES_256 // 2)) + " = 1", "line 1 has a key"),
    "a table name without end": ("b = 1\n[" + ".".join("a" * (KIBIBYTES_256 // 2)) + "]", "line 2 has a key"),
    "a key without end in quotes": (" . ".join(['"a"'] * 50_000) + " = 1", "line 1 has a key"),
    "a long key in an inline table": ("x = {" + ".".join("a" * 10_000) + " = 1}", "line 1 has a key"),
    "one endless word": ("a" * KIBIBYTES_256, "Expected '='"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_text_is_refused_with_the_reason_and_at_once(name: str) -> None:
    text, reason = HOSTILE[name]
    began = time.process_time()
    with pytest.raises(TomlError, match=reason):
        parse_toml(text)
    assert time.process_time() - began < 2


def test_a_long_sentence_with_many_stops_is_no_key() -> None:
    prose = "Show rates per year. " * 500
    assert parse_toml(f'request = "{prose}"') == {"request": prose}
    key = ".".join("k" * LONGEST_KEY)
    assert parse_toml(f"{key} = 1")


@given(st.text(alphabet=st.sampled_from("a.=[]{}\"'#\n\\u0019 -:T+"), max_size=60))
def test_every_text_is_a_table_or_a_toml_error(text: str) -> None:
    with contextlib.suppress(TomlError):
        assert isinstance(parse_toml(text), dict)
