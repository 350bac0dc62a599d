"""A request that is under way when its task has to go still gets its answer."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from stackwright.resolve.graph import Resource
from stackwright.resolve.symbols import Value
from stackwright.verify.deployment import Deployment, at, attribute, listed, number
from stackwright.verify.forwarding import behind, load_balancers
from stackwright.verify.rule import Finding, Rule
from stackwright.verify.tasks import SERVICE, definition

# Defaults: "Attributes" of target groups and of Application Load Balancers; ContainerDefinition, ECS API Reference.
DELAY = "deregistration_delay.timeout_seconds"
DEFAULT_DELAY = "300"
IDLE = "idle_timeout.timeout_seconds"
DEFAULT_IDLE = "60"
DEFAULT_STOP = 30
# The longest that Fargate waits (ContainerDefinition, stopTimeout).
LONGEST_ON_FARGATE = 120
KEEP_ALIVE = "KEEP_ALIVE_TIMEOUT"


def check(deployment: Deployment) -> Iterator[Finding]:
    """Yield each time that is too short for a request of the longest kind a load balancer waits for."""
    for service in deployment.of(SERVICE):
        task = definition(deployment.graph, service)
        for group, container in behind(deployment.graph, service):
            for balancer in load_balancers(deployment.graph, group):
                idle = number(attribute(balancer, IDLE, DEFAULT_IDLE))
                if balancer.properties.get("Type", "application") != "application" or idle is None:
                    continue
                yield from _delay(group, balancer, int(idle))
                if task:
                    yield from _stop(task, container, balancer, int(idle))
        if task:
            yield from _too_long(task)


def _delay(group: Resource, balancer: Resource, idle: int) -> Iterator[Finding]:
    delay = attribute(group, DELAY, DEFAULT_DELAY)
    if (number(delay) or idle) < idle or number(delay) == 0:
        problem = f"requests may take {idle} s ({balancer.path}), and are cut when a task leaves"
        yield Finding(group.path, f"TargetGroupAttributes.{DELAY}", delay, problem, _mend(balancer, idle))


def _stop(task: Resource, container: Mapping[str, Any], balancer: Resource, idle: int) -> Iterator[Finding]:
    name = container.get("Name")
    stop = container.get("StopTimeout", DEFAULT_STOP)
    if (number(stop) or 0) < idle and number(stop) is not None:
        problem = f"requests may take {idle} s ({balancer.path}), and Spot or a lost host sends SIGTERM at once"
        yield Finding(task.path, f"{name}.StopTimeout", stop, problem, _mend(balancer, idle))
    kept = _variable(container, KEEP_ALIVE)
    if (number(kept) or idle + 1) <= idle:
        problem = f"it closes connections that {balancer.path} is about to use, idle for up to {idle} s"
        yield Finding(task.path, f"{name}.Environment.{KEEP_ALIVE}", kept, problem, f"set it above {idle}")


def _mend(balancer: Resource, idle: int) -> str:
    return f"set it to {idle} or more, or lower {IDLE} of {balancer.path}"


def _too_long(task: Resource) -> Iterator[Finding]:
    if "FARGATE" not in listed(task.properties.get("RequiresCompatibilities")):
        return
    for each in listed(task.properties.get("ContainerDefinitions")):
        stop = number(at(each, "StopTimeout"))
        if stop is not None and stop > LONGEST_ON_FARGATE:
            problem = f"Fargate waits {LONGEST_ON_FARGATE} s at most"
            yield Finding(
                task.path, f"{at(each, 'Name')}.StopTimeout", stop, problem, f"set it to {LONGEST_ON_FARGATE}"
            )


def _variable(container: Mapping[str, Any], name: str) -> Value:
    pairs = listed(container.get("Environment"))
    return next((at(each, "Value") for each in pairs if at(each, "Name") == name), None)


RULE = Rule(
    claim="A request under way when its task has to go still gets its answer.",
    why="Deregistration, SIGTERM and keep-alive each cut requests when they are shorter than the load balancer's wait.",
    source="Deregistration delay (Elastic Load Balancing), ContainerDefinition stopTimeout (Amazon ECS API Reference)",
    about=(SERVICE,),
    check=check,
)
