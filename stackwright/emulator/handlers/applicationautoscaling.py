"""Application Auto Scaling: scalable targets, their schedules, and scaling policies."""

from __future__ import annotations

from typing import Any

from stackwright.emulator.handlers import Context, Handler, Properties
from stackwright.emulator.handlers.mapped import put_again
from stackwright.emulator.handlers.shapes import call, gone_is_fine
from stackwright.emulator.handlers.tags import Tagging, retag

_SERVICE = "application-autoscaling"
_TAGS = Tagging(key="ResourceARN", tags="Tags", keys="TagKeys")
_NAMING = ("ServiceNamespace", "ResourceId", "ScalableDimension")


def _naming(properties: Properties) -> dict[str, str]:
    """Return the three members that name a target: given, or from a ScalingTargetId."""
    if "ScalingTargetId" in properties:
        resource, dimension, namespace = properties["ScalingTargetId"].split("|")
        return {
            "ServiceNamespace": namespace,
            "ResourceId": resource,
            "ScalableDimension": dimension,
        }
    return {name: properties[name] for name in _NAMING}


def _register(context: Context, properties: Properties) -> str:
    members = {name: value for name, value in properties.items() if name != "ScheduledActions"}
    client = context.client(_SERVICE)
    call(client, "register_scalable_target", members)
    _schedule(client, properties, {})
    return "|".join(properties[name] for name in ("ResourceId", "ScalableDimension", _NAMING[0]))


def _schedule(client: Any, new: Properties, old: Properties) -> None:
    naming = _naming(new or old)
    now = new.get("ScheduledActions", [])
    names = {action["ScheduledActionName"] for action in now}
    for action in old.get("ScheduledActions", []):
        name = action["ScheduledActionName"]
        if name not in names:
            gone = {**naming, "ScheduledActionName": name}
            gone_is_fine(client.delete_scheduled_action, **gone)
    for action in now:
        if action not in old.get("ScheduledActions", []):
            call(client, "put_scheduled_action", {**naming, **action})


def _update_target(context: Context, _: str, new: Properties, old: Properties) -> None:
    client = context.client(_SERVICE)
    beside = ("ScheduledActions", "Tags")
    members = {name: value for name, value in new.items() if name not in beside}
    arn = call(client, "register_scalable_target", members)["ScalableTargetARN"]
    _schedule(client, new, old)
    retag(client, _TAGS, arn, new.get("Tags"), old.get("Tags"))


def _deregister(context: Context, _: str, old: Properties) -> None:
    client = context.client(_SERVICE)
    _schedule(client, {}, old)
    gone_is_fine(client.deregister_scalable_target, **_naming(old))


def _put_policy(context: Context, properties: Properties) -> str:
    members = {name: value for name, value in properties.items() if name != "ScalingTargetId"}
    members.update(_naming(properties))
    return str(call(context.client(_SERVICE), "put_scaling_policy", members)["PolicyARN"])


def _delete_policy(context: Context, _: str, old: Properties) -> None:
    named = {**_naming(old), "PolicyName": old["PolicyName"]}
    gone_is_fine(context.client(_SERVICE).delete_scaling_policy, **named)


HANDLERS = {
    "AWS::ApplicationAutoScaling::ScalableTarget": Handler(
        create=_register,
        delete=_deregister,
        update=_update_target,
        attributes=lambda _, physical_id, __: {"Id": physical_id},
    ),
    "AWS::ApplicationAutoScaling::ScalingPolicy": Handler(
        create=_put_policy,
        delete=_delete_policy,
        update=put_again(_put_policy),
        attributes=lambda _, arn, __: {"Arn": arn},
    ),
}
