from __future__ import annotations

from typing import Any

import pytest
from support.guarantees import STACKS, alone, findings, resource, seeded, told

RULE = "availability/rolling-deployment-finishes"


@pytest.mark.parametrize("environment", ["prod", "dev"])
@pytest.mark.parametrize("own_image", [True, False])
def test_the_blueprint_finishes(environment: str, own_image: bool) -> None:
    assert findings(RULE, seeded(environment=environment, own_image=own_image)) == []


def test_one_task_and_half_of_it_never_move() -> None:
    (line,) = told(RULE, seeded(MinTasks="1"))
    assert line == (
        "Service/Service DeploymentConfiguration.MaximumPercent: of 1 task at least 1 must stay healthy and at most 1 "
        "may run: nothing can stop and nothing can start"
    )


def test_every_desired_count_between_the_ends_is_held() -> None:
    found = findings(RULE, seeded(MinTasks="4", MaxTasks="10", MinimumHealthyPercent="81", MaximumPercent="124"))
    assert [each.problem[:30] for each in found] == ["of 4 tasks at least 4 must sta"]
    assert found[0].mend == "raise DeploymentConfiguration.MaximumPercent to 125 or more"


def test_network_interfaces_end_before_memory_does() -> None:
    (line,) = told(RULE, seeded(MaxTasks="8"))
    assert line == (
        "Service/Service DeploymentConfiguration.MinimumHealthyPercent: at 8 tasks on 4 t3.medium at most, a "
        "deployment stalls after 0: no instance has the network interface for one more"
    )


@pytest.mark.parametrize("strategy", ["BLUE_GREEN", "LINEAR", "CANARY"])
def test_what_shifts_traffic_needs_room_for_both_revisions(strategy: str) -> None:
    # Rolling, half of the tasks make room for the others; here none may stop before all of the new ones run.
    given = {"MaxTasks": "6", "MinimumHealthyPercent": "50"}
    assert findings(RULE, seeded(**given)) == []
    (line,) = told(RULE, seeded(DeploymentStrategy=strategy, **given))
    assert line.endswith("a deployment stalls after 2: no instance has the network interface for one more")
    assert findings(RULE, seeded(DeploymentStrategy=strategy, **given, MaxInstances="6")) == []


def test_old_tasks_that_may_stop_make_room() -> None:
    assert findings(RULE, seeded(MaxTasks="8", MinimumHealthyPercent="75")) == []


def test_the_weakest_type_counts() -> None:
    (line,) = told(RULE, seeded(AlternativeInstanceType="t3a.micro"))
    assert "at 4 tasks on 4 t3a.micro at most, a deployment stalls after 0" in line


def test_memory_ends() -> None:
    larger = {"InstanceType": "t3.large", "AlternativeInstanceType": "t3a.large"}
    (line,) = told(RULE, seeded(TaskMemory="4096", TaskCpu="512", MaxTasks="4", **larger))
    assert line.endswith("no instance has the memory for one more")


def _fleet(mapping: dict[str, Any], *, most: int = 2, second: dict[str, Any] | None = None, **service: Any) -> Any:
    container = {"Memory": 128, "PortMappings": [mapping]}
    launch = {"LaunchTemplateData": {"InstanceType": "t3.small"}}
    group = {"MinSize": 1, "MaxSize": most, "LaunchTemplate": {"LaunchTemplateId": {"Ref": "Launch"}, "Version": "1"}}
    scaling = {"AutoScalingGroupArn": {"Ref": "Group"}, "ManagedScaling": {"Status": "ENABLED"}}
    runs = {"TaskDefinition": {"Ref": "Task"}, "CapacityProviderStrategy": [{"CapacityProvider": {"Ref": "Provider"}}]}
    made: dict[str, Any] = {
        "Launch": {"Type": "AWS::EC2::LaunchTemplate", "Properties": launch},
        "Group": {"Type": "AWS::AutoScaling::AutoScalingGroup", "Properties": group},
        "Provider": {"Type": "AWS::ECS::CapacityProvider", "Properties": {"AutoScalingGroupProvider": scaling}},
        "Task": {"Type": "AWS::ECS::TaskDefinition", "Properties": {"ContainerDefinitions": [container]}},
        "Service": {"Type": "AWS::ECS::Service", "Properties": {**runs, "DesiredCount": 2, **service}},
    }
    if second is not None:
        made["Second"] = {"Type": "AWS::ECS::Service", "Properties": {**runs, **second}}
    known = {"Stored": {"Type": "AWS::SSM::Parameter::Value<String>", "Default": "/stored"}}
    return alone(made, Parameters=known)


