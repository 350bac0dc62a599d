from __future__ import annotations

from typing import Any

import pytest
from support.guarantees import STACKS, alone, findings, resource, seeded, told

RULE = "availability/scaling-fits"
STORED = {"Stored": {"Type": "AWS::SSM::Parameter::Value<String>", "Default": "/stored"}}


def _target(**properties: Any) -> dict[str, Any]:
    given = {"ServiceNamespace": "ecs", "ScalableDimension": "ecs:service:DesiredCount", "MinCapacity": 1}
    made = {**given, "MaxCapacity": 2, "ResourceId": "service/main/web", **properties}
    return {"Target": {"Type": "AWS::ApplicationAutoScaling::ScalableTarget", "Properties": made}}


@pytest.mark.parametrize("environment", ["prod", "dev"])
@pytest.mark.parametrize("own_image", [True, False])
def test_the_blueprint_fits(environment: str, own_image: bool) -> None:
    assert findings(RULE, seeded(environment=environment, own_image=own_image)) == []


def test_more_tasks_than_the_largest_fleet_holds_are_found() -> None:
    (line,) = told(RULE, seeded(MaxTasks="9"))
    assert line == (
        "Scaling/Tasks MaxCapacity: 8 of 9 tasks of Service/Service fit on 4 t3.medium: "
        "no instance has the network interface for one more"
    )


def test_each_type_is_held_and_each_service_told_once() -> None:
    (line,) = told(RULE, seeded(AlternativeInstanceType="t3a.micro", MaxTasks="9"))
    assert "8 of 9 tasks of Service/Service fit on 4 t3.medium" in line
    (line,) = told(RULE, seeded(AlternativeInstanceType="t3a.micro", MaxTasks="7"))
    assert "4 of 7 tasks of Service/Service fit on 4 t3a.micro" in line


def test_cpu_ends() -> None:
    (line,) = told(RULE, seeded(TaskCpu="2048", TaskMemory="1024", MaxTasks="5"))
    assert line.endswith(
        "4 of 5 tasks of Service/Service fit on 4 t3.medium: no instance has the CPU units for one more"
    )


def test_ranges_upside_down_are_found() -> None:
    assert told(RULE, seeded(MinTasks="5")) == ["Scaling/Tasks MaxCapacity: is below MinCapacity, 5"]
    (line,) = told(RULE, alone({"Group": {"Type": "AWS::AutoScaling::AutoScalingGroup", "Properties": _sizes("4", 2)}}))
    assert line == "Group MaxSize: is below MinSize, 4"


def test_off_hours_upside_down_are_found() -> None:
    off_hours = {"OffHoursBegin": "cron(0 20 * * ? *)", "OffHoursEnd": "cron(0 7 * * ? *)"}
    (line,) = told(RULE, seeded(OffHoursMinTasks="3", **off_hours))
    begin = "ScheduledActions.0.ScalableTargetAction"
    assert line == f"Scaling/Tasks {begin}.MaxCapacity: is below {begin}.MinCapacity, 3"
    assert told(RULE, seeded(OffHoursMinTasks="3")) == []


def test_more_tasks_than_fit_are_found_at_the_hours_that_ask_for_them() -> None:
    off_hours = {"OffHoursBegin": "cron(0 20 * * ? *)", "OffHoursEnd": "cron(0 7 * * ? *)"}
    (line,) = told(RULE, seeded(OffHoursMaxTasks="9", **off_hours))
    assert line.startswith("Scaling/Tasks ScheduledActions.0.ScalableTargetAction.MaxCapacity: 8 of 9 tasks")


def _sizes(least: Any, most: Any) -> dict[str, Any]:
    return {"MinSize": least, "MaxSize": most}


def test_another_dimension_scales_no_service() -> None:
    (line,) = told(RULE, alone(_target(ScalableDimension="ec2:spot-fleet-request:TargetCapacity")))
    assert line == "Target ScalableDimension: is no dimension of an ECS service"


def test_another_cluster_than_the_services_is_found() -> None:
    def seed(stacks: STACKS) -> None:
        stacks["scaling"]["Resources"]["Other"] = {"Type": "AWS::ECS::Cluster"}
        target = resource(stacks, "Scaling/Tasks")["Properties"]
        target["ResourceId"] = {"Fn::Sub": "service/${Other}/${ServiceName}"}

    (line,) = told(RULE, seeded(seed))
    assert line == "Scaling/Tasks ResourceId: names another cluster than Service/Service runs in"


@pytest.mark.parametrize(
    "target",
    [
        _target(MinCapacity={"Ref": "Stored"}),
        _target(ResourceId={"Ref": "Stored"}),
        _target(ServiceNamespace="dynamodb", ScalableDimension="dynamodb:table:ReadCapacityUnits"),
    ],
)
def test_what_is_not_known_or_no_service_passes(target: dict[str, Any]) -> None:
    assert findings(RULE, alone(target, Parameters=STORED)) == []


def test_fargate_has_room() -> None:
    def seed(stacks: STACKS) -> None:
        service = resource(stacks, "Service/Service")["Properties"]
        del service["CapacityProviderStrategy"]
        service["LaunchType"] = "FARGATE"

    assert findings(RULE, seeded(seed, MaxTasks="400")) == []
