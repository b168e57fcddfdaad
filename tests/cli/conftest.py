"""A workspace, and a person or a script in it."""

from __future__ import annotations

from pathlib import Path

import pytest
from person import Person

from daemon.cli.init import make_workspace


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    """A workspace with the sample database, in a folder with an awkward name."""
    root = tmp_path / "wörk space 🏠"
    make_workspace(root, sample=True)
    return root


@pytest.fixture
def person(workspace: Path) -> Person:
    """Somebody at a terminal in the workspace."""
    return Person(workspace)


@pytest.fixture
def script(workspace: Path) -> Person:
    """A script that reads what is written: no terminal."""
    return Person(workspace, at_terminal=False)
