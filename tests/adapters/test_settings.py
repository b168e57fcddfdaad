"""Where settings come from, which one wins, and what is said about a bad one."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from daemon.adapters.dotenv import read_dotenv
from daemon.adapters.settings import NAMES, load_settings
from daemon.core.config import LlmSettings, SandboxSettings
from daemon.core.errors import ConfigError


def urls(root: Path, **environment: str) -> dict[str, str]:
    return {n: u.get_secret_value() for n, u in load_settings(root, environment).database_urls.items()}


def test_without_anything_the_defaults_hold(tmp_path: Path) -> None:
    settings = load_settings(tmp_path, {})
    assert settings.llm == LlmSettings()
    assert settings.sandbox == SandboxSettings()
    assert (settings.planner, settings.log_level, settings.max_retries, settings.timeout_seconds) == (
        "auto",
        "INFO",
        3,
        300,
    )
    assert (settings.llm.base_url, settings.llm.context_length) == ("http://localhost:1234/v1", 8192)
    assert (settings.sandbox.timeout_seconds, settings.sandbox.memory_bytes, settings.sandbox.cpus) == (
        30,
        512 * 1024**2,
        1.0,
    )
    assert settings.state_dir == tmp_path / ".meta-agent"
    assert settings.store_url.get_secret_value() == f"sqlite:///{tmp_path}/.meta-agent/store.db"
    assert settings.database_urls == {}


def test_the_nearer_source_wins(tmp_path: Path) -> None:
    (tmp_path / "meta-agent.toml").write_text('LLM_MAX_TOKENS = 1\nLLM_TEMPERATURE = 1\nLLM_MODEL_NAME="a"\n')
    (tmp_path / ".env").write_text("LLM_MAX_TOKENS=2\nLLM_TEMPERATURE=0.2\nLLM_BASE_URL=http://dotenv/v1\n")
    environment = {"LLM_MAX_TOKENS": "3", "LLM_TEMPERATURE": "0.3", "UNRELATED": "x", "LLM_BASE_URL": ""}
    llm = load_settings(tmp_path, environment, {"LLM_MAX_TOKENS": "4"}).llm
    assert (llm.max_tokens, llm.temperature, llm.model_name) == (4, 0.3, "a")
    assert llm.base_url == "http://dotenv/v1", "an empty value is no value"


def test_every_name_of_the_design_is_known() -> None:
    design = """LLM_BASE_URL LLM_MODEL_NAME LLM_API_KEY LLM_TEMPERATURE LLM_MAX_TOKENS LLM_CONTEXT_LENGTH DATABASE_URL
        META_AGENT_LOG_LEVEL META_AGENT_MAX_RETRIES META_AGENT_TIMEOUT META_AGENT_PLANNER META_AGENT_STATE_DIR
        DOCKER_TIMEOUT SANDBOX_MEMORY_LIMIT SANDBOX_CPU_LIMIT SANDBOX_BACKEND"""
    assert set(design.split()) <= set(NAMES)


@pytest.mark.parametrize(
    "text",
    [
        '[llm]\nmodel_name = "m"\n[sandbox]\nmemory_limit = "1g"\n',
        'llm_model_name = "m"\nSANDBOX_MEMORY_LIMIT = "1g"\n',
    ],
    ids=["tables", "flat"],
)
def test_the_file_may_use_tables_and_any_case(tmp_path: Path, text: str) -> None:
    (tmp_path / "meta-agent.toml").write_text(text)
    settings = load_settings(tmp_path, {})
    assert (settings.llm.model_name, settings.sandbox.memory_bytes) == ("m", 1024**3)


@pytest.mark.parametrize(
    ("text", "key", "near"),
    [
        ("LLM_MODEL = 'm'", "LLM_MODEL", "LLM_MODEL_NAME"),
        ("[llm]\nbase_ulr = 'm'", "llm.base_ulr", "LLM_BASE_URL"),
        ("colour = 1", "colour", "docs/configuration.md"),
    ],
)
def test_an_unknown_key_is_named_with_the_nearest_known_one(tmp_path: Path, text: str, key: str, near: str) -> None:
    (tmp_path / "meta-agent.toml").write_text(text)
    with pytest.raises(ConfigError, match=f"unknown key '{key}'") as caught:
        load_settings(tmp_path, {})
    assert near in caught.value.hint


def test_an_unknown_override_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="META_AGENT_PLANER") as caught:
        load_settings(tmp_path, {}, {"META_AGENT_PLANER": "rules"})
    assert "META_AGENT_PLANNER" in caught.value.hint


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("LLM_TEMPERATURE", "hot"),
        ("LLM_TEMPERATURE", "3"),
        ("META_AGENT_PLANNER", "magic"),
        ("META_AGENT_LOG_LEVEL", "LOUD"),
        ("META_AGENT_MAX_RETRIES", "-1"),
        ("SANDBOX_MEMORY_LIMIT", "plenty"),
        ("SANDBOX_MEMORY_LIMIT", "1k"),
        ("SANDBOX_MEMORY_LIMIT", "9" * 400 + "t"),
        ("SANDBOX_BACKEND", "jail"),
        ("META_AGENT_SETTLE_SECONDS", "1e300"),
        ("META_AGENT_TIMEOUT", "inf"),
        ("DOCKER_TIMEOUT", "nan"),
        ("META_AGENT_STORE_URL", "mysql://me:hunter2@localhost/x"),
        ("META_AGENT_STORE_URL", "store.db"),
    ],
)
def test_a_bad_value_is_named_with_its_source(tmp_path: Path, name: str, value: str) -> None:
    with pytest.raises(ConfigError, match=rf"{name} \(environment\)") as caught:
        load_settings(tmp_path, {name: value})
    assert caught.value.hint
    assert "hunter2" not in str(caught.value)


def test_values_may_be_written_as_people_do(tmp_path: Path) -> None:
    environment = {"META_AGENT_LOG_LEVEL": "debug", "META_AGENT_PLANNER": "Rules", "META_AGENT_SETTLE_SECONDS": "0"}
    settings = load_settings(tmp_path, environment)
    assert (settings.log_level, settings.planner, settings.inbox.settle_seconds) == ("DEBUG", "rules", 0)


@pytest.mark.parametrize(
    ("text", "size"),
    [("512m", 2**29), ("512M", 2**29), ("1.5g", 3 * 2**29), ("1 GiB", 2**30), ("2gb", 2**31), ("134217728", 2**27)],
)
def test_sizes(tmp_path: Path, text: str, size: int) -> None:
    assert load_settings(tmp_path, {"SANDBOX_MEMORY_LIMIT": text}).sandbox.memory_bytes == size


@pytest.mark.parametrize(
    ("written", "used"),
    [
        ("sqlite:///data/o.db", "sqlite:///{root}/data/o.db"),
        ("sqlite:///my data/ü 😀.db?mode=ro", "sqlite:///{root}/my data/ü 😀.db?mode=ro"),
        ("sqlite:////abs/o.db", "sqlite:////abs/o.db"),
        ("sqlite:///:memory:", "sqlite:///:memory:"),
        ("sqlite:///file:x.db?uri=true", "sqlite:///file:x.db?uri=true"),
        ("postgresql://u:p@h/d", "postgresql+psycopg2://u:p@h/d"),
        ("postgres://u:p@h/d", "postgresql+psycopg2://u:p@h/d"),
        ("postgresql+psycopg2://h/d", "postgresql+psycopg2://h/d"),
    ],
)
def test_database_urls_are_made_usable(tmp_path: Path, written: str, used: str) -> None:
    assert urls(tmp_path, CHINOOK_URL=written) == {"CHINOOK_URL": used.format(root=tmp_path)}


def test_whatever_holds_a_database_url_is_a_database(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("CHINOOK_URL=sqlite:///c.db\nHOMEPAGE=https://example.org\n")
    found = urls(tmp_path, A_URL="sqlite:///a.db", DATABASE_URL="postgresql://h/d", META_AGENT_STORE_URL="sqlite:///s")
    assert list(found) == ["DATABASE_URL", "A_URL", "CHINOOK_URL"]


def test_a_database_url_of_another_kind_is_refused_without_showing_it(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="DATABASE_URL") as caught:
        load_settings(tmp_path, {"DATABASE_URL": "mysql://root:hunter2@h/d"})
    assert "hunter2" not in str(caught.value)


def test_state_may_live_elsewhere(tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    settings = load_settings(tmp_path, {"META_AGENT_STATE_DIR": str(elsewhere)})
    assert settings.state_dir == elsewhere
    assert str(elsewhere) in settings.store_url.get_secret_value()
    assert load_settings(tmp_path, {"META_AGENT_STATE_DIR": "state"}).state_dir == tmp_path / "state"


def test_a_folder_that_is_not_there_is_no_workspace(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="no folder"):
        load_settings(tmp_path / "none", {})


def test_a_broken_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "meta-agent.toml").write_text("LLM_MAX_TOKENS = = 3")
    with pytest.raises(ConfigError, match=r"meta-agent\.toml cannot be read"):
        load_settings(tmp_path, {})
    (tmp_path / "meta-agent.toml").write_text("LLM_MAX_TOKENS = [1]")
    with pytest.raises(ConfigError, match="neither text nor number"):
        load_settings(tmp_path, {})


def test_secrets_are_not_shown_by_printing_settings(tmp_path: Path) -> None:
    settings = load_settings(tmp_path, {"DATABASE_URL": "postgresql://u:hunter2@h/d", "LLM_API_KEY": "sk-hunter2"})
    assert "hunter2" not in repr(settings)


def test_dotenv_is_read_as_people_write_it(tmp_path: Path) -> None:
    (tmp_path / ".env").write_bytes(
        b"\xef\xbb\xbf# comment\r\n\r\nexport A = plain # comment\r\n"
        b'B=\'as is # \\n\'\nC="two\\nlines \\"quoted\\"" # c\n'
        b"D=a#b\nE=\nF=x=y\nA=again\n"
    )
    assert read_dotenv(tmp_path / ".env") == {
        "A": "again",
        "B": "as is # \\n",
        "C": 'two\nlines "quoted"',
        "D": "a#b",
        "E": "",
        "F": "x=y",
    }


@pytest.mark.parametrize("line", ["no equals sign", "1A=x", 'A="not closed', "A='x' y", "=x"])
def test_a_line_that_is_none_is_named_without_its_content(tmp_path: Path, line: str) -> None:
    (tmp_path / ".env").write_text(f"GOOD=1\n{line}\n")
    with pytest.raises(ConfigError, match="line 2") as caught:
        read_dotenv(tmp_path / ".env")
    assert line not in str(caught.value)


@given(st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=30))
def test_a_double_quoted_value_survives(tmp_path_factory: pytest.TempPathFactory, value: str) -> None:
    path = tmp_path_factory.mktemp("dotenv") / ".env"
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    path.write_text(f'A="{escaped}"\n', encoding="utf-8")
    assert read_dotenv(path) == {"A": value}
