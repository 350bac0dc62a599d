"""Proof before deployment: the rules an operator of highly available services would hold us to.

    subject      a blueprint, an environment's parameters, a region            nothing evaluated
    examine      resolve it to one flat graph, run every rule that applies     kept by content
    accepted     take off what somebody lives with, beside the parameters      params/<blueprint>/accepted-risks.json
    report       findings by promise, and one line to quote                    stdout

Nothing here asks AWS.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from stackwright import console
from stackwright.errors import BadInput, StackwrightError
from stackwright.params import settings
from stackwright.project import ACCEPTED_RISKS
from stackwright.regions import offline_region
from stackwright.verify.accepted import acceptances, judged
from stackwright.verify.examine import Subject, outcomes
from stackwright.verify.report import Report, finding_lines, show
from stackwright.verify.rules import names

if TYPE_CHECKING:
    from stackwright.compose import Blueprint
    from stackwright.project import Project


def verify(
    project: Project,
    *,
    blueprint: str | None,
    environment: str | None,
    region: str | None,
    template: Path | None,
    parameters: Path | None,
    as_json: bool,
) -> int:
    """Check the guarantees of a blueprint, or of all, in an environment, or in all; return the exit status.

    `template` is somebody else's, with its `parameters`, instead.
    """
    where = offline_region(region)
    if template:
        if blueprint:
            raise BadInput("give a blueprint or --template, not both")
        found = [_foreign(project, template, parameters, region=where)]
    elif parameters:
        raise BadInput("--parameters belong to --template; a blueprint's are in params/")
    else:
        chosen = [project.blueprint(name) for name in project.names([blueprint] if blueprint else [])]
        some = [environment] if environment else None
        found = [each for made in chosen for each in reports(project, made, some, region=where)]
    if as_json:
        console.data([each.to_json() for each in found])
    else:
        show(found)
    return 1 if any(each.findings for each in found) else 0


def reports(
    project: Project, blueprint: Blueprint, environments: Sequence[str] | None = None, *, region: str
) -> list[Report]:
    """Return a report for each of these environments of a blueprint, or for all it has."""
    known = project.environments(blueprint.name)
    path = project.params(blueprint.name) / ACCEPTED_RISKS
    shown = project.shown(path)
    accepted = acceptances(path, shown=shown, rules=names(), environments=known)
    chosen = environments or known
    subjects = [_subject(project, blueprint, each, region) for each in chosen]
    return [
        Report(blueprint.name, each, judged(found, [one for one in accepted if one.environment == each], file=shown))
        for each, found in zip(chosen, outcomes(subjects, cache=project.cache), strict=True)
    ]


def check_guarantees(
    project: Project, blueprint: Blueprint, environment: str, *, region: str, despite: bool = False
) -> str:
    """Return a line on what a deployment guarantees; raises StackwrightError with the findings unless `despite`."""
    (report,) = reports(project, blueprint, [environment], region=region)
    told = "\n".join([*finding_lines(report), report.quotable])
    if report.findings and not despite:
        raise StackwrightError(f"these guarantees do not hold\n{told}\nmend them, or deploy with --despite-findings")
    return told


def _foreign(project: Project, template: Path, parameters: Path | None, *, region: str) -> Report:
    from stackwright.verify.foreign import subject

    (found,) = outcomes([subject(template, parameters, region=region)], cache=project.cache)
    return Report(template.name, "", judged(found, [], file=""))


def _subject(project: Project, blueprint: Blueprint, environment: str, region: str) -> Subject:
    path = project.parameter_file(blueprint.name, environment)
    shown = project.shown(path)
    given = settings(path, blueprint.root, shown=shown)
    return Subject(blueprint, given, region, f"{blueprint.name}-{environment}", shown)
