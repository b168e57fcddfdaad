"""Small values: findings, errors, settings, generated files, specs."""

from __future__ import annotations

import hashlib
from pathlib import PurePosixPath
from typing import Any

import pytest
from pydantic import SecretStr, ValidationError
from specs import customer_spec, dscr_spec

from daemon.core import errors as error_tree
from daemon.core.build import GeneratedFile
from daemon.core.config import LlmSettings, SandboxSettings, Settings
from daemon.core.errors import MetaAgentError
from daemon.core.findings import Finding, Level, errors, warnings
from daemon.core.schema import TableRef
from daemon.core.spec import AgentSpec

WRONG = Finding(
    level=Level.ERROR, code="unknown_column", place="metrics.dscr", message="no noi", suggestion="annual_noi"
)
ODD = Finding(level=Level.WARNING, code="no_values", place="inputs.noi", message="is empty")


def test_findings_are_told_apart_by_their_weight() -> None:
    assert errors((ODD, WRONG)) == (WRONG,)
    assert warnings((ODD, WRONG)) == (ODD,)


def test_a_finding_says_where_what_and_what_to_do() -> None:
    assert str(WRONG) == "metrics.dscr: no noi (annual_noi)"
    assert str(ODD) == "inputs.noi: is empty"


def error_classes() -> list[type[MetaAgentError]]:
    found = [value for value in vars(error_tree).values() if isinstance(value, type)]
    return [cls for cls in found if issubclass(cls, MetaAgentError) and cls is not MetaAgentError]


def test_every_error_has_an_exit_code_and_a_name_of_its_own() -> None:
    classes = error_classes()
    codes = [cls.exit_code for cls in classes]

    assert sorted(c for c in codes if c != 2) == sorted({*codes} - {2})
    assert not {0, 1, 3} & set(codes)
    assert len({cls.code for cls in classes}) == len(classes)
    documented = error_tree.__doc__ or ""
    assert all(f"{cls.__name__}" in documented and str(cls.exit_code) in documented for cls in classes)


def test_an_error_says_what_to_do() -> None:
    assert str(MetaAgentError("it is away", hint="start it")) == "it is away (start it)"
    assert str(MetaAgentError("it is away")) == "it is away"


def settings(**values: Any) -> Settings:
    folder = PurePosixPath("/w")
    return Settings(workspace=folder, state_dir=folder, store_url=SecretStr("sqlite:///x"), database_urls={}, **values)


def test_settings_have_the_defaults_of_the_design() -> None:
    given = settings()

    assert (given.planner, given.max_retries, given.timeout_seconds, given.log_level) == ("auto", 3, 300, "INFO")
    assert (given.llm.base_url, given.llm.temperature) == ("http://localhost:1234/v1", 0.1)
    assert (given.llm.max_tokens, given.llm.context_length) == (4096, 8192)
    assert (given.sandbox.timeout_seconds, given.sandbox.memory_bytes, given.sandbox.cpus) == (30, 512 * 1024**2, 1.0)


@pytest.mark.parametrize(
    ("part", "values"),
    [
        (LlmSettings, {"temperature": 3}),
        (LlmSettings, {"max_tokens": 0}),
        (SandboxSettings, {"timeout_seconds": 0}),
        (SandboxSettings, {"backend": "chroot"}),
        (SandboxSettings, {"memory": 1}),
    ],
)
def test_settings_out_of_range_or_unknown_are_refused(part: type[LlmSettings], values: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        part(**values)


def test_secrets_are_not_shown() -> None:
    given = settings(llm=LlmSettings(api_key=SecretStr("hunter2")))

    assert "hunter2" not in repr(given) + str(given) + given.model_dump_json()


def test_settings_and_specs_cannot_be_changed() -> None:
    with pytest.raises(ValidationError):
        settings().planner = "llm"  # type: ignore[misc]
    with pytest.raises(ValidationError):
        dscr_spec().title = "x"  # type: ignore[misc]


def test_a_generated_file_has_the_bytes_of_its_text() -> None:
    file = GeneratedFile(kind="agent", path="src/agents/calc_agent.py", text="größe = 1\n")

    assert file.content == "größe = 1\n".encode()
    assert file.sha256 == hashlib.sha256(file.content).hexdigest()
    assert file.module == "src.agents.calc_agent"


def test_a_spec_knows_its_tables_and_parts() -> None:
    spec = customer_spec()

    assert spec.tables == (TableRef("Customer"), TableRef("Invoice"), TableRef("InvoiceLine"))
    assert [getattr(spec.input("tracks"), "title", None), spec.input("x")] == ["tracks bought", None]
    assert [getattr(spec.metric("sales"), "title", None), spec.metric("x")] == ["Revenue", None]
    assert [getattr(spec.mode("standard"), "title", None), spec.mode("x")] == ["Standard", None]


def test_a_spec_with_unknown_keys_is_refused() -> None:
    with pytest.raises(ValidationError, match="formulae"):
        AgentSpec.model_validate({**dscr_spec().model_dump(), "formulae": []})
