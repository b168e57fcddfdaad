"""The ``.env`` format."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from daemon.core.env_file import EnvLineError, parse_env


@pytest.mark.parametrize(
    ("line", "value"),
    [
        ("A=1", "1"),
        ("A = 1 ", "1"),
        ("export A=1", "1"),
        ("A=", ""),
        ("A=a=b=c", "a=b=c"),
        ("A=with space", "with space"),
        ("A=1 # one", "1"),
        ("A=a#b", "a#b"),
        ("A='1 # one' # comment", "1 # one"),
        ("A='a\\n'", "a\\n"),
        ('A="a\\n\\"b\\" \\\\ c"', 'a\n"b" \\ c'),
        ("A=''", ""),
        ("A=größe 🏠", "größe 🏠"),
    ],
)
def test_a_value_is_read_as_written(line: str, value: str) -> None:
    assert parse_env(line) == {"A": value}


def test_comments_and_empty_lines_are_passed_over_and_the_last_value_wins() -> None:
    assert parse_env("# A=0\n\nA=1\n  # B=2\nB=3\r\nA=4\n") == {"A": "4", "B": "3"}


@pytest.mark.parametrize(
    "line", ["nonsense", "=1", "1A=1", "A-B=1", "A='open", 'A="open', "A='a' b", "export", "A=a\0"]
)
def test_a_line_that_is_no_assignment_is_named_without_its_content(line: str) -> None:
    with pytest.raises(EnvLineError, match=r"^line 2 is not KEY=value$"):
        parse_env(f"B=1\n{line}")


@given(
    st.text(st.characters(exclude_characters="\0")).filter(
        lambda text: "'" not in text and len(text.splitlines()) < 2 and text.rstrip("\n\r") == text
    )
)
def test_any_line_can_be_quoted(value: str) -> None:
    if value.splitlines() in ([], [value]):
        assert parse_env(f"A='{value}'") == {"A": value}
