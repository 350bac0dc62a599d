from __future__ import annotations

from typing import Any

import pytest
from support.guarantees import alone, seeded

from stackwright.ecs.placement import DEFAULT, Percents, Strategy, Task
from stackwright.verify.tasks import (
    alone_on_instance,
    count,
    host_ports,
    percents,
    scalable_target,
    strategies,
    task,
)

UNKNOWN = {"Unknown": {"Type": "AWS::SSM::Parameter::Value<String>", "Default": "/unknown"}}

RESERVING = {"Cpu": 128, "Memory": 512, "MemoryReservation": 256}


def _made(definition: dict[str, Any] | None = None, others: dict[str, Any] | None = None, **service: Any) -> Any:
    resources = {
        "Task": {"Type": "AWS::ECS::TaskDefinition", "Properties": definition or {}},
        "Service": {"Type": "AWS::ECS::Service", "Properties": {"TaskDefinition": {"Ref": "Task"}, **service}},
        **(others or {}),
    }
    graph = alone(resources, Parameters=UNKNOWN).graph
    return graph, graph.resources["Service"]


def _ports(**mapping: Any) -> dict[str, Any]:
    return {"ContainerDefinitions": [{"PortMappings": [mapping]}]}


def _target(resource_id: Any, **limits: Any) -> dict[str, Any]:
    properties = {"ServiceNamespace": "ecs", "ResourceId": resource_id, **limits}
    return {"Target": {"Type": "AWS::ApplicationAutoScaling::ScalableTarget", "Properties": properties}}


def test_the_blueprints_service() -> None:
    graph = seeded().graph
    service = graph.resources["Service/Service"]
    assert task(graph, service) == Task(256, 512, interfaces=1)
    found = count(graph, service)
    assert found is not None
    assert (found.least, found.most, found.path, found.least_by) == (2, 4, "Scaling/Tasks", "MinCapacity")
    assert percents(service) == Percents(100, 150)
    assert [each.field for each in strategies(service)] == ["attribute:ecs.availability-zone", "instanceId"]
    assert alone_on_instance(graph, service) == ""


@pytest.mark.parametrize(
    ("definition", "takes"),
    [
        ({"Cpu": "0.5 vCPU", "Memory": "1 GB"}, Task(512, 1024)),
        ({"ContainerDefinitions": [RESERVING, {"Memory": 64}]}, Task(128, 320)),
        ({"Cpu": {"Ref": "Unknown"}, "Memory": 64}, None),
        ({"ContainerDefinitions": [{"Memory": {"Ref": "Unknown"}}]}, None),
    ],
)
def test_what_a_task_takes(definition: dict[str, Any], takes: Task | None) -> None:
    assert task(*_made(definition)) == takes


def test_a_task_definition_made_elsewhere_takes_nobody_knows_what() -> None:
    assert task(*_made(TaskDefinition="family:3")) is None


@pytest.mark.parametrize(
    ("service", "target", "least_and_most"),
    [
        ({}, None, (1, 1)),
        ({"DesiredCount": "3"}, None, (3, 3)),
        ({"DesiredCount": 0}, None, (0, 0)),
        ({"DesiredCount": {"Ref": "Unknown"}}, None, None),
        ({"SchedulingStrategy": "DAEMON"}, None, None),
        ({"ServiceName": "web"}, _target("service/main/web", MinCapacity="2", MaxCapacity=5), (2, 5)),
        ({}, _target({"Fn::Sub": "service/main/${Service.Name}"}, MinCapacity=2, MaxCapacity=5), (2, 5)),
        ({}, _target({"Fn::Sub": "service/main/${Service.Name}"}, MinCapacity={"Ref": "Unknown"}, MaxCapacity=5), None),
        ({"ServiceName": "web"}, _target("service/main/other", MinCapacity=2, MaxCapacity=5), (1, 1)),
    ],
)
def test_how_many_tasks(service: dict[str, Any], target: Any, least_and_most: tuple[int, int] | None) -> None:
    found = count(*_made(others=target, **service))
    assert (found and (found.least, found.most)) == least_and_most


