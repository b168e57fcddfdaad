"""Requests out of bytes: what is read, what is refused with what and where, and what counts as the same."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from daemon.core.errors import RequestInvalid
from daemon.core.request import MAX_BYTES, content_hash, normalised, parse

MARKDOWN = b"""+++
title = "Cover \xf0\x9f\x8f\xa0"
priority = 9
planner = "rules"
database = "SALES_URL"
agents = { data = "sales_data", calc = "sales_calc" }
[answers]
q1 = "per property"
+++
I need DSCR
for properties
"""


def test_plain_text_is_the_request() -> None:
    request = parse("dscr.md", b"\xef\xbb\xbf  I need DSCR\r\nfor properties  \r\n\r\n")

    assert (request.name, request.text) == ("dscr.md", "I need DSCR\nfor properties")
    assert (request.options.priority, request.options.planner, request.options.database) == (5, None, None)
    assert request.options.answers == {}


def test_front_matter_says_the_rest() -> None:
    request = parse("cover.md", MARKDOWN)

    assert request.text == "I need DSCR\nfor properties"
    assert request.options.model_dump() == {
        "title": "Cover 🏠",
        "priority": 9,
        "planner": "rules",
        "database": "SALES_URL",
        "agents": {"data": "sales_data", "calc": "sales_calc"},
        "answers": {"q1": "per property"},
    }


def test_a_toml_request_is_all_front_matter() -> None:
    request = parse("dscr.TOML", b'request = """\nI need DSCR\n"""\npriority = 0\n')

    assert (request.text, request.options.priority) == ("I need DSCR", 0)


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("a.md", b"", "the file is empty"),
        ("a.md", b" \n\t\r\n", "the file is empty"),
        ("a.md", b"\xef\xbb\xbf\n", "the request has no text"),
        ("a.md", b"x" * (MAX_BYTES + 1), "the file has more than 256 KiB"),
        ("a.md", b"DSCR\0", "byte 5 is NUL"),
        ("a.md", b"caf\xe9", "byte 4 is not UTF-8"),
        ("a.md", b"\xff\xfeD\x00S\x00", "byte 4 is NUL"),
        ("a.md", b"\xed\xa0\x80 lone surrogate", "byte 1 is not UTF-8"),
        ("a.md", b"+++\ntitle = 1", "line 1 opens front matter that no later"),
        ("a.md", b"+++\ntitle = \n+++\nDSCR", "not valid TOML"),
        ("a.md", b"+++\n+++\n \n", "the request has no text"),
        ("a.md", b"+++\ntitel = 'x'\n+++\nDSCR", "unknown key 'titel' (did you mean 'title'?)"),
        ("a.md", b"+++\nzzz = 'x'\n+++\nDSCR", "unknown key 'zzz' (known keys: title, priority"),
        ("a.md", b"+++\npriority = 10\n+++\nDSCR", "key 'priority': "),
        ("a.md", b"+++\npriority = '5'\n+++\nDSCR", "key 'priority': "),
        ("a.md", b"+++\npriority = true\n+++\nDSCR", "key 'priority': "),
        ("a.md", b"+++\nplanner = 'magic'\n+++\nDSCR", "key 'planner': "),
        ("a.md", b"+++\ndatabase = 'postgresql://me:pw@host/x'\n+++\nDSCR", "key 'database': "),
        ("a.md", b"+++\nagents = {data = '../evil'}\n+++\nDSCR", "key 'agents.data': "),
        ("a.md", b"+++\nagents = {data = 'Data\\nAgent'}\n+++\nDSCR", "key 'agents.data': "),
        ("a.md", b'+++\nagents = {data = "data\\n"}\n+++\nDSCR', "key 'agents.data': "),
        ("a.md", b"+++\nagents = {both = 'x'}\n+++\nDSCR", "key 'agents.both': "),
        ("a.md", b"+++\nanswers = {q1 = 5}\n+++\nDSCR", "key 'answers.q1': "),
        ("a.toml", b"priority = 5", "the request has no text"),
        ("a.toml", b"request = 5", "the key 'request' is not text"),
        ("a.toml", b"DSCR for properties", "not valid TOML"),
        ("a.toml", b"request = 'x'\nrequest = 'y'", "not valid TOML"),
    ],
)
def test_bytes_that_are_no_request_are_refused_with_what_and_where(name: str, content: bytes, words: str) -> None:
    with pytest.raises(RequestInvalid) as caught:
        parse(name, content)

    assert words in str(caught.value)
    assert "pw@host" not in str(caught.value)


@given(st.binary(max_size=300) | st.binary(max_size=100).map(lambda content: b"+++\n" + content + b"\n+++\nDSCR"))
def test_any_bytes_are_a_request_or_refused(content: bytes) -> None:
    for name in ("a.md", "a.toml"):
        with suppress(RequestInvalid):
            request = parse(name, content)
            assert request.text.strip() == request.text != ""


@given(st.text(max_size=200))
def test_editors_do_not_make_a_new_request(text: str) -> None:
    content = text.encode()
    saved = [
        content.replace(b"\r", b"\n").replace(b"\n", b"\r\n") if b"\r" not in content else content,
        content + b"\n",
        b"\n" + content,
        # behind the line end, whichever the editor writes: between CR and LF there is no space
        b"\n".join(line + b"  \t" for line in content.replace(b"\r\n", b"\n").split(b"\n")),
        b"\xef\xbb\xbf" + content if not content.startswith(b"\xef\xbb\xbf") else content,
    ]

    assert {content_hash(again) for again in saved} == {content_hash(content)}
    assert normalised(normalised(content)) == normalised(content)


@given(st.text(min_size=1, max_size=50), st.text(min_size=1, max_size=50))
def test_other_words_are_another_request(one: str, other: str) -> None:
    same = normalised(one.encode()) == normalised(other.encode())

    assert (content_hash(one.encode()) == content_hash(other.encode())) is same


def test_indentation_counts() -> None:
    assert content_hash(b"a\n  b") != content_hash(b"a\nb")
