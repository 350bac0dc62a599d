"""What a request must satisfy before anything happens: limits, capabilities, parameters, states.

Every refusal speaks CloudFormation's words and names the page its figure or rule comes from.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from stackwright.emulator.engine.errors import AlreadyExists, Invalid, MissingCapability
from stackwright.emulator.engine.stacks import REVIEW, Output, Stack
from stackwright.resolve.functions import EXTENSIONS
from stackwright.wiring.text import BYTES_AS_TEXT

# AWS CloudFormation User Guide, "Understand CloudFormation quotas".
LIMITS = {"Resources": 500, "Parameters": 200, "Outputs": 200, "Mappings": 200}
NAME = re.compile(r"[a-zA-Z][-a-zA-Z0-9]{0,127}")

# AWS CloudFormation API Reference, "CreateStack", Capabilities: the types that need one, and the
# property that makes it CAPABILITY_NAMED_IAM.
IAM_NAMES: Mapping[str, str | None] = {
    "AWS::IAM::AccessKey": None,
    "AWS::IAM::Group": "GroupName",
    "AWS::IAM::InstanceProfile": "InstanceProfileName",
    "AWS::IAM::ManagedPolicy": "ManagedPolicyName",
    "AWS::IAM::Policy": None,
    "AWS::IAM::Role": "RoleName",
    "AWS::IAM::User": "UserName",
    "AWS::IAM::UserToGroupAddition": None,
}

# AWS CloudFormation User Guide, "Stack status codes": the states an update may start from.
UPDATABLE = frozenset(
    {
        "CREATE_COMPLETE",
        "CREATE_FAILED",
        "IMPORT_COMPLETE",
        "UPDATE_COMPLETE",
        "UPDATE_FAILED",
        "UPDATE_ROLLBACK_COMPLETE",
    }
)


def name_allowed(name: str) -> None:
    """Refuse a stack name that is none."""
    if not NAME.fullmatch(name):
        raise Invalid(
            f"1 validation error detected: Value '{name}' at 'stackName' failed to satisfy "
            "constraint: Member must satisfy regular expression pattern: [a-zA-Z][-a-zA-Z0-9]*"
        )


def body_allowed(body: str) -> None:
    """Refuse a template given as text that is too long."""
    if len(body.encode()) > BYTES_AS_TEXT:
        raise Invalid(
            "1 validation error detected: Value at 'templateBody' failed to satisfy constraint: "
            f"Member must have length less than or equal to {BYTES_AS_TEXT}"
        )


def template_allowed(template: Mapping[str, Any]) -> None:
    """Refuse a template without resources, with unknown sections or above the limits."""
    unknown = template.keys() - _SECTIONS
    if unknown:
        raise Invalid(f"Invalid template property or properties [{', '.join(sorted(unknown))}]")
    if template.get("Transform"):
        # LanguageExtensions is left to the evaluator, which has its functions; macros are programs.
        _refuse_macros(template["Transform"])
    if not template.get("Resources"):
        raise Invalid("Template format error: At least one Resources member must be defined.")
    for section, limit in LIMITS.items():
        count = len(template.get(section) or {})
        if count > limit:
            raise Invalid(
                f"Template format error: Number of {section.lower()}, {count}, is greater than maximum allowed, {limit}"
            )
    for logical_id, resource in template["Resources"].items():
        if not isinstance(resource, dict) or "Type" not in resource:
            raise Invalid(f"Template format error: [/Resources/{logical_id}] must have a Type")


def _refuse_macros(given: str | list[Any]) -> None:
    macros = [each for each in (given if isinstance(given, list) else [given]) if each != EXTENSIONS]
    if macros:
        raise Invalid(f"The local AWS runs no transforms: {macros[0]}")


def capabilities_needed(template: Mapping[str, Any]) -> list[str]:
    """Return the capabilities a template asks for, the strongest of each kind."""
    resources = [each for each in template.get("Resources", {}).values() if isinstance(each, dict)]
    iam = [each for each in resources if each.get("Type") in IAM_NAMES]
    named = [each for each in iam if IAM_NAMES[each["Type"]] in (each.get("Properties") or {})]
    needed = ["CAPABILITY_NAMED_IAM" if named else "CAPABILITY_IAM"] if iam else []
    return [*needed, *(["CAPABILITY_AUTO_EXPAND"] if template.get("Transform") else [])]


def capabilities_allowed(template: Mapping[str, Any], given: Iterable[str]) -> None:
    """Refuse a template whose capabilities were not acknowledged."""
    held = set(given)
    if "CAPABILITY_NAMED_IAM" in held:
        held.add("CAPABILITY_IAM")
    missing = [each for each in capabilities_needed(template) if each not in held]
    if missing:
        raise MissingCapability(f"Requires capabilities : [{', '.join(missing)}]")


def parameters_allowed(declared: Mapping[str, Any], given: Mapping[str, Any]) -> None:
    """Refuse parameters the template does not have, then those it has and nobody gave."""
    unknown = [name for name in given if name not in declared]
    if unknown:
        raise Invalid(f"Parameters: [{', '.join(unknown)}] do not exist in the template")
    missing = [name for name, each in declared.items() if name not in given and "Default" not in each]
    if missing:
        raise Invalid(f"Parameters: [{', '.join(missing)}] must have values")


def same_types(old: Mapping[str, Any], new: Mapping[str, Any]) -> None:
    """Refuse an update that gives a logical id another type."""
    before = old.get("Resources", {})
    changed = [
        logical_id
        for logical_id, each in new.get("Resources", {}).items()
        if logical_id in before and before[logical_id].get("Type") != each.get("Type")
    ]
    if changed:
        raise Invalid(
            "Update of resource type is not permitted. The new template modifies resource type of "
            f"the following resources: [{', '.join(changed)}]"
        )


def may_create(name: str, existing: Stack | None) -> None:
    """Refuse to create a stack whose name is taken."""
    if existing is not None:
        raise AlreadyExists(f"Stack [{name}] already exists")


def may_update(stack: Stack) -> None:
    """Refuse an update of a stack that is busy, failed for good or only under review."""
    if stack.status not in UPDATABLE:
        raise Invalid(f"Stack:{stack.id} is in {stack.status} state and can not be updated.")


def may_delete(stack: Stack) -> None:
    """Refuse to delete a protected stack, a nested one's protection being its root's."""
    if stack.root.termination_protection:
        raise Invalid(f"Stack [{stack.name}] cannot be deleted while TerminationProtection is enabled")
    if stack.in_progress and stack.status not in ("CREATE_IN_PROGRESS", "DELETE_IN_PROGRESS"):
        raise Invalid(f"Stack [{stack.id}] cannot be deleted while in status {stack.status}")


def may_retain(stack: Stack, retained: Iterable[str]) -> None:
    """Refuse RetainResources unless an earlier deletion failed."""
    if list(retained) and stack.status not in ("DELETE_FAILED", "ROLLBACK_FAILED"):
        raise Invalid(
            "Invalid operation on stack [" + stack.id + "]. RetainResources can only be specified "
            "for a stack in the DELETE_FAILED state"
        )


def exports_free(stack: Stack, importers: Mapping[str, Iterable[str]]) -> None:
    """Refuse to delete a stack whose exports others import; `importers` are names by export."""
    for output in stack.outputs.values():
        using = list(importers.get(output.export or "", ()))
        if using:
            raise Invalid(f"Export {output.export} cannot be deleted as it is in use by {', '.join(using)}")


def exports_kept(stack: Stack, outputs: Mapping[str, Output], importers: Mapping[str, Iterable[str]]) -> None:
    """Refuse an update that takes an export away, or changes it, that others import.

    Source: AWS CloudFormation User Guide, "Get exported outputs from a deployed CloudFormation stack".
    """
    new = {each.export: each.value for each in outputs.values() if each.export}
    old = {each.export: each.value for each in stack.outputs.values() if each.export}
    for export, value in old.items():
        using = ", ".join(importers.get(export, ()))
        if using and new.get(export) != value:
            verb = "updated" if export in new else "deleted"
            raise Invalid(f"Export {export} cannot be {verb} as it is in use by {using}")


def exports_new(stack: Stack, outputs: Mapping[str, Output], known: Mapping[str, tuple[Stack, Output]]) -> None:
    """Refuse an export whose name another stack of the account and region has (the same page)."""
    for output in outputs.values():
        owner, _ = known.get(output.export or "", (stack, None))
        if owner is not stack:
            raise Invalid(f"Export with name {output.export} is already exported by stack {owner.name}.")


def under_review(stack: Stack | None) -> bool:
    """Whether the stack is one that a change set made and nobody executed."""
    return stack is not None and stack.status == REVIEW


_SECTIONS = frozenset(
    {
        "AWSTemplateFormatVersion",
        "Conditions",
        "Description",
        "Hooks",
        "Mappings",
        "Metadata",
        "Outputs",
        "Parameters",
        "Resources",
        "Rules",
        "Transform",
    }
)
