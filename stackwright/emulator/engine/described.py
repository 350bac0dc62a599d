"""Changes as DescribeChangeSet tells them: causes, evaluation, scope, values.

Source: AWS CloudFormation API Reference, "ResourceChange", "ResourceChangeDetail" and
"ResourceTargetDefinition".
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from stackwright import schemas
from stackwright.emulator.engine.changes import Change, Plan
from stackwright.emulator.engine.evaluation import KNOWN_AFTER_APPLY
from stackwright.emulator.engine.replacement import NEVER, Difference, same
from stackwright.emulator.engine.stacks import STACK_TYPE, Resource
from stackwright.resolve.references import attribute_named, substitution, variables
from stackwright.resolve.symbols import Text, is_symbolic

Shape = dict[str, Any]
VALUES = ("BeforeContext", "AfterContext")
TARGET_VALUES = ("BeforeValue", "AfterValue")


def described(plan: Plan, change: Change, change_set_id: str | None = None) -> Shape:
    """Return one change in the API's shape; `change_set_id` is a nested stack's own."""
    shape: Shape = {
        "Action": change.action,
        "LogicalResourceId": change.logical_id,
        "ResourceType": change.resource.type,
        "Scope": [],
        "Details": [],
        **_context(change),
    }
    if change.before is not None:
        shape["PhysicalResourceId"] = change.before.physical_id
    if change.action == "Modify":
        details = list(_details(plan, change))
        shape["Replacement"] = change.replacement
        shape["Details"] = details
        shape["Scope"] = sorted({each["Target"]["Attribute"] for each in details})
    policy = _policy(change)
    if policy:
        shape["PolicyAction"] = policy
    if change_set_id:
        shape["ChangeSetId"] = change_set_id
    return {"Type": "Resource", "ResourceChange": shape}


def without_values(change: Shape) -> Shape:
    """Return a described change as it is without IncludePropertyValues."""
    inner = {key: item for key, item in change["ResourceChange"].items() if key not in VALUES}
    inner["Details"] = [
        {
            **detail,
            "Target": {
                key: item
                for key, item in detail.get("Target", {}).items()
                if key not in (*TARGET_VALUES, "Path", "AttributeChangeType")
            },
        }
        for detail in inner["Details"]
    ]
    return {**change, "ResourceChange": inner}


def displayed(value: Any) -> Any:
    """Return a value with what is unknown as CloudFormation shows it."""
    if isinstance(value, Text):
        return "".join(each if isinstance(each, str) else KNOWN_AFTER_APPLY for each in value.parts)
    if is_symbolic(value):
        return KNOWN_AFTER_APPLY
    if isinstance(value, dict):
        return {key: displayed(item) for key, item in value.items()}
    return [displayed(item) for item in value] if isinstance(value, list) else value


def _context(change: Change) -> Shape:
    shape = {}
    if change.before is not None:
        shape["BeforeContext"] = _document(change.before)
    if change.after is not None:
        shape["AfterContext"] = _document(change.after)
    return shape


def _document(resource: Resource) -> str:
    return json.dumps({"Properties": displayed(resource.properties)}, default=str)


def _policy(change: Change) -> str | None:
    if change.action == "Remove" and change.before is not None:
        policy = change.before.deletion_policy
        return "Retain" if policy.startswith("Retain") else policy
    if change.replacement == "True" and change.after is not None:
        kept = change.after.replace_policy
        return f"ReplaceAnd{'Retain' if kept.startswith('Retain') else kept}"
    return None


def _details(plan: Plan, change: Change) -> Iterator[Shape]:
    for difference in change.found:
        yield from _causes(plan, change, difference)
    for attribute in change.attributes:
        yield _detail({"Attribute": attribute, "RequiresRecreation": NEVER}, "Static")
    if change.resource.type == STACK_TYPE and not change.found:
        target = {"Attribute": "Properties", "RequiresRecreation": NEVER}
        yield {"Target": target, "Evaluation": "Dynamic", "ChangeSource": "Automatic"}


def _causes(plan: Plan, change: Change, difference: Difference) -> Iterator[Shape]:
    target = _target(change.resource.type, difference)
    old = _raw(plan.stack.revision.template, change.logical_id, difference.name)
    new = _raw(plan.revision.template, change.logical_id, difference.name)
    causes = list(dict.fromkeys(_references(plan, new)))
    if not same(old, new) or not causes:
        yield _detail(target, "Dynamic" if difference.dynamic else "Static")
    for source, entity in causes:
        parameter = source == "ParameterReference"
        known = parameter and not difference.dynamic
        yield {
            **_detail(target, "Static" if known else "Dynamic", source),
            "CausingEntity": entity,
        }


def _target(resource_type: str, difference: Difference) -> Shape:
    shape = schemas.schema(resource_type).tags
    tags = shape is not None and shape.name == difference.name
    target: Shape = {
        "Attribute": "Tags" if tags else "Properties",
        "RequiresRecreation": difference.recreation,
        "Path": f"/Properties/{difference.name}",
        "AttributeChangeType": difference.kind,
    }
    if not tags:
        target["Name"] = difference.name
    for name, value in zip(TARGET_VALUES, (difference.before, difference.after), strict=True):
        if value is not None:
            shown = displayed(value)
            target[name] = shown if isinstance(shown, str) else json.dumps(shown, default=str)
    return target


def _detail(target: Shape, evaluation: str, source: str = "DirectModification") -> Shape:
    return {"Target": target, "Evaluation": evaluation, "ChangeSource": source}


def _raw(template: Mapping[str, Any], logical_id: str, name: str) -> Any:
    resource = template.get("Resources", {}).get(logical_id) or {}
    return (resource.get("Properties") or {}).get(name)


def _references(plan: Plan, expression: Any) -> Iterator[tuple[str, str]]:
    """Yield what changed and is named in an expression: source and causing entity."""
    moved = {change.logical_id: change for change in plan.changes}
    for name, attribute in _named(expression):
        if name in plan.revision.parameters:
            if not same(plan.stack.revision.bound.get(name), plan.revision.bound.get(name)):
                yield "ParameterReference", name
        elif name in moved and attribute:
            yield "ResourceAttribute", f"{name}.{attribute}"
        elif name in moved and moved[name].action + moved[name].replacement != "ModifyFalse":
            yield "ResourceReference", name


def _named(expression: Any) -> Iterator[tuple[str, str]]:
    if isinstance(expression, list):
        for item in expression:
            yield from _named(item)
    elif isinstance(expression, dict):
        match expression:
            case {"Ref": str(name)}:
                yield name, ""
            case {"Fn::GetAtt": argument}:
                name, attribute = attribute_named(argument)
                yield name, str(attribute)
            case {"Fn::Sub": argument}:
                text, own = substitution(argument)
                for variable in variables(text):
                    name, _, attribute = variable.partition(".")
                    yield name, attribute
                yield from _named(own)
            case _:
                yield from _named(list(expression.values()))
