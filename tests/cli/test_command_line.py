"""The command line itself: order, unknown words, help, exit codes."""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from pathlib import Path

import pytest
from status_documents import succeeded, write_daemon_status, write_request_status

from daemon import __version__
from daemon.cli.commands import COMMANDS, load
from daemon.cli.main import main
from daemon.cli.parser import command_parser, exit_codes, parse
from daemon.core.errors import MetaAgentError, UsageError

HEAVY = ("pydantic", "sqlalchemy", "openai", "docker", "watchdog", "apscheduler", "jinja2", "psutil")


@pytest.mark.parametrize(
    ("line", "directory"),
    [
        ("-C here status dscr --json", "here"),
        ("status -C here --json dscr", "here"),
        ("status --json dscr -C here", "here"),
        ("status dscr --json", "."),
        ("-C there status -C here dscr --json", "here"),
    ],
)
def test_options_may_stand_anywhere(line: str, directory: str) -> None:
    parsed = parse(line.split())
    assert (parsed.command, parsed.directory) == ("status", directory)
    assert (parsed.given.name, parsed.given.json) == ("dscr", True)


def test_a_metric_may_follow_the_options() -> None:
    given = parse(["call", "calc_agent", "--key", "-5", "dscr"]).given
    assert (given.agent, given.metric, given.key) == ("calc_agent", "dscr", "-5")


@pytest.mark.parametrize(
    ("line", "words"),
    [
        (["stauts"], ("'stauts'", "did you mean 'status'?")),
        (["frobnicate"], ("'frobnicate'", "--help lists the commands")),
        (["status", "--jsno"], ("--jsno", "did you mean '--json'?")),
        (["--vesion"], ("--vesion", "did you mean '--version'?")),
        (["call"], ("AGENT", "meta-agent call --help")),
        (["call", "a", "--key", "1", "--total"], ("--total", "--key")),
        (["status", "--watch", "--json"], ("--json", "--watch")),
        (["-C"], ("-C", "argument")),
        (["status", "one", "two"], ("two", "meta-agent status --help")),
    ],
    ids=" ".join,
)
def test_a_wrong_line_names_the_mistake_and_the_way_out(line: list[str], words: tuple[str, ...]) -> None:
    with pytest.raises(UsageError) as problem:
        parse(line)
    assert all(word in str(problem.value) for word in words)


@pytest.mark.parametrize("name", [*COMMANDS, "prompt"])
def test_every_command_is_a_module_with_both_functions(name: str) -> None:
    module = load(name)
    module.configure(argparse.ArgumentParser())
    assert callable(module.run)


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_says_how_it_is_written(name: str) -> None:
    parser = command_parser(name)
    assert parser.usage is not None
    assert parser.usage.startswith(f"meta-agent {name}")
    assert "[-C DIR]" in parser.usage
    assert parser.description


def test_every_error_class_has_its_line_among_the_exit_codes() -> None:
    codes = dict(exit_codes())
    assert {0, 1, 3, 70, 130} <= set(codes)
    for kind in MetaAgentError.__subclasses__():
        assert kind.exit_code in codes


def test_version_and_help_end_with_success(capsys: pytest.CaptureFixture[str]) -> None:
    for option in ("--version", "--help"):
        with pytest.raises(SystemExit) as ending:
            main([option])
        assert ending.value.code == 0
    shown = capsys.readouterr().out
    assert f"meta-agent {__version__}" in shown
    assert "exit codes:" in shown


