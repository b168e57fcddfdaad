"""What the documents say is true: examples run, lists are complete."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

from daemon.adapters.settings import NAMES
from daemon.core.request import Options
from daemon.pipeline.stages import STAGES
from daemon.tools.registry import TOOLS

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text("utf-8")


def block(text: str, language: str) -> str:
    found = re.search(rf"```{language}\n(.*?)```", text, re.DOTALL)
    assert found
    return found[1]


def commands_and_output(console: str) -> list[tuple[str, str]]:
    """Each command of a console block with the output shown below it."""
    parts = re.split(r"^\$ ", console, flags=re.MULTILINE)[1:]
    return [(command, shown.strip()) for command, _, shown in (part.partition("\n") for part in parts)]


def test_the_first_screen_of_the_readme_works_to_the_letter(tmp_path: Path) -> None:
    shell = {"PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}", "HOME": str(tmp_path)}
    folder = tmp_path
    for command, shown in commands_and_output(block(README, "console")):
        if command.startswith("cd "):
            folder = folder / command.removeprefix("cd ")
            continue
        ran = subprocess.run(command, shell=True, cwd=folder, env=shell, capture_output=True, text=True, check=False)
        assert ran.returncode == 0, f"{command}\n{ran.stdout}\n{ran.stderr}"
        if shown:
            assert ran.stdout.strip() == shown

    assert (folder / "docs" / "agents" / "calc_agent.md").is_file()
    waiting = next(b for b in re.findall(r"```sh\n(.*?)```", README, re.DOTALL) if b.startswith("until"))
    assert subprocess.run(waiting, shell=True, cwd=folder, env=shell, timeout=20, check=False).returncode == 0


def test_the_folder_tree_of_the_readme_is_the_one_there_is() -> None:
    shown = set(re.findall(r"^(\w+)/ ", block(README, "text"), re.MULTILINE))
    tracked = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    there = {line.split("/")[0] for line in tracked.splitlines() if "/" in line and not line.startswith(".")}

    assert shown == there


def test_links_lead_somewhere() -> None:
    documents = [ROOT / "README.md", *(ROOT / "docs").glob("*.md")]
    broken = [
        f"{document.name}: {target}"
        for document in documents
        for target in re.findall(r"\]\(([^)#]+?)(?:#[^)]*)?\)", document.read_text("utf-8"))
        if not target.startswith("http") and not (document.parent / target).exists()
    ]

    assert broken == []


def test_every_tool_has_its_row() -> None:
    architecture = (ROOT / "docs" / "architecture.md").read_text("utf-8")
    table = architecture[architecture.index("## From a request") :]

    assert [name for name in re.findall(r"`(\w+)`", table) if name in TOOLS] == list(TOOLS)
    assert tuple(TOOLS)[: len(STAGES)] == STAGES


def test_the_rooms_are_those_whose_imports_are_checked() -> None:
    architecture = (ROOT / "docs" / "architecture.md").read_text("utf-8")
    rows = re.findall(r"^\| (`[^|]+`) \|", architecture[: architecture.index("## From a request")], re.MULTILINE)
    shown = [re.findall(r"`(\w+)`", row) for row in rows]
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["importlinter"]["contracts"]
    layers = [re.findall(r"\w+", layer) for layer in contracts[0]["layers"]]

    assert [room for row in shown for room in row] == [room for layer in layers for room in layer]


def test_every_setting_is_documented() -> None:
    table = (ROOT / "docs" / "configuration.md").read_text("utf-8")

    assert set(re.findall(r"^\| `(\w+)`", table, re.MULTILINE)) == set(NAMES)


def test_the_front_matter_example_has_every_key() -> None:
    example = tomllib.loads(block((ROOT / "docs" / "requests.md").read_text("utf-8"), "toml"))

    assert set(example) == set(Options.model_fields)
    Options.model_validate(example)
