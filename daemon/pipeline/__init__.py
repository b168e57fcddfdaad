"""A request through all tools, in order."""

from __future__ import annotations

from dataclasses import dataclass

from pydantic import ValidationError

from daemon import __version__
from daemon.compiler.header import spec_sha256
from daemon.compiler.understanding import understanding
from daemon.core.build import Analysis, CompiledTests, GeneratedFile, TestVerdict
from daemon.core.config import Settings
from daemon.core.errors import MetaAgentError, WorkspaceError
from daemon.core.findings import warnings
from daemon.core.inbox_names import log_folder
from daemon.core.job import JobState
from daemon.core.outcome import Outcome, Progress
from daemon.core.ports import Ports
from daemon.core.request import Request
from daemon.core.schema import Schema
from daemon.core.spec import AgentSpec
from daemon.core.status import LlmUse, Provenance
from daemon.core.toml_text import TomlError, parse_toml
from daemon.pipeline.endings import Stop, problem, stop_unless_clear
from daemon.pipeline.stages import Stages
from daemon.planning.glossary import Glossary, load_glossary
from daemon.planning.library import FormulaLibrary, load_library
from daemon.tools import (
    analyze_requirements,
    create_directory,
    deploy_agent,
    design_agent_architecture,
    generate_agent_code,
    generate_agent_specification,
    generate_documentation,
    generate_unit_tests,
    read_file,
    run_tests,
    validate_code_security,
    validate_code_syntax,
    validate_specification,
    verify_agent_health,
    write_file,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Ground:
    """What every request stands on."""

    schema: Schema
    library: FormulaLibrary
    glossary: Glossary
    existing: tuple[AgentSpec, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Plan:
    """A spec that passed its checks, and what was understood on the way."""

    spec: AgentSpec
    analysis: Analysis
    warnings: tuple[str, ...]


def run(request: Request, job_id: str, ports: Ports, settings: Settings, progress: Progress) -> Outcome:
    """Take a request to its published agents.

    Everything that can be said about the request comes back as an outcome: questions, a refusal, findings, a reason to
    wait. Only defects of our own raise.
    """
    stages = Stages(ports, settings.timeout_seconds, progress)
    try:
        return _build(request, job_id, settings, stages)
    except Stop as stop:
        return stop.outcome
    except MetaAgentError as error:
        return problem(error, stages.current)


def _build(request: Request, job_id: str, settings: Settings, stages: Stages) -> Outcome:
    ground = _ground(stages.ports)
    plan = _planned(request, ground, settings, stages)
    agents = _compiled(plan.spec, stages)
    tests, verdict = _tested(plan.spec, agents, ground, settings, stages)
    documents = stages.run(
        generate_documentation,
        generate_documentation.DocsInput(
            spec=plan.spec,
            analysis=plan.analysis,
            agents=agents,
            example=verdict.example,
            neighbours=ground.existing,
        ),
    )
    _log(request, job_id, verdict, stages.ports)
    files = (*agents, *tests.files, *documents)
    published = stages.run(deploy_agent, deploy_agent.DeployInput(files=files, owner=request.name))
    _proven_healthy(plan.spec, stages)
    return Outcome(
        state=JobState.SUCCEEDED,
        message=f"{plan.spec.agents.calc} is ready: {', '.join(m.title for m in plan.spec.metrics)}",
        understanding=understanding(plan.spec),
        warnings=(*plan.warnings, *verdict.notes),
        assumptions=plan.spec.assumptions,
        outputs=published.outputs,
        tests=verdict.counts,
        backend=verdict.backend,
        llm=LlmUse(planner="rules"),
        provenance=Provenance(
            spec_sha256=spec_sha256(plan.spec),
            schema_fingerprint=plan.spec.schema_fingerprint,
            compiler_version=__version__,
        ),
    )


def _ground(ports: Ports) -> _Ground:
    glossary = read_file.run(read_file.ReadInput(path="glossary.toml"), ports)
    return _Ground(
        schema=ports.database.schema(),
        library=load_library(),
        glossary=load_glossary(glossary or ""),
        existing=_existing(ports),
    )


def _existing(ports: Ports) -> tuple[AgentSpec, ...]:
    """Published specs; one that a person broke by hand is passed over."""
    found = []
    for name in ports.workspace.list_files("agent_specs", ".toml"):
        try:
            text = read_file.run(read_file.ReadInput(path=f"agent_specs/{name}"), ports)
            found.append(AgentSpec.model_validate(parse_toml(text or "")))
        except (WorkspaceError, TomlError, ValidationError):
            continue
    return tuple(found)


def _planned(request: Request, ground: _Ground, settings: Settings, stages: Stages) -> _Plan:
    analysis = stages.run(
        analyze_requirements,
        analyze_requirements.AnalyzeInput(
            request=request, schema=ground.schema, library=ground.library, glossary=ground.glossary
        ),
    )
    planner = request.options.planner or settings.planner
    stop_unless_clear(analysis, analysis, planner, stages.current)
    architecture = stages.run(
        design_agent_architecture,
        design_agent_architecture.DesignInput(request=request, analysis=analysis, existing=ground.existing),
    )
    draft = stages.run(
        generate_agent_specification,
        generate_agent_specification.SpecifyInput(
            request=request,
            analysis=analysis,
            architecture=architecture,
            schema=ground.schema,
            library=ground.library,
            glossary=ground.glossary,
        ),
    )
    stop_unless_clear(draft, analysis, planner, stages.current)
    if draft.spec is None:
        raise ValueError("a draft has a spec, questions, leftovers or a refusal")
    checked = validate_specification.ValidateInput(spec=draft.spec, analysis=analysis, schema=ground.schema)
    findings = stages.run(validate_specification, checked)
    stages.check(findings)
    noted = (*draft.spec.warnings, *(str(f) for f in warnings(findings)))
    return _Plan(spec=draft.spec, analysis=analysis, warnings=tuple(dict.fromkeys(noted)))


def _compiled(spec: AgentSpec, stages: Stages) -> tuple[GeneratedFile, ...]:
    files = stages.run(generate_agent_code, generate_agent_code.CompileInput(spec=spec))
    stages.check(stages.run(validate_code_syntax, validate_code_syntax.SyntaxInput(files=files)))
    stages.check(stages.run(validate_code_security, validate_code_security.SecurityInput(files=files)))
    return files


def _tested(
    spec: AgentSpec, agents: tuple[GeneratedFile, ...], ground: _Ground, settings: Settings, stages: Stages
) -> tuple[CompiledTests, TestVerdict]:
    tests = stages.run(
        generate_unit_tests, generate_unit_tests.TestsInput(spec=spec, schema=ground.schema, agents=agents)
    )
    security = validate_code_security.SecurityInput(files=tests.files)
    stages.check(validate_code_security.run(security, stages.ports))
    verdict = stages.run(
        run_tests,
        run_tests.RunTestsInput(
            agents=agents,
            tests=tests,
            spec=spec,
            schema=ground.schema,
            timeout_seconds=settings.sandbox.timeout_seconds,
        ),
    )
    stages.check(verdict.findings, code="tests_failed")
    return tests, verdict


def _proven_healthy(spec: AgentSpec, stages: Stages) -> None:
    """The last stage; what ends it early takes the publication back, so that only succeeded jobs have files."""
    try:
        report = stages.run(verify_agent_health, verify_agent_health.HealthInput(spec=spec))
        stages.check(report.findings, code="unhealthy")
    except (Stop, MetaAgentError):
        stages.ports.workspace.withdraw(spec.request.name)
        raise


def _log(request: Request, job_id: str, verdict: TestVerdict, ports: Ports) -> None:
    """Keep what the tests printed under ``logs/NAME/``."""
    folder = log_folder(request.name)
    create_directory.run(create_directory.DirectoryInput(path=folder), ports)
    text = f"job {job_id}\n\n{verdict.output}"
    write_file.run(write_file.WriteInput(path=f"{folder}/tests.log", text=text), ports)
