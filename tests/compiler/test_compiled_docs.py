"""Documents as a reader sees them: complete, true to the spec, and never at the mercy of a request or the data."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import pytest
from compiled import compile_agents, python, write
from odd_specs import shops_spec
from specs import dscr_spec, ltv_spec

from daemon.compiler.docs import calc_document, data_document, index_document
from daemon.core.spec import AgentSpec

HOSTILE = 'x | y `z` <img src=x onerror=alert(1)> [a](http://evil.example) **bold** "quoted"\n# heading\n```\nend & \\'
ANSWER = json.dumps(
    {
        "results": [
            {
                "metric": "dscr",
                "rows": [
                    {"key": {"id": 3}, "label": HOSTILE, "value": None, "status": "N/A", "reason": "no debt"},
                    {"key": {"id": 5}, "label": None, "value": "1.35", "status": "PASS", "reason": None},
                ],
                "total": {"value": "1.45", "rows": 7, "undefined": 3},
            }
        ]
    }
)


def hostile_spec() -> AgentSpec:
    spec = dscr_spec(title=HOSTILE, assumptions=(HOSTILE,), warnings=(HOSTILE,))
    request = spec.request.model_copy(update={"text": HOSTILE, "name": "od`d|name.md"})
    metric = spec.metrics[0].model_copy(update={"title": HOSTILE, "definition": HOSTILE})
    given = spec.inputs[0].model_copy(update={"title": HOSTILE})
    return spec.model_copy(update={"request": request, "metrics": (metric,), "inputs": (given, spec.inputs[1])})


def prose_of(document: str) -> str:
    """Without code, in blocks or spans, and without escaped characters: what is left is mark-up and plain words."""
    blocks = re.sub(r"^(`{3,})[^`\n]*\n.*?^\1$", "", document, flags=re.DOTALL | re.MULTILINE)
    unescaped = re.sub(r"\\[^\w\s]", "", blocks)
    return re.sub(r"(`+)(?!`).*?(?<!`)\1(?!`)", "", unescaped)


def cells(line: str) -> int:
    return len(re.findall(r"(?<!\\)\|", line)) - 1


def tables(document: str) -> list[list[str]]:
    return [block.splitlines() for block in re.findall(r"(?:^\|.*\|$\n?)+", document, flags=re.MULTILINE)]


@pytest.mark.parametrize("document", [calc_document(hostile_spec(), ANSWER), data_document(hostile_spec())])
def test_nothing_of_a_request_or_the_data_becomes_markup(document: str) -> None:
    left = prose_of(document)
    assert "<img" not in left
    assert "](http" not in left
    assert "http://" not in left
    assert "**bold**" not in left
    assert not re.search(r"^# heading", left, flags=re.MULTILINE)
    for table in tables(document):
        assert len({cells(line) for line in table}) == 1, table


def test_the_request_is_quoted_as_it_was_written() -> None:
    document = calc_document(hostile_spec(), "")
    quoted = re.search(r"^(`{4,})text\n(.*?)\n\1$", document, flags=re.DOTALL | re.MULTILINE)
    assert quoted
    assert quoted[2] == HOSTILE


def test_everything_a_reader_has_to_know_is_there() -> None:
    document = calc_document(dscr_spec(assumptions=("the limit is usual",), warnings=("two rows look odd",)), ANSWER)
    for part in (
        "I need an agent to calculate DSCR for properties",
        "`dscr = annual_noi / annual_debt_service`",
        "| `annual_noi` | NOI | `financial_metrics.annual_noi` | money | missing: no value |",
        "`PASS` if `dscr >= dscr_minimum`, `FAIL` otherwise",
        "| no debt | `annual_debt_service == 0` |",
        "| `conservative` | 10% NOI haircut |",
        "| `noi_haircut` | NOI haircut | `0.10` | parts of one |",
        "the sum of the numerators over the sum of the denominators",
        "- the limit is usual",
        "- two rows look odd",
        "```mermaid",
        "meta-agent call calc_agent dscr --key 5",
        "| **all** | **1.45 (7 with a value, 3 without)** | | |",
        "agent_specs/calc_agent.toml",
    ):
        assert part in document


def test_the_example_is_a_row_that_has_a_value() -> None:
    document = calc_document(dscr_spec(), ANSWER)
    assert "CalcAgent().calculate_dscr(property_id=5)" in document
    assert "#> 1.35 PASS" in document


@pytest.mark.parametrize("example", ["", "no JSON", "[]", '{"results": 1}'])
def test_without_an_example_the_document_says_nothing_about_one(example: str) -> None:
    document = calc_document(ltv_spec(), example)
    assert "## Example" not in document
    assert "calculate_ltv(property_id=...)" in document


def test_the_printed_line_is_what_the_code_prints(tmp_path: Path, orlando_sqlite: str) -> None:
    write(tmp_path, compile_agents(dscr_spec()))
    shutil.copy(orlando_sqlite.removeprefix("sqlite:///"), tmp_path / "live.db")
    document = calc_document(dscr_spec(), ANSWER)
    block = re.search(r"^```python\n(.*?)\n#> (.*?)\n```$", document, flags=re.DOTALL | re.MULTILINE)
    assert block
    ran = python(tmp_path, "-c", block[1], DATABASE_URL="sqlite:///live.db")
    assert ran.stdout.strip() == block[2], ran.stderr


def test_the_data_document_names_tables_joins_and_filters() -> None:
    document = data_document(shops_spec())
    assert "`sales ops.Région` on `sales ops.shop's list.region = sales ops.Région.id`" in document
    assert "Only rows with `is_open == 1 and year >= 2`" in document
    assert "sum of `net * (1 - rebate * 0.5)` in `order`" in document
    assert "missing: counts as 0" in document


def test_names_of_tables_cannot_break_the_picture() -> None:
    picture = calc_document(shops_spec(), "").split("```mermaid\n")[1].split("```")[0]
    assert 't3[("sales ops.shop#39;s list")]' in picture
    assert all(line.count('"') % 2 == 0 for line in picture.splitlines())


def test_the_index_lists_every_agent_once() -> None:
    other = ltv_spec().model_copy(update={"agents": ltv_spec().agents.model_copy(update={"calc": "ltv_calc_agent"})})
    index = index_document([other, dscr_spec()])
    rows = tables(index)[0][2:]
    assert [row.split("](")[0].removeprefix("| [") for row in rows] == ["calc_agent", "ltv_calc_agent"]
    assert "LTV, Debt yield" in rows[1]


def test_a_document_is_the_same_every_time() -> None:
    assert calc_document(shops_spec(), ANSWER) == calc_document(shops_spec(), ANSWER)
