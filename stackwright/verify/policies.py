"""Statements of policies: who may do what on what, and when; of roles, of their trust, and of resources.

An element that is one value or a list of them is always a list here. Values may be unknown, and whoever asks has
nothing to say of those.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from stackwright.resolve.graph import Resource
from stackwright.resolve.symbols import Value
from stackwright.verify.deployment import Deployment, documents, listed

ROLE = "AWS::IAM::Role"
TRUST = "AssumeRolePolicyDocument"
IDENTITIES = (
    ROLE,
    "AWS::IAM::Policy",
    "AWS::IAM::ManagedPolicy",
    "AWS::IAM::RolePolicy",
    "AWS::IAM::User",
    "AWS::IAM::UserPolicy",
    "AWS::IAM::Group",
    "AWS::IAM::GroupPolicy",
    "AWS::SSO::PermissionSet",
)
# Types that hold the policy of a resource, and the property it is in.
RESOURCE_POLICIES: Mapping[str, str] = {
    "AWS::S3::BucketPolicy": "PolicyDocument",
    "AWS::SQS::QueuePolicy": "PolicyDocument",
    "AWS::SQS::QueueInlinePolicy": "PolicyDocument",
    "AWS::SNS::TopicPolicy": "PolicyDocument",
    "AWS::SNS::TopicInlinePolicy": "PolicyDocument",
    "AWS::KMS::Key": "KeyPolicy",
    "AWS::ECR::Repository": "RepositoryPolicyText",
    "AWS::EC2::VPCEndpoint": "PolicyDocument",
    "AWS::SecretsManager::ResourcePolicy": "ResourcePolicy",
    "AWS::EFS::FileSystem": "FileSystemPolicy",
    "AWS::Events::EventBusPolicy": "Statement",
    "AWS::Logs::ResourcePolicy": "PolicyDocument",
    "AWS::OpenSearchService::Domain": "AccessPolicies",
    "AWS::ApiGateway::RestApi": "Policy",
}
# Operators by which a condition names what is meant; their opposites name only what is not.
_POSITIVE = ("StringEquals", "StringLike", "ArnEquals", "ArnLike", "StringEqualsIgnoreCase", "IpAddress")


@dataclass(frozen=True)
class Condition:
    """One condition: its operator without ForAnyValue, ForAllValues and IfExists, its key in lower case, its values."""

    operator: str
    key: str
    values: tuple[Value, ...]
    sure: bool

    @property
    def limits(self) -> bool:
        """Whether it names what is meant, holds only where the key is there, and takes not just anything."""
        return self.sure and self.operator in _POSITIVE and "*" not in self.values


@dataclass(frozen=True)
class Statement:
    """One statement, and where it stands: the resource, and the way to it through its properties."""

    resource: Resource
    path: str
    content: Mapping[str, Any]

    @property
    def allows(self) -> bool:
        """Whether it allows something rather than deny it."""
        return self.content.get("Effect") == "Allow"

    @property
    def actions(self) -> list[Value]:
        """The actions it names."""
        return listed(self.content.get("Action"))

    @property
    def resources(self) -> list[Value]:
        """The resources it names."""
        return listed(self.content.get("Resource"))

    @property
    def conditions(self) -> list[Condition]:
        """The conditions that all have to hold."""
        given = self.content.get("Condition")
        pairs = given.items() if isinstance(given, Mapping) else ()
        return [each for operator, keys in pairs for each in _conditions(str(operator), keys)]

    def principals(self, kind: str) -> list[Value]:
        """Return the principals of a kind (AWS, Service, Federated); `*` alone is one of AWS."""
        given = self.content.get("Principal")
        if given == "*":
            return ["*"] if kind == "AWS" else []
        return listed(given.get(kind)) if isinstance(given, Mapping) else []


def _conditions(operator: str, keys: Any) -> Iterator[Condition]:
    name = operator.rpartition(":")[2]
    # Without the key, both of these hold.
    sure = not name.endswith("IfExists") and not operator.startswith("ForAllValues:")
    for key, values in keys.items() if isinstance(keys, Mapping) else ():
        yield Condition(name.removesuffix("IfExists"), str(key).lower(), tuple(listed(values)), sure)


def permissions(deployment: Deployment) -> Iterator[Statement]:
    """Yield every statement of the policies that roles, users and groups have."""
    for resource in deployment.of(*IDENTITIES):
        properties = {name: value for name, value in resource.properties.items() if name != TRUST}
        yield from _statements(resource, properties)


def trusts(deployment: Deployment) -> Iterator[Statement]:
    """Yield every statement of who may assume a role."""
    for role in deployment.of(ROLE):
        yield from _statements(role, {TRUST: role.properties.get(TRUST)})


def of_resources(deployment: Deployment) -> Iterator[Statement]:
    """Yield every statement of policies that resources have themselves."""
    for resource in deployment.of(*RESOURCE_POLICIES):
        name = RESOURCE_POLICIES[resource.type]
        yield from _statements(resource, {name: resource.properties.get(name)})


def _statements(resource: Resource, properties: Mapping[str, Value]) -> Iterator[Statement]:
    for path, document in documents(properties):
        for index, each in enumerate(listed(document.get("Statement"))):
            if isinstance(each, Mapping):
                yield Statement(resource, f"{path}.Statement.{index}".removeprefix("."), each)


def matches(pattern: str, name: str) -> bool:
    """Tell whether a pattern of IAM's, with * and ?, is met by a name; case does not count."""
    return _compiled(pattern.lower()).fullmatch(name.lower()) is not None


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile("".join({"*": ".*", "?": "."}.get(letter, re.escape(letter)) for letter in pattern))
