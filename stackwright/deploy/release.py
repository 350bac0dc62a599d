"""Taking away what a stack's deletion would wait for, or fail at: limits, tasks, instances, protection.

Each function takes one physical id, and is done when there is nothing (left) to do.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from stackwright.aws import ecs_service
from stackwright.aws_errors import AwsError
from stackwright.deploy.patience import until

if TYPE_CHECKING:
    from stackwright.aws import Aws

AT_ONCE = 50  # instances; SetInstanceProtection in the EC2 Auto Scaling API Reference
TERMINATING = "autoscaling:EC2_INSTANCE_TERMINATING"
# Another's deletion or update is under way: errors of UpdateAutoScalingGroup and DeleteAutoScalingGroup in the same.
BUSY = {"ScalingActivityInProgress", "ResourceInUse", "ResourceContention"}
PENDING_DELETE = "pending delete"
PROTECTION = "deletion_protection.enabled"


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
        if not error.absent:
            raise


def drain(aws: Aws, service: str) -> None:
    """Set a service to no tasks and wait until each is STOPPED; its ARN names the cluster.

    One that no longer runs still has its network interface, which holds subnets and security groups, while it is
    DEACTIVATING, STOPPING or DEPROVISIONING ("Amazon ECS task lifecycle").
    """
    cluster = service.split("/")[-2]
    if _status(aws, cluster, service) == "ACTIVE":
        _to_no_tasks(aws, cluster, service)
    until(lambda: not _has_tasks(aws, cluster, service), late=f"{service} still has tasks that are not stopped")


def _to_no_tasks(aws: Aws, cluster: str, service: str) -> None:
    try:
        aws.call("ecs", "update_service", cluster=cluster, service=service, desiredCount=0)
    except AwsError as error:
        if error.code != "ServiceNotActiveException":  # somebody else's deletion came first
            raise


def _status(aws: Aws, cluster: str, service: str) -> str:
    """Return what a service is in; nothing when it or its cluster is gone."""
    try:
        return str(ecs_service(aws, cluster, service).get("status", ""))
    except AwsError as error:
        if error.code == "ClusterNotFoundException":
            return ""
        raise


def _has_tasks(aws: Aws, cluster: str, service: str) -> bool:
    """Tell whether a service that is not gone has a task that is not stopped, whatever is desired of it."""
    if _status(aws, cluster, service) not in ("ACTIVE", "DRAINING"):
        return False
    try:
        # In this order: a task goes from one list to the other, never back.
        return any(_has_live(aws, cluster, service, desired) for desired in ("RUNNING", "STOPPED"))
    except AwsError as error:
        if error.absent:
            return False
        raise


def _has_live(aws: Aws, cluster: str, service: str, desired: str) -> bool:
    asked: dict[str, Any] = {"cluster": cluster, "serviceName": service, "desiredStatus": desired}
    while True:
        page = aws.call("ecs", "list_tasks", **asked)  # 100 at most, as many as DescribeTasks takes
        arns = page["taskArns"]
        found = aws.call("ecs", "describe_tasks", cluster=cluster, tasks=arns)["tasks"] if arns else []
        if any(each["lastStatus"] != "STOPPED" for each in found):
            return True
        if not page.get("nextToken"):
            return False
        asked["nextToken"] = page["nextToken"]


def release(aws: Aws, name: str) -> None:
    """End every instance of an Auto Scaling group, protected ones too, while its capacity provider is there.

    Without the provider nobody completes the lifecycle hook by which ECS drains an instance, and each would wait for
    the hook's hour ("Safely stop Amazon ECS workloads running on EC2 instances"). The tasks are gone by now.
    """
    until(lambda: not let_go(aws, name), late=f"{name} still has instances")


def let_go(aws: Aws, name: str) -> bool:
    """Do what ends a group's instances, without waiting for it; tell whether any is left."""
    group = _group(aws, name)
    if group and (_protected(group) or _wants_some(group)):
        _empty(aws, name, group)
        group = _group(aws, name)
    _complete(aws, name, [each["InstanceId"] for each in group.get("Instances", []) if _waits(each)])
    return bool(group.get("Instances"))


def _empty(aws: Aws, name: str, group: dict[str, Any]) -> None:
    """Unprotect a group's instances and want none; what is refused because it is going already is not an error."""
    try:
        _unprotect(aws, name, _protected(group))
        _to_zero(aws, name)
    except AwsError as error:
        if error.code not in BUSY and PENDING_DELETE not in error.reason.lower():
            raise


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


def _protected(group: dict[str, Any]) -> list[str]:
    return [each["InstanceId"] for each in group["Instances"] if each.get("ProtectedFromScaleIn")]


def _unprotect(aws: Aws, name: str, protected: list[str]) -> None:
    for start in range(0, len(protected), AT_ONCE):
        aws.call(
            "autoscaling",
            "set_instance_protection",
            AutoScalingGroupName=name,
            InstanceIds=protected[start : start + AT_ONCE],
            ProtectedFromScaleIn=False,
        )


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
        if error.absent:
            return False
        raise
    return any(each["Key"] == PROTECTION and each["Value"] == "true" for each in found["Attributes"])


def unprotect(aws: Aws, balancer: str) -> None:
    """Switch a load balancer's deletion protection off."""
    if is_protected(aws, balancer):
        off = {"Key": PROTECTION, "Value": "false"}
        aws.call("elbv2", "modify_load_balancer_attributes", LoadBalancerArn=balancer, Attributes=[off])
