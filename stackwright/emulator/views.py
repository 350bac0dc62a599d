"""Stacks, events, resources and change sets in the shapes of CloudFormation's API."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from stackwright.emulator.engine import admission
from stackwright.emulator.engine.described import without_values
from stackwright.emulator.engine.evaluation import KNOWN_AFTER_APPLY
from stackwright.emulator.engine.revisions import shown
from stackwright.emulator.engine.stacks import ChangeSet, Event, Output, Resource, Stack

Shape = dict[str, Any]


def stack(found: Stack) -> Shape:
    """Return DescribeStacks' `Stack`."""
    revision = found.revision
    return _given(
        StackId=found.id,
        StackName=found.name,
        ChangeSetId=found.change_set_id,
        Description=revision.template.get("Description"),
        Parameters=shown(revision, KNOWN_AFTER_APPLY),
        CreationTime=found.created,
        DeletionTime=found.deleted,
        LastUpdatedTime=found.updated,
        RollbackConfiguration={},
        StackStatus=found.status,
        StackStatusReason=found.reason,
        DisableRollback=found.disable_rollback,
        NotificationARNs=list(revision.notification_arns),
        TimeoutInMinutes=found.timeout,
        Capabilities=list(revision.capabilities),
        Outputs=[output(each) for each in found.outputs.values()],
        RoleARN=revision.role_arn,
        Tags=tags(revision.tags),
        EnableTerminationProtection=found.termination_protection,
        ParentId=found.parent.id if found.parent else None,
        RootId=found.root.id if found.parent else None,
        DriftInformation={"StackDriftStatus": "NOT_CHECKED"},
    )


def summary(found: Stack) -> Shape:
    """Return ListStacks' `StackSummary`."""
    kept = (
        "StackId",
        "StackName",
        "CreationTime",
        "LastUpdatedTime",
        "DeletionTime",
        "StackStatus",
        "StackStatusReason",
        "ParentId",
        "RootId",
        "DriftInformation",
    )
    shape = stack(found)
    template = found.revision.template
    return {
        **{key: shape[key] for key in kept if key in shape},
        **_given(TemplateDescription=template.get("Description")),
    }


def output(found: Output) -> Shape:
    """Return one output."""
    return _given(
        OutputKey=found.key,
        OutputValue=found.value,
        Description=found.description,
        ExportName=found.export,
    )


def event(found: Event) -> Shape:
    """Return DescribeStackEvents' `StackEvent`."""
    return _given(
        StackId=found.stack_id,
        EventId=found.id,
        StackName=found.stack_name,
        LogicalResourceId=found.logical_id,
        PhysicalResourceId=found.physical_id,
        ResourceType=found.type,
        Timestamp=found.time,
        ResourceStatus=found.status,
        ResourceStatusReason=found.reason,
        ResourceProperties=found.properties,
    )


def resource(holder: Stack, found: Resource) -> Shape:
    """Return DescribeStackResources' `StackResource`."""
    return _given(
        StackId=holder.id,
        StackName=holder.name,
        LogicalResourceId=found.logical_id,
        PhysicalResourceId=found.physical_id,
        ResourceType=found.type,
        Timestamp=found.updated,
        ResourceStatus=found.status,
        ResourceStatusReason=found.reason,
        DriftInformation={"StackResourceDriftStatus": "NOT_CHECKED"},
    )


def resource_detail(holder: Stack, found: Resource) -> Shape:
    """Return DescribeStackResource's `StackResourceDetail`."""
    shape = resource(holder, found)
    shape["LastUpdatedTimestamp"] = shape.pop("Timestamp")
    metadata = None if found.metadata is None else json.dumps(found.metadata)
    return {**shape, **_given(Metadata=metadata)}


def change_set(found: ChangeSet, *, values: bool) -> Shape:
    """Return DescribeChangeSet's answer; `values` is IncludePropertyValues."""
    revision = found.revision
    return {
        **change_set_summary(found),
        **_given(
            Parameters=shown(revision, KNOWN_AFTER_APPLY),
            NotificationARNs=list(revision.notification_arns),
            RollbackConfiguration={},
            Capabilities=list(revision.capabilities),
            Tags=tags(revision.tags),
            Changes=[each if values else without_values(each) for each in found.changes],
            OnStackFailure=found.on_failure,
        ),
    }


def change_set_summary(found: ChangeSet) -> Shape:
    """Return ListChangeSets' `ChangeSetSummary`."""
    return _given(
        StackId=found.stack.id,
        StackName=found.stack.name,
        ChangeSetId=found.id,
        ChangeSetName=found.name,
        ExecutionStatus=found.execution,
        Status=found.status,
        StatusReason=found.reason,
        CreationTime=found.created,
        Description=found.description,
        IncludeNestedStacks=found.nested,
        ParentChangeSetId=found.parent.id if found.parent else None,
        RootChangeSetId=found.root.id if found.parent else None,
    )


def template_summary(template: Mapping[str, Any]) -> Shape:
    """Return GetTemplateSummary's answer for a template."""
    resources = template.get("Resources", {}).values()
    needed = admission.capabilities_needed(template)
    transforms = template.get("Transform", [])
    return _given(
        Parameters=[_declaration(key, each) for key, each in declared(template).items()],
        Description=template.get("Description"),
        Capabilities=needed,
        CapabilitiesReason=_why(template) if needed else None,
        ResourceTypes=sorted({each["Type"] for each in resources}),
        Version=template.get("AWSTemplateFormatVersion"),
        Metadata=json.dumps(template["Metadata"]) if "Metadata" in template else None,
        DeclaredTransforms=[transforms] if isinstance(transforms, str) else transforms,
    )


def validated(template: Mapping[str, Any]) -> Shape:
    """Return ValidateTemplate's answer for a template."""
    shape = template_summary(template)
    parameters = [{key: item for key, item in each.items() if key in _VALIDATED} for each in shape["Parameters"]]
    kept = ("Description", "Capabilities", "CapabilitiesReason", "DeclaredTransforms")
    return {"Parameters": parameters, **{key: shape[key] for key in kept if key in shape}}


def declared(template: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the template's parameter declarations."""
    return template.get("Parameters") or {}


def tags(found: Mapping[str, str]) -> list[Shape]:
    """Return tags as pairs."""
    return [{"Key": key, "Value": value} for key, value in found.items()]


def _declaration(key: str, parameter: Mapping[str, Any]) -> Shape:
    default = parameter.get("Default")
    return _given(
        ParameterKey=key,
        DefaultValue=None if default is None else str(default),
        ParameterType=parameter.get("Type"),
        NoEcho=str(parameter.get("NoEcho", "")).lower() == "true",
        Description=parameter.get("Description"),
        ParameterConstraints={"AllowedValues": list(map(str, parameter.get("AllowedValues", [])))},
    )


def _why(template: Mapping[str, Any]) -> str:
    kinds = {each["Type"] for each in template["Resources"].values()} & admission.IAM_NAMES.keys()
    return f"The following resource(s) require capabilities: [{', '.join(sorted(kinds))}]"


def _given(**members: Any) -> Shape:
    return {key: item for key, item in members.items() if item is not None}


_VALIDATED = ("ParameterKey", "DefaultValue", "NoEcho", "Description")
