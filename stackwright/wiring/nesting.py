"""The nested files, and the resource of the root that each stack becomes."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from stackwright.wiring.feeds import Allotted, Asked, Feed, Gift
from stackwright.wiring.sources import Source, Stack
from stackwright.wiring.text import ordered
from stackwright.wiring.types import is_list, is_ssm_value, plain

_CONSTRAINTS = frozenset(
    ["AllowedPattern", "AllowedValues", "MinLength", "MaxLength", "MinValue", "MaxValue", "ConstraintDescription"]
)


def nested_file(source: Source, fed: Iterable[dict[str, Feed]]) -> dict[str, Any]:
    """Return the one template that all stacks of a source are made of, its rules gone to the root."""
    wired = {name for feeds in fed for name, feed in feeds.items() if isinstance(feed, Gift)}
    parameters = {
        name: _declaration(declared, wired=name in wired)
        for name, declared in source.parameters.items()
        if name in source.used
    }
    body = {name: part for name, part in source.body.items() if name != "Rules"}
    return ordered(body | {"Parameters": parameters})


def stack_resource(stack: Stack, feeds: dict[str, Feed]) -> dict[str, Any]:
    """Return the AWS::CloudFormation::Stack resource of one stack.

    It is deleted with the root and with its place in it: what must outlive a stack says so itself, inside.
    A retained nested stack would stay behind as a stack without a root, that nobody updates again.
    """
    source = stack.source
    values = {name: _value(name, source, feeds[name]) for name in feeds if name in source.used}
    properties = {
        "TemplateURL": source.file,
        "Parameters": values or None,
        "TimeoutInMinutes": source.timeout_minutes,
    }
    condition = {} if source.only_if is None else {"Condition": condition_name(stack)}
    return condition | {
        "Type": "AWS::CloudFormation::Stack",
        "DeletionPolicy": "Delete",
        "UpdateReplacePolicy": "Delete",
        "Properties": {key: value for key, value in properties.items() if value is not None},
    }


def condition_name(stack: Stack) -> str:
    """Return what the root calls the condition on which an optional stack is there."""
    return f"Has{stack.logical_id}"


def output_of(gift: Gift) -> dict[str, Any]:
    """Return the expression by which the root reads an output."""
    return {"Fn::GetAtt": [gift.stack.logical_id, f"Outputs.{gift.output}"]}


def _value(name: str, source: Source, feed: Feed) -> Any:
    if isinstance(feed, Gift):
        return output_of(feed)
    if isinstance(feed, Allotted):
        return feed.value
    return _entered(feed, source.parameters[name]["Type"])


def _entered(feed: Asked, kind: str) -> dict[str, Any]:
    # Parameters of nested stacks are strings: a list has to be joined on its way down.
    reference = {"Ref": feed.name}
    return {"Fn::Join": [",", reference]} if is_list(kind) else reference


def _declaration(declared: dict[str, Any], *, wired: bool) -> dict[str, Any]:
    if is_ssm_value(declared["Type"]):
        # Default and constraints are about the SSM parameter's name; what arrives here is its value.
        kept = {key: declared[key] for key in ("Description", "NoEcho") if key in declared}
        return {"Type": plain(declared["Type"])} | kept
    if wired:
        # A nested change set checks constraints against the placeholder of a value not known yet.
        return {key: value for key, value in declared.items() if key not in _CONSTRAINTS}
    return declared
