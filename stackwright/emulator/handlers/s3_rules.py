"""Bucket configurations whose CloudFormation form differs from the API's by more than a name."""

from __future__ import annotations

from typing import Any

from stackwright.emulator.handlers import Properties
from stackwright.emulator.handlers.shapes import boolean

_NONCURRENT = {"TransitionInDays": "NoncurrentDays"}
_MOVED = {"TransitionInDays": "Days", "TransitionDate": "Date"}


def _renamed(value: Properties, names: dict[str, str]) -> Properties:
    return {names.get(name, name): item for name, item in value.items()}


def encryption(value: Properties) -> Properties:
    """Return the API's encryption rules."""
    names = {
        "ServerSideEncryptionByDefault": "ApplyServerSideEncryptionByDefault",
    }
    rules = value["ServerSideEncryptionConfiguration"]
    return {"Rules": [_renamed(rule, names) for rule in rules]}


def lifecycle(value: Properties) -> Properties:
    """Return the API's lifecycle rules: one expiration, one filter, lists of transitions."""
    rest = {name: item for name, item in value.items() if name != "Rules"}
    return {**rest, "Rules": [_lifecycle_rule(rule) for rule in value["Rules"]]}


def _lifecycle_rule(rule: Properties) -> Properties:
    rule = dict(rule)
    result: Properties = {"Filter": _filter(rule)}
    expiration = {
        member: rule.pop(name)
        for name, member in (
            ("ExpirationInDays", "Days"),
            ("ExpirationDate", "Date"),
            ("ExpiredObjectDeleteMarker", "ExpiredObjectDeleteMarker"),
        )
        if name in rule
    }
    if expiration:
        result["Expiration"] = expiration
    if "NoncurrentVersionExpirationInDays" in rule:
        days = rule.pop("NoncurrentVersionExpirationInDays")
        result["NoncurrentVersionExpiration"] = {"NoncurrentDays": days}
    for one, many, names in (
        ("Transition", "Transitions", _MOVED),
        ("NoncurrentVersionTransition", "NoncurrentVersionTransitions", _NONCURRENT),
    ):
        moves = [*rule.pop(many, []), *([rule.pop(one)] if one in rule else [])]
        if moves:
            result[many] = [_renamed(move, names) for move in moves]
    return {**result, **_renamed(rule, {"Id": "ID"})}


def _filter(rule: Properties) -> Properties:
    """Take a rule's conditions out of it; several of them stand under And."""
    simple = ("Prefix", "ObjectSizeGreaterThan", "ObjectSizeLessThan")
    conditions = {name: rule.pop(name) for name in simple if name in rule}
    tags = rule.pop("TagFilters", [])
    if len(conditions) + len(tags) > 1:
        return {"And": {**conditions, **({"Tags": tags} if tags else {})}}
    return conditions or ({"Tag": tags[0]} if tags else {"Prefix": ""})


_TARGETS = {
    "LambdaConfigurations": ("LambdaFunctionConfigurations", "Function", "LambdaFunctionArn"),
    "QueueConfigurations": ("QueueConfigurations", "Queue", "QueueArn"),
    "TopicConfigurations": ("TopicConfigurations", "Topic", "TopicArn"),
}


def notification(value: Properties) -> Properties:
    """Return the API's notification configuration."""
    result: Properties = {}
    bridge = value.get("EventBridgeConfiguration", {"EventBridgeEnabled": False})
    if boolean(bridge.get("EventBridgeEnabled", True)):
        result["EventBridgeConfiguration"] = {}
    for name, (member, target, arn) in _TARGETS.items():
        if value.get(name):
            result[member] = [_notified(each, target, arn) for each in value[name]]
    return result


def _notified(each: Properties, target: str, arn: str) -> Properties:
    result: Properties = {arn: each[target], "Events": [each["Event"]]}
    if "Filter" in each:
        rules = each["Filter"]["S3Key"]["Rules"]
        result["Filter"] = {"Key": {"FilterRules": rules}}
    return result


def replication(value: Properties) -> Properties:
    """Return the API's replication rules."""
    return {**value, "Rules": [_replication_rule(rule) for rule in value["Rules"]]}


def _replication_rule(rule: Properties) -> Properties:
    result = _renamed(rule, {"Id": "ID"})
    if "Filter" in result:
        result["Filter"] = _replicated(result["Filter"])
    return result


def _replicated(value: Properties) -> Any:
    result = _renamed(value, {"TagFilter": "Tag"})
    if "And" in result:
        result["And"] = _renamed(result["And"], {"TagFilters": "Tags"})
    return result
