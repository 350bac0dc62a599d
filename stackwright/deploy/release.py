"""Taking away what a stack's deletion would wait for, or fail at: limits, tasks, instances, protection.

Each function takes one physical id, and is done when there is nothing (left) to do.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from stackwright.aws_errors import AwsError
from stackwright.deploy.patience import until

if TYPE_CHECKING:
    from stackwright.aws import Aws

AT_ONCE = 50  # instances; SetInstanceProtection in the EC2 Auto Scaling API Reference
TERMINATING = "autoscaling:EC2_INSTANCE_TERMINATING"
PROTECTION = "deletion_protection.enabled"


def absent(error: AwsError) -> bool:
    """Tell whether AWS says that what it was asked about is not there."""
    return (
        "NotFound" in error.code
        or error.code.startswith("NoSuch")
        or any(words in error.reason.lower() for words in ("not found", "does not exist"))
    )


def deregister(aws: Aws, target: str) -> None:
    """Take a service's scalable target away, policies and their alarms with it: nothing starts tasks again."""
    resource, dimension, namespace = target.split("|")
    try:
        aws.call(
            "application-autoscaling",
            "deregister_scalable_target",
            ResourceId=resource,
            ScalableDimension=dimension,
            ServiceNamespace=namespace,
        )
    except AwsError as error:
        if not absent(error):
            raise


def drain(aws: Aws, service: str) -> None:
    """Set a service to no tasks and wait until none runs; its ARN names the cluster."""
    cluster = service.split("/")[-2]
    if not _active(aws, cluster, service):
        return
    aws.call("ecs", "update_service", cluster=cluster, service=service, desiredCount=0)
    until(lambda: _tasks(aws, cluster, service) == 0, late=f"{service} still runs tasks")


def _active(aws: Aws, cluster: str, service: str) -> dict[str, Any]:
    """Return a service as it is; nothing when it or its cluster is gone."""
    try:
        found = aws.call("ecs", "describe_services", cluster=cluster, services=[service])["services"]
    except AwsError as error:
        if error.code == "ClusterNotFoundException":
            return {}
        raise
    return next((dict(each) for each in found if each["status"] == "ACTIVE"), {})


def _tasks(aws: Aws, cluster: str, service: str) -> int:
    found = _active(aws, cluster, service)
    return int(found.get("runningCount", 0)) + int(found.get("pendingCount", 0))


def release(aws: Aws, name: str) -> None:
    """End every instance of an Auto Scaling group, protected ones too, while its capacity provider is there.

    Without the provider nobody completes the lifecycle hook by which ECS drains an instance, and each would wait for
    the hook's hour ("Safely stop Amazon ECS workloads running on EC2 instances"). The tasks are gone by now.
    """
    until(lambda: not let_go(aws, name), late=f"{name} still has instances")


def let_go(aws: Aws, name: str) -> bool:
    """Do what ends a group's instances, without waiting for it; tell whether any is left."""
    group = _group(aws, name)
    if group and (_unprotect(aws, name, group["Instances"]) or _wants_some(group)):
        _to_zero(aws, name)
        group = _group(aws, name)
    _complete(aws, name, [each["InstanceId"] for each in group.get("Instances", []) if _waits(each)])
    return bool(group.get("Instances"))


def held(aws: Aws, name: str) -> list[str]:
    """Return the instances of a group that do not end by themselves: protected, or waiting for a lifecycle hook."""
    found = _group(aws, name).get("Instances", [])
    return [each["InstanceId"] for each in found if each.get("ProtectedFromScaleIn") or _waits(each)]


def _waits(instance: dict[str, Any]) -> bool:
    return bool(instance["LifecycleState"] == "Terminating:Wait")


def _wants_some(group: dict[str, Any]) -> bool:
    sizes = ("MinSize", "MaxSize", "DesiredCapacity", "NewInstancesProtectedFromScaleIn")
    return any(group.get(each) for each in sizes)


def _to_zero(aws: Aws, name: str) -> None:
    aws.call(
        "autoscaling",
        "update_auto_scaling_group",
        AutoScalingGroupName=name,
        MinSize=0,
        MaxSize=0,
        DesiredCapacity=0,
        NewInstancesProtectedFromScaleIn=False,
    )


def _group(aws: Aws, name: str) -> dict[str, Any]:
    found = aws.call("autoscaling", "describe_auto_scaling_groups", AutoScalingGroupNames=[name])
    return dict(next(iter(found["AutoScalingGroups"]), {}))


def _unprotect(aws: Aws, name: str, found: list[dict[str, Any]]) -> bool:
    """Take protection from these instances; tell whether any had it."""
    protected = [each["InstanceId"] for each in found if each.get("ProtectedFromScaleIn")]
    for start in range(0, len(protected), AT_ONCE):
        aws.call(
            "autoscaling",
            "set_instance_protection",
            AutoScalingGroupName=name,
            InstanceIds=protected[start : start + AT_ONCE],
            ProtectedFromScaleIn=False,
        )
    return bool(protected)


def _complete(aws: Aws, name: str, ids: list[str]) -> None:
    if not ids:
        return
    hooks = aws.call("autoscaling", "describe_lifecycle_hooks", AutoScalingGroupName=name)["LifecycleHooks"]
    ending = [each["LifecycleHookName"] for each in hooks if each["LifecycleTransition"] == TERMINATING]
    for hook, instance in ((hook, instance) for hook in ending for instance in ids):
        try:
            aws.call(
                "autoscaling",
                "complete_lifecycle_action",
                AutoScalingGroupName=name,
                LifecycleHookName=hook,
                InstanceId=instance,
                LifecycleActionResult="CONTINUE",
            )
        except AwsError as error:
            if error.code != "ValidationError":  # completed meanwhile, by ECS
                raise


def is_protected(aws: Aws, balancer: str) -> bool:
    """Tell whether a load balancer is there and has deletion protection."""
    try:
        found = aws.call("elbv2", "describe_load_balancer_attributes", LoadBalancerArn=balancer)
    except AwsError as error:
        if absent(error):
            return False
        raise
    return any(each["Key"] == PROTECTION and each["Value"] == "true" for each in found["Attributes"])


def unprotect(aws: Aws, balancer: str) -> None:
    """Switch a load balancer's deletion protection off."""
    if is_protected(aws, balancer):
        off = {"Key": PROTECTION, "Value": "false"}
        aws.call("elbv2", "modify_load_balancer_attributes", LoadBalancerArn=balancer, Attributes=[off])
