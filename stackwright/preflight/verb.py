"""The verb: every check of one plan, printed; nothing is changed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from stackwright import console
from stackwright.deploy import Choices, planned, wished
from stackwright.place import place
from stackwright.preflight import report
from stackwright.preflight.examine import examine
from stackwright.preflight.subject import make_subject

if TYPE_CHECKING:
    from stackwright.project import Project


def preflight(project: Project, choices: Choices) -> int:
    """Print what every check finds; return 1 when one fails that is not waived, else 0."""
    wish = wished(project, choices)
    with place(local=choices.local, profile=choices.profile, region=choices.region) as aws:
        subject = make_subject(aws, wish, planned(aws, wish, choices), deploying=choices.deploying)
        results = examine(subject, waived=choices.waive)
        if choices.as_json:
            console.data(report.as_json(aws, choices.name, results))
    if not choices.as_json:
        for line in report.every_line(results):
            console.out(line)
    return 1 if report.failing(results) else 0
