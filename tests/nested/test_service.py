"""The service: how it is placed, deployed and rolled back, and what an update may never replace."""

from __future__ import annotations

import json
from typing import Any

import pytest

from nested import service
from nested.service import Capacity
from stackwright.resolve.symbols import rendered
from tests.support.services import deployed, properties


def of(capacity: Capacity = "ec2", **given: str) -> dict[str, Any]:
    return properties(deployed(capacity, **given), "Service")


def test_scaling_alone_decides_how_many_tasks_there_are() -> None:
    assert "DesiredCount" not in of()


@pytest.mark.parametrize("capacity", ["ec2", "fargate"])
def test_capacity_comes_from_the_provider_and_from_nowhere_else(capacity: Capacity) -> None:
    found = of(capacity)
    assert found["CapacityProviderStrategy"] == [{"CapacityProvider": "provider-1", "Weight": 1}]
    assert "LaunchType" not in found


def test_spread_tasks_go_over_zones_first_and_are_rebalanced() -> None:
    found = of(Placement="spread")
    assert found["PlacementStrategies"] == [
        {"Type": "spread", "Field": "attribute:ecs.availability-zone"},
        {"Type": "spread", "Field": "instanceId"},
    ]
    assert found["AvailabilityZoneRebalancing"] == "ENABLED"


def test_packed_tasks_are_not_rebalanced() -> None:
    found = of(Placement="binpack")
    assert found["PlacementStrategies"] == [{"Type": "binpack", "Field": "cpu"}]
    # Left out it would be on for a new service, and refused with this strategy.
    assert found["AvailabilityZoneRebalancing"] == "DISABLED"


def test_fargate_takes_no_placement() -> None:
    assert "PlacementStrategies" not in of("fargate")
    assert of("fargate")["AvailabilityZoneRebalancing"] == "ENABLED"
    assert "Placement" not in service.template(capacity="fargate").parameters


def test_more_tasks_than_desired_may_run_as_rebalancing_needs() -> None:
    declaration = service.template().to_dict()["Parameters"]["MaximumPercent"]
    assert declaration["MinValue"] > 100


def test_a_deployment_that_fails_goes_back_by_itself() -> None:
    deployment = of(MinimumHealthyPercent="50", MaximumPercent="150")["DeploymentConfiguration"]
    breaker = deployment["DeploymentCircuitBreaker"]
    assert (breaker["Enable"], breaker["Rollback"]) == (True, True)
    assert deployment["Alarms"] == {
        "AlarmNames": ["${UnhealthyHosts.Ref}", "${ServerErrors.Ref}"],
        "Enable": True,
        "Rollback": True,
    }
    assert (deployment["MinimumHealthyPercent"], deployment["MaximumPercent"]) == ("50", "150")


def test_a_crash_loop_ends_a_deployment_of_one_task_soon() -> None:
    breaker = of()["DeploymentConfiguration"]["DeploymentCircuitBreaker"]
    # By default at least three failures, counted anew after each healthy moment.
    assert breaker["ThresholdConfiguration"] == {"Type": "COUNT", "Value": 2}
    assert breaker["ResetOnHealthyTask"] is False


def test_creation_has_an_end() -> None:
    assert service.template().timeout_minutes == 30


def test_the_target_group_hangs_on_the_listener_before_the_service_is_created() -> None:
    assert {"ListenerRule", "FromLoadBalancer", "ToTasks"} <= set(deployed().resources["Service"].depends_on)


def test_tasks_are_private_and_admit_the_load_balancer_only() -> None:
    network = of()["NetworkConfiguration"]["AwsvpcConfiguration"]
    assert network == {
        "Subnets": ["subnet-0a1b2c3d", "subnet-1a2b3c4d"],
        "SecurityGroups": ["${TaskSecurityGroup.GroupId}"],
        "AssignPublicIp": "DISABLED",
    }


def test_tasks_carry_tags_even_when_the_stack_has_none() -> None:
    found = of()
    assert (found["PropagateTags"], found["EnableECSManagedTags"]) == ("SERVICE", True)
    assert {each["Key"]: each["Value"] for each in found["Tags"]} == {"Project": "shop", "Environment": "prod"}


@pytest.mark.parametrize(("switch", "on"), [("on", True), ("off", False)])
def test_ecs_exec_is_one_switch(switch: str, on: bool) -> None:
    assert of(ExecuteCommand=switch)["EnableExecuteCommand"] is on


def test_nothing_that_an_update_would_replace_follows_a_changing_parameter() -> None:
    # Cluster is the one create-only property, and fed by the cluster's stack.
    assert of()["Cluster"] == "cluster-1"
    assert not {"ServiceName", "Role", "SchedulingStrategy"} & set(of())


def test_what_it_gives_is_what_scaling_and_people_need() -> None:
    assert rendered(deployed().outputs) == {
        "ServiceName": "${Service.Name}",
        "TargetGroupFullName": "${TargetGroup.TargetGroupFullName}",
        "LogGroupName": "${ApplicationLogs.Ref}",
        "TaskDefinitionArn": "${TaskDefinition.Ref}",
    }


def test_lists_that_other_stacks_feed_are_consumed_whole() -> None:
    # A nested change set fails on Select and Split of what it does not know yet.
    text = json.dumps(service.template().to_dict())
    assert "Fn::Select" not in text
    assert "Fn::Split" not in text


def test_a_port_that_only_root_may_listen_on_is_refused() -> None:
    with pytest.raises(ValueError, match="not root"):
        service.template(port=80)


def test_the_service_reaches_the_port_that_the_build_chose() -> None:
    (target,) = properties(deployed(port=8080), "Service")["LoadBalancers"]
    assert target == {"ContainerName": "app", "ContainerPort": 8080, "TargetGroupArn": "${TargetGroup.Ref}"}
