"""Custom names: what has one cannot be replaced under it, and two resources cannot share one.

Sources: AWS CloudFormation User Guide, "Name type" (an update that replaces a custom-named resource is not possible);
AWS re:Post, "How do I resolve the CloudFormation error Cannot update a stack when a custom-named resource requires
replacing?". The words for a name that is taken are those of stack events: of a stack's own resource since the first
types, of a resource outside any stack since types have handlers in the registry.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterable

from botocore.exceptions import ClientError

from stackwright import schemas
from stackwright.emulator.engine.errors import Invalid
from stackwright.emulator.engine.stacks import Properties, Stack

_REPLACED = (
    "CloudFormation cannot update a stack when a custom-named resource requires replacing. "
    "Rename {} and update the stack again."
)
_TAKEN = re.compile(r"AlreadyExists|AlreadyOwnedByYou|^Duplicate|InvalidGroup\.Duplicate")
# Names that several may have: domains', and those that are one's own only under what the resource belongs to.
_SHARED_NAMES = (
    "AWS::ApplicationAutoScaling::ScalingPolicy",
    "AWS::AutoScaling::LifecycleHook",
    "AWS::IAM::RolePolicy",
    "AWS::Route53::",
)


def name_property(resource_type: str) -> str | None:
    """Return the property that gives resources of a type their custom name: `Name`, or a role's `RoleName`.

    A name that can be changed in place is none in this sense.
    """
    if resource_type.startswith(_SHARED_NAMES):
        return None
    kind = resource_type.rpartition("::")[2]
    fixed = [path[0] for path in schemas.schema(resource_type).create_only if len(path) == 1]
    names = (each for each in fixed if each.endswith("Name") and kind.endswith(each.removesuffix("Name")))
    return next(names, None)


def custom_name(resource_type: str, properties: Properties) -> str | None:
    """Return the custom name that the properties give, None where AWS makes one."""
    name = name_property(resource_type)
    return str(properties[name]) if name and properties.get(name) else None


def may_replace(resource_type: str, old: Properties, new: Properties) -> None:
    """Refuse to replace a resource under the custom name that it has."""
    name = custom_name(resource_type, new)
    if name and name == custom_name(resource_type, old):
        raise Invalid(_REPLACED.format(name))


def may_name(resource_type: str, properties: Properties, stacks: Iterable[Stack]) -> None:
    """Refuse a custom name that is the physical id of another stack's resource."""
    name = custom_name(resource_type, properties)
    for stack in stacks if name else ():
        for each in stack.resources.values():
            if each.live and (each.type, each.physical_id) == (resource_type, name):
                raise Invalid(f"{name} already exists in stack {stack.id}")


def taken(resource_type: str, properties: Properties, error: Exception) -> str | None:
    """Return how an event says that a service has the name already; None for any other error."""
    name = custom_name(resource_type, properties)
    code = error.response.get("Error", {}).get("Code", "") if isinstance(error, ClientError) else ""
    if not name or not _TAKEN.search(code):
        return None
    told = f"Resource of type '{resource_type}' with identifier '{name}' already exists."
    return (
        f'Resource handler returned message: "{told}" (RequestToken: {uuid.uuid4()}, HandlerErrorCode: AlreadyExists)'
    )
