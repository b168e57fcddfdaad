"""Whatever a request, a title, a table or a column is called: generated source compiles, and nothing slips into it."""

from __future__ import annotations

import ast
import re
import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st
from specs import STANDARD, customer_spec, dscr_spec
from sqlalchemy import table as sql_table
from sqlalchemy.dialects import postgresql, sqlite

from daemon.checks.spec_names import RESERVED, name_findings
from daemon.compiler.calc_agent import calc_agent_source
from daemon.compiler.data_agent import data_agent_source
from daemon.compiler.header import spec_toml
from daemon.compiler.names import literal, prose
from daemon.core.naming import identifier
from daemon.core.schema import Kind
from daemon.core.spec import (
    AgentSpec,
    Aggregate,
    ColumnName,
    Entity,
    Input,
    Join,
    JoinPair,
    KeyColumn,
    Metric,
    Mode,
    Parameter,
    RequestSource,
    SourceField,
    StatusRule,
    TableName,
    Undefined,
    Unit,
)

NASTY = [
    *('"""', "'''", '"', "'", "\\", '\\"', '"""\nimport os\n"""', "\n", "\r", "\u2028", "\x00", "\x1b[31m", "\ufeff"),
    *(
        "{{ x }}",
        "{% raw %}",
        "{#",
        "%s",
        "{0}",
        "$x",
        "`",
        "#",
        "# type: ignore",
        "😀",
        "\u202etxet",
        "ﬁ",
        "ß",
        "Ⅷ",
        "²",
    ),
    *("class", "None", "match", "type", "self", "rows", "Rows", "row totals", "order", "select", "values", "items"),
    *("keys", "get", "c", "columns", "add", "metadata", "key", "name", "Decimal", "date", "id", "_", "__class__"),
    *(
        "x" * 500,
        "ä" * 100,
        "1",
        "1.5",
        "-",
        " ",
        "a b",
        "a-b",
        "a.b",
        "A",
        "mode",
        "label",
        "model_dump",
        "model_year",
    ),
]
TEXT = st.one_of(
    st.sampled_from(NASTY), st.text(max_size=40), st.tuples(st.sampled_from(NASTY), st.text()).map("".join)
)
NAME = TEXT.map(lambda text: text.replace("\x00", "") or "x")
"""What an engine lets a table or a column be called: anything but NUL."""


@st.composite
def identifiers(draw: st.DrawFn, taken: set[str]) -> str:
    name = identifier(draw(TEXT))
    while name in taken | RESERVED:
        name = identifier(f"{name} x")
    taken.add(name)
    return name


@st.composite
def specs(draw: st.DrawFn) -> AgentSpec:
    """One joined table, one child table, two metrics, two modes; every word of it hostile."""
    taken: set[str] = set()
    table, other, child = draw(st.lists(NAME, min_size=3, max_size=3, unique=True))
    schema = draw(st.none() | NAME)
    key, first, second, third, metric, last, parameter = (draw(identifiers(taken)) for _ in range(7))

    def of(name: str) -> ColumnName:
        return ColumnName(table=name, column=draw(NAME), schema_name=schema)

    def named(name: str) -> TableName:
        return TableName(table=name, schema_name=schema)

    amount = SourceField(name="amount", column=of(child), kind=Kind.DECIMAL, scale=2)
    state = SourceField(name="state", column=of(child), kind=Kind.TEXT)
    aggregate = Aggregate(
        function="sum",
        expression="amount * 2",
        where=f"state != {draw(st.sampled_from(['a', 'x y', 'é😀']))!r}",
        table=named(child),
        key=(of(child),),
        fields=(amount, state),
    )
    join = Join(table=named(other), on=(JoinPair(left=of(table), right=of(other)),))
    entity = Entity(
        name=identifier(draw(TEXT)),
        plural=prose(draw(TEXT).replace("\\", "")) or "things",
        table=named(table),
        key=(KeyColumn(column=draw(NAME), argument=key, kind=draw(st.sampled_from(Kind))),),
        label=draw(st.none() | st.just(of(table))),
        joins=(join,),
    )
    inputs = (
        Input(name=first, title=draw(TEXT), unit=Unit.MONEY, kind=Kind.DECIMAL, column=of(other)),
        Input(name=second, title=draw(TEXT), unit=Unit.MONEY, kind=Kind.REAL, column=of(table), nulls="zero"),
        Input(name=third, title=draw(TEXT), unit=Unit.MONEY, kind=Kind.DECIMAL, aggregate=aggregate, nulls="zero"),
    )
    assumption = Parameter(
        name=parameter, title=draw(TEXT), unit=Unit.NUMBER, default=draw(st.decimals(0, 9, places=2))
    )
    metrics = (
        Metric(
            name=metric,
            title=draw(TEXT),
            definition=draw(TEXT),
            unit=Unit.RATIO,
            formula=f"{first} / {second}",
            undefined=(Undefined(when=f"{second} == 0", reason=draw(TEXT)),),
            status=(StatusRule(status=draw(TEXT), when=f"{metric} > {parameter}"), StatusRule(status=draw(TEXT))),
        ),
        Metric(
            name=last,
            title=draw(TEXT),
            definition=draw(TEXT),
            unit=Unit.RATIO,
            formula=f"{metric} + {third}",
            total="none",
        ),
    )
    mode = Mode(name=draw(identifiers({"standard"})), title=draw(TEXT), description=draw(TEXT))
    return dscr_spec(
        title=draw(TEXT),
        request=RequestSource(name=draw(TEXT), sha256="0" * 64, text=draw(TEXT)),
        entity=entity,
        inputs=inputs,
        metrics=metrics,
        modes=(STANDARD, mode),
        parameters=(assumption,),
        status_order=tuple(rule.status for rule in metrics[0].status),
        assumptions=(draw(TEXT),),
        warnings=(draw(TEXT),),
    )


