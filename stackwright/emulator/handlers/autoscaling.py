"""EC2 Auto Scaling: groups, their hooks, policies and schedules."""

from __future__ import annotations

import time
from typing import Any

from stackwright.emulator.handlers import Context, Handler, Properties
from stackwright.emulator.handlers.mapped import Mapped, Name, Step, handlers
from stackwright.emulator.handlers.shapes import PropertyError, boolean, call, gone_is_fine, taken_back

# Seconds. Time enough for who follows the deletion to release the instances, short enough to wait for in a rehearsal.
PATIENCE = 10.0
BETWEEN_LOOKS = 0.1

_NAMES = {"Cooldown": "DefaultCooldown"}
_ATTACHED = {
    "TargetGroupARNs": "load_balancer_target_groups",
    "LoadBalancerNames": "load_balancers",
    "TrafficSources": "traffic_sources",
}
_BESIDE = (
    "LifecycleHookSpecificationList",
    "MetricsCollection",
    "NotificationConfiguration",
    "NotificationConfigurations",
    "Tags",
)


def _tags(group: str, properties: Properties) -> dict[str, Properties]:
    """Return the group's tags by key. Stack tags come without PropagateAtLaunch: they do."""
    return {
        tag["Key"]: {
            "PropagateAtLaunch": boolean(tag.get("PropagateAtLaunch", True)),
            "Key": tag["Key"],
            "Value": tag["Value"],
            "ResourceId": group,
            "ResourceType": "auto-scaling-group",
        }
        for tag in properties.get("Tags", [])
    }


def _group(properties: Properties) -> Properties:
    """Return what the group's own calls take: subnets as one string, nothing set beside them."""
    taken = {name: value for name, value in properties.items() if name not in _BESIDE}
    subnets = taken.get("VPCZoneIdentifier")
    if isinstance(subnets, list):
        taken["VPCZoneIdentifier"] = ",".join(subnets)
    return taken


def _create(context: Context, properties: Properties) -> str:
    group: str = properties.get("AutoScalingGroupName", context.generated_name(255))
    members = {**_group(properties), "AutoScalingGroupName": group}
    tags = list(_tags(group, properties).values())
    autoscaling = context.client("autoscaling")
    call(autoscaling, "create_auto_scaling_group", {**members, "Tags": tags}, _NAMES)
    with taken_back(lambda: _delete(context, group, properties)):
        _set_beside(context, group, properties, {})
    return group


def _update(context: Context, group: str, new: Properties, old: Properties) -> None:
    autoscaling = context.client("autoscaling")
    now, before = _group(new), _group(old)
    for attached in _ATTACHED:
        now.pop(attached, None)
        before.pop(attached, None)
    if now != before:
        members = {**now, "AutoScalingGroupName": group}
        call(autoscaling, "update_auto_scaling_group", members, _NAMES)
    for attached in _ATTACHED:
        _reattach(autoscaling, group, attached, new, old)
    _retag(autoscaling, group, new, old)
    _set_beside(context, group, new, old)


def _reattach(client: Any, group: str, name: str, new: Properties, old: Properties) -> None:
    now, before = new.get(name, []), old.get(name, [])
    added = [each for each in now if each not in before]
    gone = [each for each in before if each not in now]
    for verb, changed in (("attach", added), ("detach", gone)):
        if changed:
            members = {"AutoScalingGroupName": group, name: changed}
            call(client, f"{verb}_{_ATTACHED[name]}", members)


def _retag(client: Any, group: str, new: Properties, old: Properties) -> None:
    now, before = _tags(group, new), _tags(group, old)
    gone = [tag for key, tag in before.items() if key not in now]
    fresh = [tag for key, tag in now.items() if before.get(key) != tag]
    if gone:
        client.delete_tags(Tags=gone)
    if fresh:
        client.create_or_update_tags(Tags=fresh)


def _set_beside(context: Context, group: str, new: Properties, old: Properties) -> None:
    """Set what has calls of its own: lifecycle hooks, metrics, notifications."""
    client, named = context.client("autoscaling"), {"AutoScalingGroupName": group}
    for hook in _fresh("LifecycleHookSpecificationList", new, old):
        call(client, "put_lifecycle_hook", {**named, **hook})
    for metrics in _fresh("MetricsCollection", new, old):
        call(client, "enable_metrics_collection", {**named, **metrics})
    for notification in _fresh("NotificationConfigurations", new, old):
        members = {**named, **notification}
        topic = members.pop("TopicARN")
        for one in [topic] if isinstance(topic, str) else topic:
            call(client, "put_notification_configuration", {**members, "TopicARN": one})


