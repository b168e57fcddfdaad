"""Reading from the inbox when the file system does not play along."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from daemon.adapters.inbox_files import Fingerprint, Unreadable, look, read_request
from daemon.core.request import MAX_BYTES


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "a.md"
    path.write_bytes(b"DSCR")
    return path


def failing(code: int) -> OSError:
    return OSError(code, os.strerror(code))


def test_a_file_is_read_up_to_the_limit(file: Path) -> None:
    assert read_request(file, look(file.parent)["a.md"]) == b"DSCR"
    file.write_bytes(b"x" * (MAX_BYTES + 100))
    assert len(read_request(file, look(file.parent)["a.md"]) or b"") == MAX_BYTES + 1


def test_a_file_that_changed_since_the_look_is_left_for_the_next(file: Path) -> None:
    seen = look(file.parent)["a.md"]
    file.write_bytes(b"DSCR of all properties")
    assert read_request(file, seen) is None


def test_a_file_that_became_a_link_is_not_followed(file: Path) -> None:
    seen = look(file.parent)["a.md"]
    file.unlink()
    file.symlink_to("/etc/passwd")
    assert read_request(file, seen) is None


@pytest.mark.parametrize("code", [errno.EIO, errno.ESTALE, errno.EBUSY, errno.ENOENT, errno.ETIMEDOUT])
def test_what_may_be_over_soon_is_tried_again(file: Path, monkeypatch: pytest.MonkeyPatch, code: int) -> None:
    seen = look(file.parent)["a.md"]
    with monkeypatch.context() as patch:
        patch.setattr(os, "open", lambda *_: (_ for _ in ()).throw(failing(code)))
        assert read_request(file, seen) is None
    with monkeypatch.context() as patch:
        patch.setattr(os, "fstat", lambda _: (_ for _ in ()).throw(failing(code)))
        assert read_request(file, seen) is None


@pytest.mark.parametrize(("code", "hint"), [(errno.EACCES, "permissions"), (errno.EPERM, "Privacy & Security")])
def test_what_is_not_allowed_says_how_to_mend_it(
    file: Path, monkeypatch: pytest.MonkeyPatch, code: int, hint: str
) -> None:
    seen = look(file.parent)["a.md"]
    with monkeypatch.context() as patch:
        patch.setattr(os, "open", lambda *_: (_ for _ in ()).throw(failing(code)))
        with pytest.raises(Unreadable, match=os.strerror(code)) as caught:
            read_request(file, seen)
    assert hint in caught.value.hint


def test_a_fingerprint_tells_a_folder_from_what_is_in_it(tmp_path: Path) -> None:
    before = Fingerprint.of(tmp_path.lstat())
    (tmp_path / "x").touch()
    assert Fingerprint.of(tmp_path.lstat()) == before