OFF_HOURS = {"MinCapacity": 1, "MaxCapacity": "2"}
RUSH = {"MaxCapacity": 9}
NOTHING = {"MinCapacity": 0, "MaxCapacity": 0}
ACTION = "ScheduledActions.{}.ScalableTargetAction"


@pytest.mark.parametrize(
    ("actions", "count_and_places"),
    [
        ([], (2, 5, "MinCapacity", "MaxCapacity")),
        ([OFF_HOURS], (1, 5, f"{ACTION.format(0)}.MinCapacity", "MaxCapacity")),
        ([OFF_HOURS, RUSH], (1, 9, f"{ACTION.format(0)}.MinCapacity", f"{ACTION.format(1)}.MaxCapacity")),
        # Where nothing has to run, nothing is promised: the other hours' promise is.
        ([NOTHING], (2, 5, "MinCapacity", "MaxCapacity")),
    ],
)
def test_how_many_tasks_over_all_hours(actions: list[Any], count_and_places: tuple[int, int, str, str]) -> None:
    scheduled = [{"ScheduledActionName": "a", "ScalableTargetAction": each} for each in actions]
    target = _target("service/main/web", MinCapacity="2", MaxCapacity=5, ScheduledActions=scheduled)
    found = count(*_made(others=target, ServiceName="web"))
    assert found and (found.least, found.most, found.least_by, found.most_by) == count_and_places


def test_hours_whose_limits_nobody_knows_leave_none_known() -> None:
    unknown = [{"ScheduledActionName": "a", "ScalableTargetAction": {"MinCapacity": {"Ref": "Unknown"}}}]
    target = _target("service/main/web", MinCapacity="2", MaxCapacity=5, ScheduledActions=unknown)
    assert count(*_made(others=target, ServiceName="web")) is None


def test_other_services_targets_are_none_of_its() -> None:
    assert scalable_target(*_made(others=_target("service/main/other"))) is None


@pytest.mark.parametrize(
    ("definition", "ports"),
    [
        (_ports(ContainerPort=80, HostPort=8080), {(8080, "tcp")}),
        (_ports(ContainerPort=80, HostPort=0), set()),
        (_ports(ContainerPort=80), set()),
        ({"NetworkMode": "host", **_ports(ContainerPort=53, Protocol="udp")}, {(53, "udp")}),
        ({"NetworkMode": "awsvpc", **_ports(ContainerPort=80, HostPort=80)}, set()),
    ],
)
def test_host_ports(definition: dict[str, Any], ports: set[tuple[int, str]]) -> None:
    assert host_ports(*_made(definition)) == ports


def test_why_no_instance_may_hold_two_of_its_tasks() -> None:
    constrained = _made(PlacementConstraints=[{"Type": "distinctInstance"}])
    assert alone_on_instance(*constrained) == "the constraint distinctInstance"
    fixed = _ports(ContainerPort=80, HostPort=8080)
    assert alone_on_instance(*_made(fixed)) == "host port 8080"


@pytest.mark.parametrize(
    ("service", "bound"),
    [
        ({}, Percents(100, 200)),
        ({"DeploymentConfiguration": {"MinimumHealthyPercent": "50", "MaximumPercent": 100}}, Percents(50, 100)),
        ({"DeploymentConfiguration": {"Strategy": "BLUE_GREEN", "MaximumPercent": 100}}, Percents(100, 200)),
        ({"DeploymentController": {"Type": "CODE_DEPLOY"}}, Percents(100, 200)),
        ({"DeploymentConfiguration": {"MaximumPercent": {"Ref": "Unknown"}}}, None),
    ],
)
def test_how_a_deployment_replaces_tasks(service: dict[str, Any], bound: Percents | None) -> None:
    assert percents(_made(**service)[1]) == bound


def test_tasks_are_spread_over_zones_by_default() -> None:
    assert strategies(_made()[1]) == DEFAULT
    assert strategies(_made(PlacementStrategies=[{"Type": "binpack", "Field": "memory"}])[1]) == (
        Strategy("binpack", "memory"),
    )
