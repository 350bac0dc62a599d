"""What CloudFormation can never change: all of a service that CodeDeploy deploys but what ECS leaves to an update.

ECS refuses the rest when the update is half done ("UpdateService", Amazon ECS API Reference: with the CODE_DEPLOY
controller a new CodeDeploy deployment is needed), so it is refused here, before it begins.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from stackwright.deploy.changes import Change, Verdict, everything
from stackwright.errors import StackwrightError
from stackwright.verify.tasks import CODE_DEPLOY, SERVICE

if TYPE_CHECKING:
    from stackwright.deploy.judge import Templates

FREE = frozenset(
    {
        "DeploymentConfiguration",
        "DesiredCount",
        "EnableECSManagedTags",
        "HealthCheckGracePeriodSeconds",
        "PlacementConstraints",
        "PlacementStrategies",
        "PropagateTags",
        "Tags",
    }
)


def refuse_frozen(changes: tuple[Change, ...], templates: Templates) -> None:
    """Raise when an update would change what only CodeDeploy can."""
    for change in everything(changes):
        frozen = sorted(set(_frozen(change))) if change.type == SERVICE and change.action == "Modify" else []
        if frozen and _deployed_by_codedeploy(change, templates):
            raise StackwrightError(
                f"this would change {', '.join(frozen)} of {change.path}, which CodeDeploy deploys: ECS refuses it\n"
                "leave what it is made of as it was when the service was created; a release changes what tasks run"
            )


def _frozen(change: Change) -> Iterator[str]:
    for cause in change.causes:
        if cause.target not in FREE and cause.verdict >= Verdict.AFTER_APPLY:
            yield cause.target


def _deployed_by_codedeploy(change: Change, templates: Templates) -> bool:
    for template in (templates.at(change.scope), templates.old(change.scope)):
        resource: Mapping[str, Any] = template.get("Resources", {}).get(change.logical_id, {})
        if resource.get("Properties", {}).get("DeploymentController", {}).get("Type") == CODE_DEPLOY:
            return True
    return False
