"""A slow but sound start passes its health checks before they end it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from stackwright.resolve.graph import Resource
from stackwright.verify.deployment import Deployment, at, number, whole
from stackwright.verify.forwarding import behind
from stackwright.verify.rule import Finding, Rule
from stackwright.verify.tasks import SERVICE

GRACE = "HealthCheckGracePeriodSeconds"
# What counts where nothing is said: CreateTargetGroup in the Elastic Load Balancing API Reference.
INTERVAL = 30
HEALTHY = 5
UNHEALTHY = 2


def check(deployment: Deployment) -> Iterator[Finding]:
    """Yield each service whose load balancer ends a task that uses its container's whole start period.

    A new target passes with its first success, and has to pass the threshold only when it was found unhealthy before
    ("Health checks for Application Load Balancer target groups"): a start that is over by then needs no grace, and of a
    container without a start period nobody knows how long it takes.
    """
    for service in deployment.of(SERVICE):
        grace = service.properties.get(GRACE, 0)
        if number(grace) is None:
            continue
        for group, container in behind(deployment.graph, service):
            start = whole(at(container, "HealthCheck.StartPeriod"), 0)
            interval = whole(group.properties.get("HealthCheckIntervalSeconds"), INTERVAL)
            passes = start + whole(group.properties.get("HealthyThresholdCount"), HEALTHY) * interval
            failures = whole(group.properties.get("UnhealthyThresholdCount"), UNHEALTHY)
            ends = max(whole(grace, 0), failures * interval)
            if start > (failures - 1) * interval and passes > ends:
                yield _finding(service, group, grace, passes, ends)


def _finding(service: Resource, group: Resource, grace: Any, passes: int, ends: int) -> Finding:
    problem = f"a task may need {passes} s to pass {group.path}'s check, and is ended after {ends} s"
    return Finding(service.path, GRACE, grace, problem, f"set {GRACE} to {passes} or more")


RULE = Rule(
    claim="A slow but sound start passes its health checks before they end it.",
    why="ECS replaces a task that its load balancer calls unhealthy, one that is given no time again and again.",
    source="Health checks for Application Load Balancer target groups (User Guide for Application Load Balancers)",
    about=(SERVICE,),
    check=check,
)
