"""The service: how it is placed, deployed and rolled back, and what an update may never replace."""

from __future__ import annotations

import json
from typing import Any

import pytest

from nested import inputs, service
from nested.parts import fargate, timing
from nested.parts.placing import Capacity
from stackwright.resolve.errors import ResolveError
from stackwright.resolve.symbols import rendered
from tests.support.services import deployed, properties


def of(capacity: Capacity = "ec2", **given: str) -> dict[str, Any]:
    return properties(deployed(capacity, **given), "Service")


def test_scaling_alone_decides_how_many_tasks_there_are() -> None:
    assert "DesiredCount" not in of()


def test_capacity_comes_from_the_provider_and_from_nowhere_else() -> None:
    found = of()
    assert found["CapacityProviderStrategy"] == [{"CapacityProvider": "provider-1", "Weight": 1}]
    assert "LaunchType" not in found


def test_on_fargate_tasks_are_shared_out_between_on_demand_and_spot() -> None:
    found = of("fargate", FargateBase="1", FargateWeight="3", FargateSpotWeight="2")
    assert found["CapacityProviderStrategy"] == [
        {"CapacityProvider": "FARGATE", "Base": "1", "Weight": "3"},
        {"CapacityProvider": "FARGATE_SPOT", "Weight": "2"},
    ]
    assert "LaunchType" not in found
    assert "CapacityProviderName" not in service.template(capacity="fargate").parameters
    with pytest.raises(ResolveError, match="FargateWeight or FargateSpotWeight is above 0"):
        of("fargate", FargateWeight="0", FargateSpotWeight="0")


def test_the_platform_of_fargate_changes_when_the_template_does() -> None:
    assert of("fargate")["PlatformVersion"] == "1.4.0"
    assert "PlatformVersion" not in of()


@pytest.mark.parametrize(
    ("cpu", "memory"),
    [
        ("256", "512"),
        ("256", "2048"),
        ("512", "1024"),
        ("1024", "8192"),
        ("2048", "4096"),
        ("4096", "30720"),
        ("8192", "20480"),
        ("16384", "122880"),
    ],
)
def test_sizes_that_fargate_has_pass(cpu: str, memory: str) -> None:
    assert of("fargate", TaskCpu=cpu, TaskMemory=memory)


@pytest.mark.parametrize(
    ("cpu", "memory", "told"),
    [
        ("256", "768", "256 CPU units has 512, 1024 or 2048 MiB"),
        ("256", "4096", "256 CPU units has 512, 1024 or 2048 MiB"),
        ("512", "512", "512 CPU units has 1024 to 4096 in steps of 1024 MiB"),
        ("4096", "31744", "4096 CPU units has 8192 to 30720 in steps of 1024 MiB"),
        ("8192", "17408", "8192 CPU units has 16384 to 61440 in steps of 4096 MiB"),
        ("16384", "36864", "16384 CPU units has 32768 to 122880 in steps of 8192 MiB"),
    ],
)
def test_sizes_that_fargate_has_not_are_refused(cpu: str, memory: str, told: str) -> None:
    with pytest.raises(ResolveError, match=told):
        of("fargate", TaskCpu=cpu, TaskMemory=memory)
    assert of("ec2", TaskCpu=cpu, TaskMemory=memory)


def test_every_size_that_may_be_asked_for_has_its_rule() -> None:
    assert set(fargate.sizes()) == set(inputs.TASK_CPU.allowed)
    assert max(int(each) for amounts in fargate.sizes().values() for each in amounts) == inputs.TASK_MEMORY.maximum


def test_storage_is_asked_for_only_beyond_what_every_task_has() -> None:
    assert "EphemeralStorage" not in properties(deployed("fargate"), "TaskDefinition")
    more = properties(deployed("fargate", EphemeralStorage="50"), "TaskDefinition")
    assert more["EphemeralStorage"] == {"SizeInGiB": "50"}


@pytest.mark.parametrize(("switch", "assigned"), [("on", "ENABLED"), ("off", "DISABLED")])
def test_public_addresses_are_one_switch_on_fargate(switch: str, assigned: str) -> None:
    network = of("fargate", AssignPublicIp=switch)["NetworkConfiguration"]["AwsvpcConfiguration"]
    assert network["AssignPublicIp"] == assigned
    assert inputs.ASSIGN_PUBLIC_IP.default == "off"


def test_the_load_balancer_asks_as_often_as_the_build_says() -> None:
    template = service.template(capacity="fargate", health_interval=30).to_dict()
    group = template["Resources"]["TargetGroup"]["Properties"]
    assert group["HealthCheckIntervalSeconds"] == 30
    assert properties(deployed(), "TargetGroup")["HealthCheckIntervalSeconds"] == timing.TARGET_INTERVAL


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


@pytest.mark.parametrize("capacity", ["ec2", "fargate"])
def test_zones_are_not_rebalanced_where_no_more_tasks_than_desired_may_run(capacity: Capacity) -> None:
    # ECS refuses the one with the other.
    assert of(capacity, MaximumPercent="100")["AvailabilityZoneRebalancing"] == "DISABLED"
    assert of(capacity, MaximumPercent="101")["AvailabilityZoneRebalancing"] == "ENABLED"


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
    assert {"ListenerRule", "FromLoadBalancer", "ToTasks"} <= deployed().waits_for("Service")


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
    assert of(ExecuteCommand=switch, ReadOnlyRootFilesystem="off")["EnableExecuteCommand"] is on


def test_nothing_that_an_update_would_replace_follows_a_changing_parameter() -> None:
    # Cluster is the one create-only property, and fed by the cluster's stack.
    assert of()["Cluster"] == "cluster-1"
    assert not {"ServiceName", "Role", "SchedulingStrategy"} & set(of())


def test_what_it_gives_is_what_other_stacks_and_people_need() -> None:
    assert rendered(deployed().outputs) == {
        "ServiceName": "${Service.Name}",
        "TargetGroupFullName": "${TargetGroup.TargetGroupFullName}",
        "AlternateTargetGroupFullName": "${AlternateTargetGroup.TargetGroupFullName}",
        "LogGroupName": "${ApplicationLogs.Ref}",
        "UnhealthyHostsAlarm": "${UnhealthyHosts.Ref}",
        "ServerErrorsAlarm": "${ServerErrors.Ref}",
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