def test_a_host_port_is_held_until_the_old_task_stops() -> None:
    (line,) = told(RULE, _fleet({"HostPort": 80, "ContainerPort": 80}))
    assert line.endswith("a deployment stalls after 0: host port 80 keeps instances to one task")


@pytest.mark.parametrize(
    ("mapping", "others"),
    [
        ({"HostPort": 0, "ContainerPort": 80}, {}),
        ({"HostPort": 80, "ContainerPort": 80}, {"most": 3}),
        (
            {"HostPort": 80, "ContainerPort": 80},
            {"DeploymentConfiguration": {"MinimumHealthyPercent": 50, "MaximumPercent": 100}},
        ),
    ],
    ids=["any-port", "one-instance-more", "half-may-stop"],
)
def test_ways_to_share_a_port(mapping: dict[str, Any], others: dict[str, Any]) -> None:
    assert findings(RULE, _fleet(mapping, **others)) == []


def test_distinct_instances_need_one_more() -> None:
    (line,) = told(RULE, _fleet({"ContainerPort": 80}, PlacementConstraints=[{"Type": "distinctInstance"}]))
    assert line.endswith("the constraint distinctInstance keeps instances to one task")


def test_a_service_beside_takes_its_share() -> None:
    fixed = {"HostPort": 80, "ContainerPort": 80}
    assert findings(RULE, _fleet(fixed, most=4, second={"DesiredCount": 1})) == []
    assert len(told(RULE, _fleet(fixed, most=3, second={"DesiredCount": 1}))) == 2


def test_daemons_take_their_share_of_every_instance() -> None:
    share = {"second": {"SchedulingStrategy": "DAEMON", "TaskDefinition": {"Ref": "Task"}}}
    many = {"DesiredCount": 14, "DeploymentConfiguration": {"MaximumPercent": 110}}
    assert findings(RULE, _fleet({"ContainerPort": 80}, most=1, **many)) == []
    (line,) = told(RULE, _fleet({"ContainerPort": 80}, most=1, **share, **many))
    assert line.endswith("no instance has the memory for one more")


@pytest.mark.parametrize(
    "service",
    [
        {"DesiredCount": {"Ref": "Stored"}},
        {"DesiredCount": 0},
        {"TaskDefinition": "family:3"},
        {"LaunchType": "FARGATE", "CapacityProviderStrategy": {"Ref": "AWS::NoValue"}},
        {"CapacityProviderStrategy": [{"CapacityProvider": "other"}]},
        {"DeploymentConfiguration": {"MaximumPercent": {"Ref": "Stored"}}},
        {"SchedulingStrategy": "DAEMON"},
    ],
)
def test_what_is_not_known_or_not_placed_passes(service: dict[str, Any]) -> None:
    assert findings(RULE, _fleet({"HostPort": 80, "ContainerPort": 80}, **service)) == []


def test_fargate_is_held_by_its_percentages() -> None:
    percents = {"MinimumHealthyPercent": 100, "MaximumPercent": 100}
    service = {"LaunchType": "FARGATE", "DesiredCount": 2, "DeploymentConfiguration": percents}
    (line,) = told(RULE, alone({"Service": {"Type": "AWS::ECS::Service", "Properties": service}}))
    assert line.startswith("Service DeploymentConfiguration.MaximumPercent: of 2 tasks at least 2 must stay healthy")


def test_blue_green_needs_room_for_both() -> None:
    def seed(stacks: STACKS) -> None:
        service = resource(stacks, "Service/Service")["Properties"]
        service["DeploymentConfiguration"]["Strategy"] = "BLUE_GREEN"

    (line,) = told(RULE, seeded(seed, MaxTasks="5"))
    assert "at 5 tasks on 4 t3.medium at most, a deployment stalls after 3" in line