def shape(source: str) -> list[str]:
    """What the module does, without any of its words: kinds of statements and expressions in order."""
    return [type(node).__name__ for node in ast.walk(ast.parse(source))]


@given(specs())
def test_generated_source_always_compiles_and_selects(spec: AgentSpec) -> None:
    data, calc = data_agent_source(spec), calc_agent_source(spec)

    assert [str(finding) for finding in name_findings(spec)] == []
    compile(calc, "calc_agent.py", "exec")
    assert_selects(data, spec)


def assert_selects(data: str, spec: AgentSpec) -> None:
    """Loading the data agent makes a statement of the right columns, and no name of the module means two things."""
    assigned = [n.id for node in ast.parse(data).body if isinstance(node, ast.Assign) for n in node.targets]  # type: ignore[attr-defined]
    assert len(set(assigned)) == len(assigned)
    namespace: dict[str, object] = {"__file__": "/w/src/agents/data_agent.py", "__name__": "made"}
    exec(compile(data, "data_agent.py", "exec"), namespace)
    for dialect in (sqlite.dialect(), postgresql.dialect()):  # type: ignore[no-untyped-call]
        statement = namespace["_ROWS"].compile(dialect=dialect)  # type: ignore[attr-defined]
        assert not any(callable(value) for value in statement.params.values())
        assert list(statement.statement.selected_columns.keys()) == [
            *(k.argument for k in spec.entity.key),
            *(["label"] if spec.entity.label else []),
            *(i.name for i in spec.inputs),
        ]


def awkward_names() -> list[str]:
    """Every attribute of a collection of columns, so that ``_T.c.items`` would be a method."""
    public = {name for name in dir(sql_table("t").c) if not name.startswith("_")}
    return sorted(public | {"rows", "invoice_line_totals", "select", "table", "anon_1"})


@pytest.mark.parametrize("name", awkward_names())
def test_names_of_sqlalchemy_can_be_names_of_the_data(name: str) -> None:
    spec = customer_spec()
    renamed = spec.model_dump_json()
    for own in ("Customer", "Company", "UnitPrice", "tracks"):
        written = identifier(name) if own == "tracks" else name
        changed = AgentSpec.model_validate_json(re.sub(rf"(?<=\W){own}(?=\W)", written, renamed))
        assert_selects(data_agent_source(changed), changed)


@given(TEXT, TEXT, TEXT)
def test_words_never_become_code(title: str, definition: str, request: str) -> None:
    def source(*words: str) -> tuple[str, str]:
        metric = dscr_spec().metrics[0].model_copy(update={"title": words[0], "definition": words[1]})
        asked = RequestSource(name=words[2], sha256="0" * 64, text=words[2])
        spec = dscr_spec(title=words[0], metrics=(metric,), request=asked)
        return data_agent_source(spec), calc_agent_source(spec)

    for hostile, plain in zip(source(title, definition, request), source("a", "b", "c"), strict=True):
        assert shape(hostile) == shape(plain)


@given(specs())
def test_a_spec_comes_back_from_its_file(spec: AgentSpec) -> None:
    assert AgentSpec.model_validate(tomllib.loads(spec_toml(spec))) == spec
    assert spec_toml(spec).encode("utf-8").decode("utf-8") == spec_toml(spec)


@given(TEXT)
def test_a_literal_is_the_text(text: str) -> None:
    assert ast.literal_eval(literal(text)) == text
    assert "\n" not in literal(text)
    assert literal(text).isprintable()


@given(TEXT, st.integers(1, 300))
def test_prose_fits_into_a_docstring_and_a_comment(text: str, limit: int) -> None:
    written = prose(text, limit)

    assert len(written.replace("\\\\", "\\")) <= limit
    assert written.isprintable()
    assert ast.parse(f'"""{written}"""\n# {written}').body


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("agents", {"data": "import", "calc": "calc_agent"}),
        ("agents", {"data": "../evil", "calc": "calc_agent"}),
        ("agents", {"data": "same", "calc": "same"}),
        ("agents", {"data": "data_agent", "calc": "decimal"}),
        ("database", 'X"; import os; "'),
    ],
)
def test_names_that_are_no_names_are_found(field: str, value: object) -> None:
    spec = AgentSpec.model_validate({**dscr_spec().model_dump(), field: value})

    assert [f.code for f in name_findings(spec)] in (["bad_name"], ["name_taken"])
