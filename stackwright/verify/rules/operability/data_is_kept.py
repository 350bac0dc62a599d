"""What holds data outlives a stack that is deleted or a resource that is replaced by mistake."""

from __future__ import annotations

from collections.abc import Iterator

from stackwright.resolve.graph import Resource
from stackwright.verify.deployment import Deployment, on
from stackwright.verify.policies import IDENTITIES
from stackwright.verify.rule import Finding, Rule

# A log is no data of the system: it expires by its retention.
STATEFUL = (
    "AWS::DynamoDB::Table",
    "AWS::ECR::Repository",
    "AWS::EFS::FileSystem",
    "AWS::KMS::Key",
    "AWS::RDS::DBCluster",
    "AWS::RDS::DBInstance",
    "AWS::Route53::HostedZone",
    "AWS::S3::Bucket",
    "AWS::SecretsManager::Secret",
)
# What a key may be used by and encrypt nothing that stays: messages are on their way.
_PASSING = ("AWS::KMS::Alias", "AWS::SNS::Topic")
# Where a header is asked for, and sent.
_HEADER = ("AWS::ElasticLoadBalancingV2::ListenerRule", "AWS::CloudFront::Distribution")
_ON_DELETION = ("Retain", "RetainExceptOnCreate", "Snapshot")
_ON_REPLACEMENT = ("Retain", "Snapshot")


def check(deployment: Deployment) -> Iterator[Finding]:
    """Yield each resource with data that a deletion or a replacement would take along."""
    for each in deployment.of(*STATEFUL):
        if _only_for_messages(deployment, each) or _only_a_header(deployment, each):
            continue
        deletion = each.attributes.get("DeletionPolicy", _default(each))
        replacement = each.attributes.get("UpdateReplacePolicy")
        if deletion not in _ON_DELETION and not on(each.properties.get("EmptyOnDelete")):
            problem = "its data goes with the stack"
            yield Finding(each.path, "DeletionPolicy", deletion, problem, "set DeletionPolicy to RetainExceptOnCreate")
        if replacement not in _ON_REPLACEMENT:
            problem = "its data goes when a property has it replaced"
            yield Finding(each.path, "UpdateReplacePolicy", replacement, problem, "set UpdateReplacePolicy to Retain")


def _only_for_messages(deployment: Deployment, resource: Resource) -> bool:
    """Tell whether this is a key that only topics are encrypted with: without it nothing is lost that was kept."""
    if resource.type != "AWS::KMS::Key":
        return False
    dependents = [each.type for each in deployment.graph.resources.values() if resource.path in each.depends_on]
    # A role that may use it keeps nothing itself.
    users = [each for each in dependents if each not in IDENTITIES]
    return bool(users) and all(each in _PASSING for each in users)


def _only_a_header(deployment: Deployment, resource: Resource) -> bool:
    """Tell whether this is a secret that nobody chose and that only passes from CloudFront to its origin.

    Both are told another one when it is made anew, and nothing that is kept was made with it.
    """
    if resource.type != "AWS::SecretsManager::Secret" or "GenerateSecretString" not in resource.properties:
        return False
    users = {each.type for each in deployment.graph.users(resource)} - {"AWS::CloudFormation::Stack"}
    return bool(users) and users <= set(_HEADER)


def _default(resource: Resource) -> str | None:
    """Return what is done on deletion where nothing is said: a snapshot of a database that is in no cluster."""
    alone = resource.type == "AWS::RDS::DBInstance" and "DBClusterIdentifier" not in resource.properties
    return "Snapshot" if alone or resource.type == "AWS::RDS::DBCluster" else None


RULE = Rule(
    claim="What holds data is kept when its stack is deleted or the resource is replaced.",
    why="Templates are changed in seconds, and almost everything that no policy keeps is deleted.",
    source="DeletionPolicy attribute, UpdateReplacePolicy attribute (AWS CloudFormation User Guide)",
    about=STATEFUL,
    check=check,
)
