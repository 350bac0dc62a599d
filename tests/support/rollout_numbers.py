"""Every number that a rollout follows, read from a resolved deployment; the test has none of its own.

Seconds are the template's own; `wait` turns them into real ones, divided by `speed`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from stackwright.ecs.placement import Percents, Strategy, Task
from stackwright.resolve.graph import Resource
from stackwright.verify.deployment import Deployment, at, attribute, listed

ALGORITHM = "load_balancing.algorithm.type"
DELAY = "deregistration_delay.timeout_seconds"
IDLE = "idle_timeout.timeout_seconds"


@dataclass(frozen=True)
class Check:
    """The target group's health check: path, seconds between checks and for each, how many decide, what passes."""

    path: str
    interval: int
    timeout: int
    healthy: int
    unhealthy: int
    codes: str

    @property
    def out_after(self) -> int:
        """Seconds after which a target that stopped answering gets no more requests, at the latest."""
        return self.interval * self.unhealthy + self.timeout


@dataclass(frozen=True)
class Numbers:
    """What the load balancer, the target group, the task definition and the service say."""

    speed: int
    check: Check
    port: int
    algorithm: str
    idle_timeout: int
    deregistration_delay: int
    environment: Mapping[str, str]
    stop_timeout: int
    grace: int
    percents: Percents
    failures: int
    desired: int
    zones: int
    task: Task
    strategies: tuple[Strategy, ...]

    def wait(self, seconds: float) -> float:
        """Return how long a time of the template really takes here."""
        return seconds / self.speed


def numbers(deployment: Deployment, *, speed: int) -> Numbers:
    """Return the numbers of a deployment's one service, at as many tasks as it scales to."""
    service, definition = _only(deployment, "Service"), _definition(deployment)
    group = deployment.graph.target(at(service.properties, "LoadBalancers.0.TargetGroupArn"))
    assert group is not None
    container = at(definition, "ContainerDefinitions.0")
    return Numbers(
        speed=speed,
        check=_check(group.properties),
        port=int(group.properties["Port"]),
        algorithm=str(attribute(group, ALGORITHM, "round_robin")),
        idle_timeout=int(attribute(_only(deployment, "LoadBalancer"), IDLE, "60")),
        deregistration_delay=int(attribute(group, DELAY, "300")),
        environment={each["Name"]: each["Value"] for each in container["Environment"]},
        stop_timeout=int(container["StopTimeout"]),
        desired=int(_only(deployment, "ScalableTarget").properties["MaxCapacity"]),
        task=Task(int(definition["Cpu"]), int(definition["Memory"]), interfaces=1),
        **_of_service(service.properties),
    )


def _definition(deployment: Deployment) -> Mapping[str, Any]:
    return _only(deployment, "TaskDefinition").properties


def _only(deployment: Deployment, kind: str) -> Resource:
    (found,) = [each for each in deployment.graph.resources.values() if each.type.split("::")[-1] == kind]
    return found


def _check(group: Mapping[str, Any]) -> Check:
    return Check(
        path=group["HealthCheckPath"],
        interval=int(group["HealthCheckIntervalSeconds"]),
        timeout=int(group["HealthCheckTimeoutSeconds"]),
        healthy=int(group["HealthyThresholdCount"]),
        unhealthy=int(group["UnhealthyThresholdCount"]),
        codes=group["Matcher"]["HttpCode"],
    )


def _of_service(service: Mapping[str, Any]) -> dict[str, Any]:
    deployment = service["DeploymentConfiguration"]
    breaker = deployment["DeploymentCircuitBreaker"]
    assert breaker["Enable"] and breaker["Rollback"] and breaker["ThresholdConfiguration"]["Type"] == "COUNT"
    return {
        "grace": int(service["HealthCheckGracePeriodSeconds"]),
        "percents": Percents(int(deployment["MinimumHealthyPercent"]), int(deployment["MaximumPercent"])),
        "failures": int(breaker["ThresholdConfiguration"]["Value"]),
        "zones": len(listed(at(service, "NetworkConfiguration.AwsvpcConfiguration.Subnets"))),
        "strategies": tuple(Strategy(each["Type"], each["Field"]) for each in service["PlacementStrategies"]),
    }
