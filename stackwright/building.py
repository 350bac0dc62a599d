"""Build: compose, check the parameter files, render, lint, verify; a table at the end.

Nothing is written before every blueprint composes and every parameter file fits: bad input changes
nothing.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from stackwright import console
from stackwright.aws_errors import near_misses
from stackwright.errors import BadInput, StackwrightError
from stackwright.findings import Finding
from stackwright.lint import SETTINGS, Report, lint
from stackwright.params import evaluated, settings
from stackwright.regions import offline_region
from stackwright.render import Rendered, render
from stackwright.verify import reports
from stackwright.verify.report import show

if TYPE_CHECKING:
    from stackwright.compose import Blueprint
    from stackwright.project import Project

STACK = "AWS::CloudFormation::Stack"


@dataclass(frozen=True)
class Line:
    """A blueprint in the table; `seconds` is what composing it took."""

    blueprint: str
    stacks: int
    resources: int
    findings: int
    seconds: float


def build(project: Project, names: Sequence[str], *, region: str | None, as_json: bool) -> int:
    """Build these blueprints, or all; return 1 if a linter or a rule found something, else 0."""
    started = time.perf_counter()
    chosen, where = project.names(names), offline_region(region)
    for stray in project.strays() if not names else []:
        folder = project.shown(project.params(stray))
        console.warn(f"nothing checks {folder}: no blueprint {stray}{near_misses(stray, chosen)}")
    composed, seconds = _composed(project, chosen)
    check_parameters(project, composed, region=where)
    rendered = render(composed, project.build)
    report = _linted(project, rendered)
    lines = [_line(each, report, took) for each, took in zip(composed, seconds, strict=True)]
    found = list(_distinct(project, rendered, report))
    proved = [each for made in composed for each in reports(project, made, region=where)]
    if as_json:
        console.data({**_to_json(lines, found, report), "guarantees": [each.to_json() for each in proved]})
    else:
        _show(lines, found, report, elapsed=time.perf_counter() - started)
        show(proved, accepted=False)
    return 1 if found or any(each.findings for each in proved) else 0


def check_findings(project: Project, rendered: Sequence[Rendered]) -> str:
    """Lint these blueprints and return a sentence on it; raises StackwrightError with every finding."""
    report = _linted(project, rendered)
    found = [_sentence(file, finding) for file, finding in _distinct(project, rendered, report)]
    if found:
        raise StackwrightError("\n".join(["the linters found", *found]))
    templates = sum(len(each.files) for each in rendered)
    return f"rendered {templates} templates, no findings; {_effort(report)}"


def check_parameters(project: Project, blueprints: Iterable[Blueprint], *, region: str) -> None:
    """Check every parameter file of these blueprints; raises BadInput with all that is wrong."""
    wrong = [
        problem
        for blueprint in blueprints
        for environment in project.environments(blueprint.name)
        for problem in _problems(project, blueprint, environment, region)
    ]
    if wrong:
        raise BadInput("\n".join(wrong))


def _problems(project: Project, blueprint: Blueprint, environment: str, region: str) -> Iterator[str]:
    try:
        path = project.parameter_file(blueprint.name, environment)
        file, stack_name = project.shown(path), f"{blueprint.name}-{environment}"
        given = settings(path, blueprint.root, shown=file)
        evaluated(blueprint, given, file=file, region=region, stack_name=stack_name)
    except BadInput as error:
        yield str(error)


def _composed(project: Project, names: Sequence[str]) -> tuple[list[Blueprint], list[float]]:
    composed, seconds = [], []
    for name in names:
        started = time.perf_counter()
        composed.append(project.blueprint(name))
        seconds.append(time.perf_counter() - started)
    return composed, seconds


def _linted(project: Project, rendered: Sequence[Rendered]) -> Report:
    return lint(rendered, settings=project.root / SETTINGS, cache=project.cache, watched=_watched)


def _effort(report: Report) -> str:
    linted = f"{report.linted} templates linted" if report.linted else "nothing new to lint"
    return f"{linted} ({report.tools})"


def _sentence(file: str, finding: Finding) -> str:
    return f"{file}: {finding.path}: {finding.level} {finding.rule}: {finding.message}"


def _watched(templates: int) -> AbstractContextManager[Any]:
    return console.progress(f"linting {templates} templates") if templates else nullcontext()


def _line(blueprint: Blueprint, report: Report, seconds: float) -> Line:
    resources = blueprint.root.get("Resources", {}).values()
    stacks = [each["Properties"]["TemplateURL"] for each in resources if each["Type"] == STACK]
    inside = sum(len(blueprint.nested[file].get("Resources", {})) for file in stacks)
    findings = [each for key, found in report.findings.items() if key[0] == blueprint.name for each in found]
    own = len(resources) - len(stacks)
    return Line(blueprint.name, 1 + len(stacks), own + inside, len(findings), seconds)


def _distinct(project: Project, rendered: Iterable[Rendered], report: Report) -> Iterator[tuple[str, Finding]]:
    """Yield each finding with its file, once where blueprints share a nested template."""
    seen = set()
    for each in rendered:
        for file, content in each.files.items():
            for finding in report.findings[each.blueprint, file]:
                if (content, finding) not in seen:
                    seen.add((content, finding))
                    yield project.shown(each.folder / file), finding


def _show(lines: Iterable[Line], found: Sequence[tuple[str, Finding]], report: Report, *, elapsed: float) -> None:
    rows = [
        (each.blueprint, str(each.stacks), str(each.resources), str(each.findings), f"{each.seconds:.2f} s")
        for each in lines
    ]
    footer = f"{_effort(report)}, {elapsed:.2f} s in all"
    console.table(("blueprint", "stacks", "resources", "findings", "time"), rows, footer=footer)
    for file, finding in found:
        console.out(_sentence(file, finding))


def _to_json(lines: Iterable[Line], found: Iterable[tuple[str, Finding]], report: Report) -> dict[str, Any]:
    return {
        "blueprints": [vars(each) for each in lines],
        "findings": [{"template": file, **finding.to_json()} for file, finding in found],
        "linted": report.linted,
        "tools": report.tools,
    }
