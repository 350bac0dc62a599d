"""CloudFormation's own: stack sets, with the stacks that they are to have."""

from __future__ import annotations

from typing import Any

from stackwright.emulator.handlers import Context, Handler, Properties
from stackwright.emulator.handlers.shapes import PropertyError, call, gone_is_fine, taken_back

_OF_THE_INSTANCES = ("StackInstancesGroup", "OperationPreferences")
_FIXED = ("StackSetName", "PermissionModel")
_Places = dict[tuple[str, str], list[dict[str, str]]]


def _create(context: Context, properties: Properties) -> str:
    client = context.client("cloudformation")
    own = {key: value for key, value in properties.items() if key not in _OF_THE_INSTANCES}
    stack_set: str = call(client, "create_stack_set", own)["StackSetId"]
    with taken_back(lambda: _delete(context, stack_set, properties)):
        for group in properties.get("StackInstancesGroup", []):
            _instances(client, "create_stack_instances", stack_set, group, properties)
    return stack_set


def _update(context: Context, stack_set: str, new: Properties, old: Properties) -> None:
    """Change the set and all its stacks, then add and take away what groups add and take away."""
    client = context.client("cloudformation")
    now, before = _places(new), _places(old)
    gone = [_group(place) for place in before if place not in now]
    for group in gone:
        _instances(client, "delete_stack_instances", stack_set, group, new, {"RetainStacks": False})
    own = {key: value for key, value in new.items() if key not in _OF_THE_INSTANCES}
    if own != {key: value for key, value in old.items() if key not in _OF_THE_INSTANCES}:
        changed = {key: value for key, value in own.items() if key not in _FIXED}
        members = {"StackSetName": stack_set, **changed, **_preferences(new)}
        _wait(client, stack_set, call(client, "update_stack_set", members)["OperationId"])
    for place, overrides in now.items():
        if before.get(place) != overrides:
            operation = "update_stack_instances" if place in before else "create_stack_instances"
            _instances(client, operation, stack_set, {**_group(place), "ParameterOverrides": overrides}, new)


def _delete(context: Context, stack_set: str, old: Properties) -> None:
    client = context.client("cloudformation")
    there = gone_is_fine(client.list_stack_instances, StackSetName=stack_set)
    if there is None:
        return
    for each in there["Summaries"]:
        group = _group((each["Account"], each["Region"]))
        _instances(client, "delete_stack_instances", stack_set, group, old, {"RetainStacks": False})
    gone_is_fine(client.delete_stack_set, StackSetName=stack_set)


def _instances(
    client: Any,
    operation: str,
    stack_set: str,
    group: Properties,
    properties: Properties,
    more: Properties | None = None,
) -> None:
    targets = group["DeploymentTargets"]
    overrides = {"ParameterOverrides": group["ParameterOverrides"]} if group.get("ParameterOverrides") else {}
    where = {"Accounts": targets["Accounts"], "Regions": group["Regions"]}
    members = {"StackSetName": stack_set, **where, **overrides, **_preferences(properties), **(more or {})}
    _wait(client, stack_set, call(client, operation, members)["OperationId"])


def _preferences(properties: Properties) -> Properties:
    given = properties.get("OperationPreferences")
    return {"OperationPreferences": given} if given else {}


def _wait(client: Any, stack_set: str, operation: str) -> None:
    """Wait for the end of an operation. Raises PropertyError with the first failure of one that did not succeed."""
    named = {"StackSetName": stack_set, "OperationId": operation}
    status = "RUNNING"
    while status in ("RUNNING", "STOPPING", "QUEUED"):
        status = client.describe_stack_set_operation(**named)["StackSetOperation"]["Status"]
    if status == "SUCCEEDED":
        return
    results = client.list_stack_set_operation_results(**named)["Summaries"]
    failed: dict[str, Any] = next((each for each in results if each["Status"] == "FAILED"), {})
    where = f"{failed.get('Account')} {failed.get('Region')}: {failed.get('StatusReason')}"
    raise PropertyError(f"Stack Set operation [{operation}] was unexpectedly {status.lower()}: {where}")


def _places(properties: Properties) -> _Places:
    return {
        (account, region): group.get("ParameterOverrides", [])
        for group in properties.get("StackInstancesGroup", [])
        for account in group["DeploymentTargets"]["Accounts"]
        for region in group["Regions"]
    }


def _group(place: tuple[str, str]) -> Properties:
    return {"DeploymentTargets": {"Accounts": [place[0]]}, "Regions": [place[1]]}


HANDLERS = {
    "AWS::CloudFormation::StackSet": Handler(
        create=_create,
        delete=_delete,
        update=_update,
        attributes=lambda _, stack_set, __: {"StackSetId": stack_set},
    )
}
