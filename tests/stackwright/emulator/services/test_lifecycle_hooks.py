"""An instance on its way out waits for its group's hooks; ECS completes its own while a cluster has the provider."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

from stackwright.emulator.services import autoscaling_hooks

Client = Callable[..., Any]
NAMED = {"AutoScalingGroupName": "web"}
NOTHING = {**NAMED, "MinSize": 0, "MaxSize": 0, "DesiredCapacity": 0}
TERMINATING = {"LifecycleTransition": "autoscaling:EC2_INSTANCE_TERMINATING"}


@pytest.fixture
def group(client: Client) -> Client:
    """An account with a group of two instances."""
    ec2 = client("ec2")
    data = {"ImageId": ec2.describe_images()["Images"][0]["ImageId"], "InstanceType": "t3.micro"}
    ec2.create_launch_template(LaunchTemplateName="web", LaunchTemplateData=data)
    template = {"LaunchTemplateName": "web"}
    client("autoscaling").create_auto_scaling_group(
        **NAMED, MinSize=2, MaxSize=3, LaunchTemplate=template, AvailabilityZones=["us-east-1a"]
    )
    return client


def clustered(client: Client, draining: str = "ENABLED") -> Any:
    (found,) = client("autoscaling").describe_auto_scaling_groups()["AutoScalingGroups"]
    ecs, arn = client("ecs"), found["AutoScalingGroupARN"]
    settings = {"autoScalingGroupArn": arn, "managedDraining": draining}
    ecs.create_capacity_provider(name="spare", autoScalingGroupProvider=settings)
    ecs.create_cluster(clusterName="web", capacityProviders=["spare"])
    return ecs


def states(client: Client) -> list[str]:
    (found,) = client("autoscaling").describe_auto_scaling_groups()["AutoScalingGroups"]
    return [each["LifecycleState"] for each in found["Instances"]]


def hooks(client: Client) -> list[str]:
    return [
        each["LifecycleHookName"] for each in client("autoscaling").describe_lifecycle_hooks(**NAMED)["LifecycleHooks"]
    ]


def completed(client: Client, hook: str, result: str = "CONTINUE") -> None:
    autoscaling = client("autoscaling")
    (found,) = autoscaling.describe_auto_scaling_groups()["AutoScalingGroups"]
    for each in found["Instances"]:
        if each["LifecycleState"] == "Terminating:Wait":
            autoscaling.complete_lifecycle_action(
                **NAMED, LifecycleHookName=hook, InstanceId=each["InstanceId"], LifecycleActionResult=result
            )


def test_ecs_puts_its_hook_and_completes_it(group: Client) -> None:
    clustered(group)
    (hook,) = group("autoscaling").describe_lifecycle_hooks(**NAMED)["LifecycleHooks"]
    assert hook["LifecycleHookName"] == "ecs-managed-draining-termination-hook"
    assert (hook["HeartbeatTimeout"], hook["DefaultResult"]) == (3600, "CONTINUE")
    group("autoscaling").update_auto_scaling_group(**NOTHING)
    assert states(group) == []


def test_without_managed_draining_there_is_no_hook(group: Client) -> None:
    ecs = clustered(group, "DISABLED")
    assert hooks(group) == []
    ecs.update_capacity_provider(name="spare", autoScalingGroupProvider={"managedDraining": "ENABLED"})
    assert len(hooks(group)) == 1
    ecs.update_capacity_provider(name="spare", autoScalingGroupProvider={"managedDraining": "DISABLED"})
    assert hooks(group) == []


def orphaned(client: Client) -> None:
    """Take the provider from its cluster and delete it: nobody completes its hook any more."""
    ecs = clustered(client)
    ecs.put_cluster_capacity_providers(cluster="web", capacityProviders=[], defaultCapacityProviderStrategy=[])
    ecs.delete_capacity_provider(capacityProvider="spare")


def test_hook_of_a_provider_that_is_gone_holds_until_it_is_completed(group: Client) -> None:
    orphaned(group)
    autoscaling = group("autoscaling")
    autoscaling.update_auto_scaling_group(**NOTHING)
    assert states(group) == ["Terminating:Wait"] * 2
    with pytest.raises(ClientError, match=r"ResourceInUse.*while there are instances"):
        autoscaling.delete_auto_scaling_group(**NAMED)
    completed(group, autoscaling_hooks.DRAINING)
    assert states(group) == []
    autoscaling.delete_auto_scaling_group(**NAMED)
    assert hooks(group) == []


def test_heartbeat_runs_out(group: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(autoscaling_hooks, "HEARTBEAT_HERE", 0.2)
    orphaned(group)
    group("autoscaling").update_auto_scaling_group(**NOTHING)
    assert states(group) == ["Terminating:Wait"] * 2
    time.sleep(0.3)
    assert states(group) == []


def test_scaling_in_by_one_holds_one_and_scaling_out_replaces_it(group: Client) -> None:
    orphaned(group)
    autoscaling = group("autoscaling")
    autoscaling.update_auto_scaling_group(**NAMED, MinSize=1, DesiredCapacity=1)
    assert sorted(states(group)) == ["InService", "Terminating:Wait"]
    autoscaling.update_auto_scaling_group(**NAMED, DesiredCapacity=2)
    assert sorted(states(group)) == ["InService", "InService", "Terminating:Wait"]


def test_every_hook_has_its_say_unless_one_abandons(group: Client) -> None:
    autoscaling = group("autoscaling")
    for name in ("logs", "metrics"):
        autoscaling.put_lifecycle_hook(**NAMED, **TERMINATING, LifecycleHookName=name)
    autoscaling.update_auto_scaling_group(**NAMED, MinSize=1, DesiredCapacity=1)
    completed(group, "logs")
    assert len(states(group)) == 2
    with pytest.raises(ClientError, match="No active Lifecycle Action found with instance ID i-"):
        completed(group, "logs")
    completed(group, "metrics")
    assert states(group) == ["InService"]
    autoscaling.update_auto_scaling_group(**NOTHING)
    completed(group, "logs", "ABANDON")
    assert states(group) == []


def test_force_waits_for_no_hook(group: Client) -> None:
    orphaned(group)
    autoscaling = group("autoscaling")
    autoscaling.update_auto_scaling_group(**NAMED, MinSize=1, DesiredCapacity=1)
    autoscaling.delete_auto_scaling_group(**NAMED, ForceDelete=True)
    found = group("ec2").describe_instances()["Reservations"]
    assert {each["State"]["Name"] for one in found for each in one["Instances"]} == {"terminated"}
