"""Tasks of ECS services: what one takes, how many there are, and how a deployment replaces them.

Numbers that the template does not decide are None, and whoever asks has nothing to say then.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from stackwright.ecs.placement import DEFAULT, Percents, Strategy, Task
from stackwright.resolve.graph import Graph, Resource
from stackwright.resolve.symbols import Value, rendered
from stackwright.verify.deployment import at, listed, number, whole

SERVICE = "AWS::ECS::Service"
TASK_DEFINITION = "AWS::ECS::TaskDefinition"
SCALABLE_TARGET = "AWS::ApplicationAutoScaling::ScalableTarget"

CODE_DEPLOY = "CODE_DEPLOY"
STRATEGY = "DeploymentConfiguration.Strategy"
BAKE = "DeploymentConfiguration.BakeTimeInMinutes"
# AWS::ECS::Service DeploymentConfiguration, CloudFormation Template Reference Guide: for what shifts traffic.
DEFAULT_BAKE = 15

# Blue/green and kin.
_BESIDE = Percents(100, 200)
_UNITS = 1024  # of "1 vCPU" and "1 GB"


@dataclass(frozen=True)
class Count:
    """How many tasks a service runs, from `least` to `most`, and which resource's properties say so.

    Over all hours, where limits change by schedule; hours at which no task need run promise nothing and do not count.
    """

    least: int
    most: int
    path: str
    least_by: str
    most_by: str


def scalable_target(graph: Graph, service: Resource) -> Resource | None:
    """Return what scales a service's desired count, None if nothing of the template does."""
    for each in graph.of_type(SCALABLE_TARGET):
        named = each.properties.get("ResourceId")
        if each.properties.get("ServiceNamespace", "ecs") == "ecs" and _names(graph, named, service):
            return each
    return None


def _names(graph: Graph, named: Value, service: Resource) -> bool:
    name = service.properties.get("ServiceName")
    by_text = isinstance(name, str) and str(rendered(named)).rpartition("/")[2] == name
    return by_text or service in graph.mentioned(named)


def count(graph: Graph, service: Resource) -> Count | None:
    """Return how many tasks a service runs; None for a daemon, or what nobody knows.

    Without a desired count CloudFormation asks for one task ("AWS::ECS::Service", DesiredCount).
    """
    if daemon(service):
        return None
    target = scalable_target(graph, service)
    if target is None:
        given = number(service.properties.get("DesiredCount", 1))
        return None if given is None else Count(int(given), int(given), service.path, "DesiredCount", "DesiredCount")
    limits = list(ranges(target))
    if any(each.least is None or each.most is None for each in limits):
        return None
    low = min((each for each in limits if each.least), key=lambda each: each.least or 0, default=limits[0])
    high = max(limits, key=lambda each: each.most or 0)
    return Count(int(low.least or 0), int(high.most or 0), target.path, low.least_by, high.most_by)


@dataclass(frozen=True)
class Range:
    """Limits of a scalable target at some hours, None for what is not known, and which properties say so."""

    least: float | None
    most: float | None
    least_by: str
    most_by: str


def ranges(target: Resource) -> Iterator[Range]:
    """Yield a scalable target's limits, then those that each of its scheduled actions sets.

    What an action leaves out stays as it is. Source: "PutScheduledAction", Application Auto Scaling API Reference.
    """
    yield _range(target, "")
    for index, _ in enumerate(listed(target.properties.get("ScheduledActions"))):
        yield _range(target, f"ScheduledActions.{index}.ScalableTargetAction.")


def _range(target: Resource, place: str) -> Range:
    least_by, most_by = (
        name if at(target.properties, f"{place}{name}") is None else f"{place}{name}"
        for name in ("MinCapacity", "MaxCapacity")
    )
    least, most = number(at(target.properties, least_by)), number(at(target.properties, most_by))
    return Range(least, most, least_by, most_by)


def daemon(service: Resource) -> bool:
    """Tell whether one task of the service runs on every instance."""
    return service.properties.get("SchedulingStrategy") == "DAEMON"


def definition(graph: Graph, service: Resource) -> Resource | None:
    """Return the service's task definition, None for one made elsewhere."""
    found = graph.target(service.properties.get("TaskDefinition"))
    return found if found is not None and found.type == TASK_DEFINITION else None


