"""The verb: every check of one plan, printed; nothing is changed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from stackwright import console
from stackwright.deploy import Choices, planned
from stackwright.deploy.plan import check_image, check_provider_names, check_stack_name
from stackwright.deploy.wish import make_wish
from stackwright.place import place
from stackwright.preflight import report
from stackwright.preflight.examine import check_waived, examine
from stackwright.preflight.subject import make_subject
from stackwright.regions import chosen_region, offline_region

if TYPE_CHECKING:
    from stackwright.project import Project


def preflight(
    project: Project,
    *,
    blueprint: str,
    environment: str,
    region: str | None = None,
    profile: str | None = None,
    local: bool = False,
    stack_name: str | None = None,
    image: str | None = None,
    role_arn: str | None = None,
    waive: Sequence[str] = (),
    as_json: bool = False,
) -> int:
    """Print what every check finds; return 1 when one fails that is not waived, else 0."""
    check_waived(waive)
    choices = Choices(stack_name or f"{blueprint}-{environment}", image, role_arn=role_arn, waived=waive)
    check_stack_name(choices.stack_name)
    wish = make_wish(project, blueprint, environment, region=offline_region(chosen_region(region, profile=profile)))
    check_image(blueprint, wish.built.root, image)
    check_provider_names(choices.stack_name, [wish.built.root, *wish.built.nested.values()])
    with place(local=local, profile=profile, region=region) as aws:
        results = examine(make_subject(aws, wish, planned(aws, wish, choices)), waived=waive)
        if as_json:
            console.data(report.as_json(aws, choices.stack_name, results))
    if not as_json:
        for line in report.every_line(results):
            console.out(line)
    return 1 if report.failing(results) else 0