def _fresh(name: str, new: Properties, old: Properties) -> list[Properties]:
    return [each for each in new.get(name, []) if each not in old.get(name, [])]


def _delete(context: Context, group: str, old: Properties) -> None:
    """Scale to zero, then delete ("Delete your Auto Scaling infrastructure"), never by force.

    CloudFormation waits for the instances to end: about an hour, here `PATIENCE`.
    """
    client = context.client("autoscaling")
    found = _found(context, group)
    if found is None:
        return
    client.update_auto_scaling_group(AutoScalingGroupName=group, MinSize=0, MaxSize=0, DesiredCapacity=0)
    deadline = time.monotonic() + PATIENCE
    while left := (_found(context, group) or {}).get("Instances", []):
        if time.monotonic() > deadline:
            size = f"{{current/minSize/maxSize}} group size = {{{len(left)}/0/0}}"
            raise PropertyError(f"Group did not stabilize. {size}. {_ALL_PROTECTED}")
        time.sleep(BETWEEN_LOOKS)
    gone_is_fine(client.delete_auto_scaling_group, AutoScalingGroupName=group)


# As the group's scaling activity says it.
_ALL_PROTECTED = "Could not scale to desired capacity because all remaining instances are protected from scale-in."


def _found(context: Context, group: str) -> Properties | None:
    named = {"AutoScalingGroupNames": [group]}
    groups = context.client("autoscaling").describe_auto_scaling_groups(**named)["AutoScalingGroups"]
    return groups[0] if groups else None


def _attributes(context: Context, group: str, properties: Properties) -> Properties:
    found = _found(context, group)
    return {"AutoScalingGroupARN": found["AutoScalingGroupARN"]} if found else {}


_HOOK_MEMBERS = (
    "DefaultResult",
    "HeartbeatTimeout",
    "LifecycleTransition",
    "NotificationMetadata",
    "NotificationTargetARN",
    "RoleARN",
)
_HOOK = Mapped(
    service="autoscaling",
    create="put_lifecycle_hook",
    identity="=LifecycleHookName",
    key="LifecycleHookName",
    delete="delete_lifecycle_hook",
    name=Name("LifecycleHookName", 255),
    scope=("AutoScalingGroupName",),
    steps=(Step("put_lifecycle_hook", _HOOK_MEMBERS, at_creation=False),),
)


def _policy_name(arn: str) -> str:
    return arn.rpartition("policyName/")[2]


def _create_policy(context: Context, properties: Properties) -> str:
    members = {"PolicyName": context.generated_name(255), **properties}
    return str(call(context.client("autoscaling"), "put_scaling_policy", members)["PolicyARN"])


def _update_policy(context: Context, arn: str, new: Properties, old: Properties) -> None:
    members = {**new, "PolicyName": _policy_name(arn)}
    call(context.client("autoscaling"), "put_scaling_policy", members)


def _delete_policy(context: Context, arn: str, old: Properties) -> None:
    group = old["AutoScalingGroupName"]
    named = {"AutoScalingGroupName": group, "PolicyName": _policy_name(arn)}
    gone_is_fine(context.client("autoscaling").delete_policy, **named)


_SCHEDULED_MEMBERS = (
    "DesiredCapacity",
    "EndTime",
    "MaxSize",
    "MinSize",
    "Recurrence",
    "StartTime",
    "TimeZone",
)
_SCHEDULED_ACTION = Mapped(
    service="autoscaling",
    create="put_scheduled_update_group_action",
    identity="=ScheduledActionName",
    key="ScheduledActionName",
    delete="delete_scheduled_action",
    name=Name("ScheduledActionName", 255),
    scope=("AutoScalingGroupName",),
    steps=(Step("put_scheduled_update_group_action", _SCHEDULED_MEMBERS, at_creation=False),),
    attributes={"ScheduledActionName": "="},
)

HANDLERS = handlers(
    {
        "AWS::AutoScaling::AutoScalingGroup": Handler(
            create=_create, delete=_delete, update=_update, attributes=_attributes
        ),
        "AWS::AutoScaling::LifecycleHook": _HOOK,
        "AWS::AutoScaling::ScalingPolicy": Handler(
            create=_create_policy,
            delete=_delete_policy,
            update=_update_policy,
            attributes=lambda _, arn, __: {"Arn": arn, "PolicyName": _policy_name(arn)},
        ),
        "AWS::AutoScaling::ScheduledAction": _SCHEDULED_ACTION,
    }
)
