"""A deployment that shifts traffic is over before CloudFormation gives it up."""

from __future__ import annotations

import math
from collections.abc import Iterator

from stackwright.resolve.graph import Resource
from stackwright.verify.deployment import Deployment, at, number
from stackwright.verify.rule import Finding, Rule
from stackwright.verify.tasks import BAKE, DEFAULT_BAKE, SERVICE, STRATEGY

LINEAR = "DeploymentConfiguration.LinearConfiguration"
CANARY = "DeploymentConfiguration.CanaryConfiguration"

# Minutes, and an hour of them for starting the tasks, test traffic and hooks.
_LIMIT = 36 * 60
_REST = 60


def check(deployment: Deployment) -> Iterator[Finding]:
    """Yield each service whose steps and bake time alone take longer than CloudFormation waits."""
    for service in deployment.of(SERVICE):
        minutes, key = _minutes(service)
        if minutes is not None and minutes > _LIMIT - _REST:
            problem = f"steps and bake time take {minutes / 60:.0f} h, and CloudFormation gives up after 36"
            yield Finding(service.path, key, at(service.properties, key), problem, "shift in fewer or shorter steps")


def _minutes(service: Resource) -> tuple[float | None, str]:
    """Return how long traffic is on its way with what follows, and the property that says most about it.

    Defaults: "LinearConfiguration", "CanaryConfiguration" (Amazon ECS API Reference).
    """
    bake = number(at(service.properties, BAKE, DEFAULT_BAKE))
    strategy = at(service.properties, STRATEGY)
    if bake is None or strategy == "BLUE_GREEN":
        return bake, BAKE
    if strategy == "CANARY":
        wait = number(at(service.properties, f"{CANARY}.CanaryBakeTimeInMinutes", 10))
        return None if wait is None else wait + bake, f"{CANARY}.CanaryBakeTimeInMinutes"
    if strategy != "LINEAR":
        return None, BAKE
    wait = number(at(service.properties, f"{LINEAR}.StepBakeTimeInMinutes", 6))
    share = number(at(service.properties, f"{LINEAR}.StepPercent", 10))
    # The last step is followed by the bake time alone.
    steps = math.ceil(100 / share) - 1 if share else None
    known = wait is not None and steps is not None
    return (wait or 0) * (steps or 0) + bake if known else None, f"{LINEAR}.StepBakeTimeInMinutes"


RULE = Rule(
    claim="A deployment that shifts traffic ends before CloudFormation gives it up.",
    why="After 36 hours the stack rolls back, whatever share of the traffic has moved by then.",
    source="Amazon ECS linear deployments, Deployment lifecycle stages (Amazon ECS Developer Guide)",
    about=(SERVICE,),
    check=check,
)
