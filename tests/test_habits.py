"""The project's habits: sizes, versions, dependencies, what ships, and what is never written down."""

from __future__ import annotations

import ast
import re
import shutil
import subprocess
import sys
import tomllib
import zipfile
from importlib.metadata import packages_distributions
from importlib.resources import files
from pathlib import Path

import pytest

import daemon

ROOT = Path(__file__).parents[1]
MOST_LINES = 300
BY_NAME = {"pytest", "ruff", "psycopg2-binary"}
"""Nobody imports these: two are run as programs, the third is named in database URLs."""
FORBIDDEN = {
    "an absolute path of one machine": r"(?<![\w.])/(?:work|root|home/\w+|Users/\w+)/",
    "a package registry's host": r"\b(?:files\.pythonhosted|pypi\.org|registry\.npmjs|deb\.debian|proxy\.golang)",
}


def tracked(*suffixes: str) -> list[Path]:
    """Files of the project, those not committed yet included."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    found = [ROOT / name for name in listed.split("\0") if name.endswith(suffixes)]
    return [path for path in found if path.is_file()]


def test_the_changelog_speaks_of_this_version_first() -> None:
    versions = re.findall(r"^## (\S+)", (ROOT / "CHANGELOG.md").read_text("utf-8"), re.MULTILINE)

    assert versions[0] == daemon.__version__


def test_no_module_is_too_long() -> None:
    lines = {str(f.relative_to(ROOT)): len(f.read_text("utf-8").splitlines()) for f in (ROOT / "daemon").rglob("*.py")}

    assert {name: count for name, count in lines.items() if count > MOST_LINES} == {}


def test_there_are_no_drawers() -> None:
    drawers = {"utils", "util", "helpers", "helper", "common", "misc", "manager"}

    assert [f for f in (ROOT / "daemon").rglob("*") if f.stem in drawers] == []


@pytest.mark.parametrize("what", FORBIDDEN)
def test_the_project_speaks_of_itself_alone(what: str) -> None:
    texts = tracked(".py", ".md", ".toml", ".sh", ".sql", ".j2", ".json", "Makefile", "run", ".txt")
    found = [
        f"{path.relative_to(ROOT)}:{number}: {line.strip()[:80]}"
        for path in texts
        if path != Path(__file__)
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1)
        if re.search(FORBIDDEN[what], line)
    ]

    assert len(texts) > 50
    assert found == []


def test_every_dependency_is_imported_somewhere() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    wanted = {re.split(r"[<>=~!\[; ]", line)[0].lower() for line in project["dependencies"]}
    provided = packages_distributions()
    used = {d.lower().replace("_", "-") for name in imported_names() for d in provided.get(name, ())}

    assert wanted - used - BY_NAME == set()


def imported_names() -> set[str]:
    """Top-level names the package imports, wherever in a module."""
    names = set()
    for path in (ROOT / "daemon").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Import):
                names |= {alias.name.split(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module:
                names.add(node.module.split(".")[0])
    return names


def test_the_wheel_holds_the_data_files(tmp_path: Path) -> None:
    source = tmp_path / "source"  # a build leaves files beside the sources
    shutil.copytree(ROOT / "daemon", source / "daemon", ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "README.md"):
        shutil.copy(ROOT / name, source)
    pip = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation", "--no-index"]
    subprocess.run([*pip, "--wheel-dir", str(tmp_path), str(source)], check=True, timeout=100)
    (wheel,) = tmp_path.glob("*.whl")
    shipped = set(zipfile.ZipFile(wheel).namelist())
    data = {str(f.relative_to(ROOT)) for f in tracked() if f.is_relative_to(ROOT / "daemon")}

    assert {f for f in data if not f.endswith(".py")} - shipped == set()
    assert not [f for f in shipped if f.startswith(("tests", "benchmarks", "examples"))]


def test_the_sample_that_ships_is_the_one_that_is_tested() -> None:
    shipped = files("daemon.cli").joinpath("sample", "orlando.sql").read_bytes()

    assert shipped == (ROOT / "examples/data/orlando.sql").read_bytes()


def test_the_known_answers_of_the_examples_are_right() -> None:
    done = subprocess.run(
        [sys.executable, str(ROOT / "examples/requests/verify.py")], capture_output=True, text=True, check=False
    )

    assert done.returncode == 0, done.stdout
