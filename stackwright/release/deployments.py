"""Deployments of CodeDeploy: begun, found again, and followed event by event to the end."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from stackwright.aws import listed
from stackwright.aws_errors import AwsError
from stackwright.deploy.follow import patiently

if TYPE_CHECKING:
    from stackwright.aws import Aws
    from stackwright.release.group import Group

# "DeploymentInfo", AWS CodeDeploy API Reference.
UNDER_WAY = ["Created", "Queued", "InProgress", "Baking", "Ready"]
SUCCEEDED = "Succeeded"
ONE_ALREADY = "DeploymentLimitExceededException"
WAITS = "waits for the traffic to be rerouted"
_ROLLBACK = "codeDeployRollback"
_WORDS = {"InProgress": "begun", "Succeeded": "done", "Failed": "failed", "Skipped": "left out", "Unknown": "unknown"}


@dataclass(frozen=True)
class Share:
    """What one of the two task sets is, and has of the traffic in percent; AWS calls the original Blue."""

    label: str
    group: str
    weight: float
    running: int
    desired: int


@dataclass(frozen=True)
class Look:
    """A deployment as it is found: its lifecycle events by status, and its task sets.

    `shifted` tells whether all traffic is on the new tasks, which a rollback never brings about.
    """

    id: str
    status: str
    description: str = ""
    events: dict[str, str] = field(default_factory=dict)
    messages: tuple[str, ...] = ()
    shares: tuple[Share, ...] = ()
    shifted: bool = False
    error: str = ""
    rollback: str = ""

    @property
    def ended(self) -> bool:
        return self.status not in UNDER_WAY


def start(aws: Aws, group: Group, *, content: str, description: str) -> str:
    """Begin a deployment of this AppSpec; return its id."""
    told = {"content": content, "sha256": hashlib.sha256(content.encode()).hexdigest()}
    revision = {"revisionType": "AppSpecContent", "appSpecContent": told}
    made = aws.call("codedeploy", "create_deployment", **group.named, revision=revision, description=description)
    return str(made["deploymentId"])


def under_way(aws: Aws, group: Group) -> Look | None:
    """Return the deployment of the group that has not ended; there is one at the most."""
    found = listed(aws, "codedeploy", "list_deployments", "deployments", **group.named, includeOnlyStatuses=UNDER_WAY)
    newest = next(iter(found), None)
    return None if newest is None else look(aws, newest)


def look(aws: Aws, deployment: str) -> Look:
    """Return how far a deployment is."""
    info = aws.call("codedeploy", "get_deployment", deploymentId=deployment)["deploymentInfo"]
    target = _target(aws, deployment)
    events = target.get("lifecycleEvents", [])
    error = info.get("errorInformation") or {}
    return Look(
        id=deployment,
        status=info["status"],
        description=info.get("description") or "",
        events={each["lifecycleEventName"]: each["status"] for each in events},
        messages=tuple(filter(None, (each.get("diagnostics", {}).get("message") for each in events))),
        shares=tuple(_share(each) for each in target.get("taskSetsInfo", [])),
        shifted=target.get("status") == SUCCEEDED and info.get("creator") != _ROLLBACK,
        error=": ".join(filter(None, (error.get("code"), error.get("message")))),
        rollback=(info.get("rollbackInfo") or {}).get("rollbackDeploymentId") or "",
    )


def _target(aws: Aws, deployment: str) -> dict[str, Any]:
    """Return the one target of an ECS deployment; there is none in its first moments."""
    try:
        targets = list(listed(aws, "codedeploy", "list_deployment_targets", "targetIds", deploymentId=deployment))
        if not targets:
            return {}
        named = {"deploymentId": deployment, "targetId": targets[0]}
        return dict(aws.call("codedeploy", "get_deployment_target", **named)["deploymentTarget"]["ecsTarget"])
    except AwsError as error:
        if error.code in ("DeploymentNotStartedException", "DeploymentTargetDoesNotExistException"):
            return {}
        raise


def _share(told: dict[str, Any]) -> Share:
    return Share(
        label=told.get("taskSetLabel", ""),
        group=(told.get("targetGroup") or {}).get("name", ""),
        weight=float(told.get("trafficWeight", 0)),
        running=int(told.get("runningCount", 0)),
        desired=int(told.get("desiredCount", 0)),
    )


def follow(
    aws: Aws, deployment: str, *, heard: Callable[[str], None], sleep: Callable[[float], None] = time.sleep
) -> Look:
    """Follow a deployment to its end; `heard` is called with each line of news.

    Raises what cannot be asked around when AWS cannot be reached for a long while.
    """
    now = Look(deployment, "")
    for found in filter(None, patiently(lambda: look(aws, deployment), sleep=sleep)):
        before, now = now, found
        for line in news(before, now):
            heard(line)
        if now.ended:
            break
    return now


def news(before: Look, now: Look) -> Iterator[str]:
    """Yield what happened between two looks, in words."""
    for name, status in now.events.items():
        if status != before.events.get(name) and status in _WORDS:
            yield f"{name}: {_WORDS[status]}"
    if weights(now) != weights(before) and now.shares:
        yield f"traffic: {traffic(now)}"
    if now.shifted and not before.shifted and not now.ended:
        yield "all traffic is on the new tasks; the old ones stay for the termination wait"
    if now.status == "Ready" and before.status != "Ready":
        yield WAITS
    if now.ended:
        yield f"deployment {now.id}: {now.status}"


def weights(found: Look) -> tuple[tuple[str, float], ...]:
    """Return the traffic of each task set."""
    return tuple((each.label, each.weight) for each in found.shares)


def traffic(found: Look) -> str:
    """Return where the traffic goes, in words."""
    names = {"Blue": "old tasks", "Green": "new tasks"}
    return ", ".join(
        f"{each.weight:g} % to the {names.get(each.label, each.label)} ({each.group})" for each in found.shares
    )