def test_errors_are_one_line_with_an_exit_code(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["-C", str(tmp_path), "status"]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.count("\n") == 1
    assert captured.err.startswith("meta-agent: no workspace:")
    assert "meta-agent init" in captured.err


def test_without_command_and_terminal_nothing_is_asked(workspace: Path) -> None:
    ended = _run(workspace)
    assert ended.returncode == 2
    assert "no terminal to ask on" in ended.stderr


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads everything")
def test_an_unreadable_inbox_is_an_error_of_the_workspace(workspace: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (workspace / "inbox").chmod(0)
    try:
        assert main(["-C", str(workspace), "status"]) == 9
    finally:
        (workspace / "inbox").chmod(0o755)
    assert "permissions" in capsys.readouterr().err


def test_a_defect_is_one_line_and_a_log_without_secrets(
    workspace: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(_text: str) -> object:
        raise RuntimeError("cannot reach postgresql://reader:hunter2@db/orlando with api_key='sk-1234'")

    monkeypatch.setattr("json.loads", broken)
    write_request_status(workspace)
    assert main(["-C", str(workspace), "status"]) == 70
    line = capsys.readouterr().err
    assert "defect" in line
    assert line.count("\n") == 1
    (log,) = (workspace / "logs").glob("defect-*.log")
    assert str(log) in line
    text = log.read_text(encoding="utf-8")
    assert "RuntimeError" in text
    assert __version__ in text
    assert "hunter2" not in text
    assert "sk-1234" not in text


def test_a_defect_outside_a_workspace_leaves_no_trace_there(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("daemon.cli.init.make_workspace", lambda root, sample: 1 / 0)
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", None)
    assert main(["-C", str(tmp_path / "new"), "init"]) == 70
    assert "ZeroDivisionError" in capsys.readouterr().err
    assert not (tmp_path / "new").exists()


def test_ctrl_c_ends_quietly(
    workspace: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(_seconds: float) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("time.sleep", interrupted)
    assert main(["-C", str(workspace), "status", "--watch"]) == 130
    assert capsys.readouterr().err.strip() == ""


def test_a_reader_that_goes_away_is_no_defect(workspace: Path) -> None:
    for number in range(400):
        write_request_status(workspace, f"request-{number}.md", **succeeded())
    with subprocess.Popen(
        [sys.executable, "-m", "daemon", "-C", str(workspace), "status", "--json"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.read(10)
        process.stdout.close()
        assert process.stderr.read() == b""
    assert process.returncode == 141


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this machine has no full device")
@pytest.mark.parametrize("option", [[], ["--json"]])
def test_output_that_cannot_be_written_is_one_line(workspace: Path, option: list[str]) -> None:
    write_request_status(workspace, "dscr.md", **succeeded())
    with Path("/dev/full").open("w") as full:
        ended = subprocess.run(
            [sys.executable, "-m", "daemon", "-C", str(workspace), "status", *option],
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    assert (ended.returncode, ended.stderr.count("\n")) == (9, 1)
    assert "output cannot be written" in ended.stderr


def test_without_any_stream_a_command_still_works(workspace: Path) -> None:
    ended = subprocess.run(
        ["/bin/sh", "-c", '"$0" -m daemon -C "$1" status <&- >&- 2>&-', sys.executable, str(workspace)], check=False
    )
    assert ended.returncode == 0


def test_status_and_help_import_nothing_heavy(workspace: Path) -> None:
    write_request_status(workspace, **succeeded())
    write_daemon_status(workspace)
    program = (
        "import sys; from daemon.cli.main import main\n"
        "try: main(sys.argv[1:])\n"
        f"finally: print(*(name for name in {HEAVY!r} if name in sys.modules), file=sys.stderr)"
    )
    for arguments in (["status"], ["status", "dscr"], ["status", "--json"], ["--help"], ["submit", "--help"]):
        ended = subprocess.run(
            [sys.executable, "-c", program, "-C", str(workspace), *arguments],
            capture_output=True,
            text=True,
            check=True,
        )
        loaded = set(ended.stderr.split()) - ({"pydantic"} if "submit" in arguments else set())
        assert not loaded, arguments


def test_output_without_terminal_is_plain_even_where_colour_is_forced(workspace: Path) -> None:
    write_request_status(workspace, "Jardín 🏠.md", **succeeded())
    ended = _run(workspace, "status", FORCE_COLOR="1", PYTHONUTF8="1")
    assert ended.returncode == 0
    assert "Jardín 🏠.md" in ended.stdout
    assert "\x1b" not in ended.stdout


def test_a_terminal_that_knows_ascii_only_gets_ascii(workspace: Path) -> None:
    write_request_status(workspace, "Jardín 🏠.md", **succeeded())
    write_request_status(workspace, "dscr.md", **succeeded())
    for arguments in (["status"], ["status", "dscr"], ["status", "--json"]):
        ended = _run(workspace, *arguments, PYTHONIOENCODING="ascii", PYTHONUTF8="0")
        assert ended.returncode == 0, ended.stderr
        assert ended.stdout.isascii()


def _run(workspace: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "daemon", "-C", str(workspace), *arguments],
        capture_output=True,
        stdin=subprocess.DEVNULL,
        encoding="utf-8",
        env={**os.environ, **environment},
        check=False,
    )
