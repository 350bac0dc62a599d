"""What scaling decides is not in the template."""

from __future__ import annotations

from collections.abc import Iterator

from stackwright.resolve.graph import Graph, Resource
from stackwright.verify.deployment import Deployment
from stackwright.verify.fleet import GROUP, scaled_by
from stackwright.verify.rule import Finding, Rule
from stackwright.verify.tasks import SERVICE, scalable_target


def check(deployment: Deployment) -> Iterator[Finding]:
    """Yield each desired count of a service, and each desired capacity of a group, that something else scales."""
    for service in deployment.of(SERVICE):
        yield from _owned(service, "DesiredCount", scalable_target(deployment.graph, service))
    for group in deployment.of(GROUP):
        yield from _owned(group, "DesiredCapacity", _owner(deployment.graph, group))


def _owner(graph: Graph, group: Resource) -> Resource | None:
    return next(iter(scaled_by(graph, group)), None)


def _owned(scaled: Resource, key: str, owner: Resource | None) -> Iterator[Finding]:
    if owner is not None and key in scaled.properties:
        problem = f"{owner.path} decides this, and an update of the stack would undo what it decided"
        yield Finding(scaled.path, key, scaled.properties[key], problem, f"take {key} out of the template")


RULE = Rule(
    claim="No update of a stack resets a number of tasks or instances that scaling has decided.",
    why="A release at the height of load would otherwise take the service back to the size of a quiet day.",
    source="AWS::ECS::Service, DesiredCount (CloudFormation Template Reference Guide)",
    about=(SERVICE, GROUP),
    check=check,
)
