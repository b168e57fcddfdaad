"""Names in the inbox: requests, passing files, and status files that fit."""

from __future__ import annotations

import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from daemon.core.inbox_names import LONGEST_NAME, is_passing_name, is_request_name, plain_name, status_name

FILE_NAMES = st.binary(min_size=1, max_size=LONGEST_NAME).filter(lambda raw: b"/" not in raw and b"\0" not in raw)


@pytest.mark.parametrize(
    "name", ["a.md", "A.MD", "#1 question.md", "x.y.txt", "daemon.toml", "tmp.md", "4913.md", "-.md"]
)
def test_requests(name: str) -> None:
    assert is_request_name(name)


@pytest.mark.parametrize("name", ["a.pdf", "md", "a.md.bak", "README", "a.mdx"])
def test_others_are_neither_requests_nor_passing(name: str) -> None:
    assert not is_request_name(name)
    assert not is_passing_name(name)


@given(FILE_NAMES)
def test_a_status_name_always_fits_and_is_never_a_request(raw: bytes) -> None:
    name = status_name(os.fsdecode(raw))
    assert len(os.fsencode(name)) <= LONGEST_NAME
    assert is_passing_name(name)


@given(FILE_NAMES, FILE_NAMES)
def test_two_requests_never_share_a_status(first: bytes, second: bytes) -> None:
    names = {os.fsdecode(raw.ljust(250, b"x")) for raw in (first, second)}
    assert len({status_name(name) for name in names}) == len(names)


@given(FILE_NAMES)
def test_a_plain_name_is_unicode(raw: bytes) -> None:
    name = os.fsdecode(raw)
    plain_name(name).encode("utf-8")
    if name.isascii():
        assert plain_name(name) == name