def containers(graph: Graph, service: Resource) -> list[Mapping[str, Any]]:
    """Return the definitions of the containers in a service's tasks, none where they are made elsewhere."""
    found = definition(graph, service)
    given = listed(found.properties.get("ContainerDefinitions")) if found else []
    return [each for each in given if isinstance(each, Mapping)]


def task(graph: Graph, service: Resource) -> Task | None:
    """Return what one task takes, of the task if it says so, else of its containers together; None if not known.

    Source: "TaskDefinition" (cpu, memory) and "ContainerDefinition" (memoryReservation), Amazon ECS API Reference.
    """
    found = definition(graph, service)
    if found is None:
        return None
    cpu, memory = _taken(found, "Cpu", ("Cpu",)), _taken(found, "Memory", ("MemoryReservation", "Memory"))
    if cpu is None or memory is None:
        return None
    return Task(cpu, memory, interfaces=1 if found.properties.get("NetworkMode") == "awsvpc" else 0)


def _taken(definition: Resource, of_task: str, of_container: tuple[str, ...]) -> int | None:
    if of_task in definition.properties:
        return _amount(definition.properties[of_task])
    amounts = [
        _amount(next((each[key] for key in of_container if key in each), 0))
        for each in listed(definition.properties.get("ContainerDefinitions"))
        if isinstance(each, Mapping)
    ]
    known = [each for each in amounts if each is not None]
    return sum(known) if len(known) == len(amounts) else None


def _amount(given: Value) -> int | None:
    """Return units of 256, "256", "0.5 vCPU" and "1 GB"; None for what is not known."""
    amount, _, unit = given.strip().partition(" ") if isinstance(given, str) else (given, "", "")
    found = number(amount)
    return None if found is None else int(found * (_UNITS if unit else 1))


def host_ports(graph: Graph, service: Resource) -> frozenset[tuple[int, str]]:
    """Return the ports of its instance, each with its protocol, that one task has for itself.

    In host mode they are the containers' own; in bridge mode 0, or none, is one of many.
    Source: "PortMapping", Amazon ECS API Reference.
    """
    found = definition(graph, service)
    mode = found.properties.get("NetworkMode", "bridge") if found else "awsvpc"
    return frozenset(_host_ports(found, mode)) if found and mode in ("bridge", "host") else frozenset()


def _host_ports(definition: Resource, mode: Value) -> Iterator[tuple[int, str]]:
    for container in listed(definition.properties.get("ContainerDefinitions")):
        for each in listed(at(container, "PortMappings")):
            port = whole(at(each, "ContainerPort" if mode == "host" else "HostPort"), 0)
            if port:
                yield port, str(at(each, "Protocol", "tcp"))


def percents(service: Resource) -> Percents | None:
    """Return minimum and maximum healthy percent as they bind its deployments; None if not known."""
    if beside(service):
        return _BESIDE
    given = at(service.properties, "DeploymentConfiguration", {})
    least, most = number(at(given, "MinimumHealthyPercent", 100)), number(at(given, "MaximumPercent", 200))
    return None if least is None or most is None else Percents(int(least), int(most))


def beside(service: Resource) -> bool:
    """Tell whether a deployment runs the whole new set beside the old one before it stops any: blue/green and kin."""
    rolls = at(service.properties, STRATEGY, "ROLLING") == "ROLLING"
    return not rolls or at(service.properties, "DeploymentController.Type", "ECS") != "ECS"


def strategies(service: Resource) -> tuple[Strategy, ...]:
    """Return how its tasks are placed on instances."""
    found = [
        Strategy(each["Type"], str(each.get("Field", "")))
        for each in listed(service.properties.get("PlacementStrategies"))
        if isinstance(each, Mapping) and each.get("Type") in ("binpack", "spread", "random")
    ]
    return tuple(found) or DEFAULT


def alone_on_instance(graph: Graph, service: Resource) -> str:
    """Return why no instance may hold two of its tasks, "" if one may."""
    constraints = listed(service.properties.get("PlacementConstraints"))
    if any(at(each, "Type") == "distinctInstance" for each in constraints):
        return "the constraint distinctInstance"
    ports = sorted(host_ports(graph, service))
    return f"host port {ports[0][0]}" if ports else ""
