"""Which capabilities a deployment of these templates must acknowledge."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

# "Acknowledging IAM resources in CloudFormation templates" in the CloudFormation User Guide
IAM_NAMES = {
    "AWS::IAM::Group": "GroupName",
    "AWS::IAM::InstanceProfile": "InstanceProfileName",
    "AWS::IAM::ManagedPolicy": "ManagedPolicyName",
    "AWS::IAM::Role": "RoleName",
    "AWS::IAM::User": "UserName",
}
IAM_OTHERS = {"AWS::IAM::AccessKey", "AWS::IAM::Policy", "AWS::IAM::UserToGroupAddition"}


def capabilities(templates: Iterable[Mapping[str, Any]]) -> tuple[str, ...]:
    """Return the capabilities that these templates need, nested ones included."""
    found: set[str] = set()
    for template in templates:
        found |= set(_capabilities(template))
    if "CAPABILITY_NAMED_IAM" in found:
        found.discard("CAPABILITY_IAM")
    return tuple(sorted(found))


def _capabilities(template: Mapping[str, Any]) -> Iterator[str]:
    if template.get("Transform"):
        yield "CAPABILITY_AUTO_EXPAND"
    for resource in template.get("Resources", {}).values():
        kind = resource.get("Type", "")
        if kind in IAM_NAMES and IAM_NAMES[kind] in resource.get("Properties", {}):
            yield "CAPABILITY_NAMED_IAM"
        elif kind in IAM_NAMES or kind in IAM_OTHERS:
            yield "CAPABILITY_IAM"
