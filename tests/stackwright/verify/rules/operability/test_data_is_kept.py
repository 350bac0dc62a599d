from __future__ import annotations

from typing import Any

import pytest
from support.guarantees import STACKS, alone, findings, resource, seeded, told

RULE = "operability/data-is-kept"


@pytest.mark.parametrize("blueprint", ["ec2-alb", "account", "region"])
def test_ours_is_kept(blueprint: str) -> None:
    assert findings(RULE, seeded(blueprint=blueprint)) == []


@pytest.mark.parametrize(
    ("policy", "value", "problem"),
    [
        ("DeletionPolicy", "Delete", "its data goes with the stack"),
        ("UpdateReplacePolicy", "RetainExceptOnCreate", "its data goes when a property has it replaced"),
    ],
)
def test_data_that_goes_is_found(policy: str, value: str, problem: str) -> None:
    def seed(stacks: STACKS) -> None:
        resource(stacks, "Registry/Repository")[policy] = value

    assert told(RULE, seeded(seed)) == [f"Registry/Repository {policy}: {problem}"]


def test_a_database_leaves_a_snapshot_where_nothing_is_said() -> None:
    """A member of a cluster does not: the cluster does."""
    database = {"Type": "AWS::RDS::DBInstance", "UpdateReplacePolicy": "Retain", "Properties": {"Engine": "postgres"}}
    member = {**database, "Properties": {"DBClusterIdentifier": "cluster"}}
    assert findings(RULE, alone({"Database": database})) == []
    (found,) = findings(RULE, alone({"Database": member}))
    assert (found.resource, found.property) == ("Database", "DeletionPolicy")


def test_a_registry_that_says_not_to_empty_itself_is_judged_like_any_other() -> None:
    registry = {
        "Type": "AWS::ECR::Repository",
        "UpdateReplacePolicy": "Retain",
        "Properties": {"EmptyOnDelete": "false"},
    }
    assert [each.property for each in findings(RULE, alone({"Registry": registry}))] == ["DeletionPolicy"]


@pytest.mark.parametrize(
    ("users", "found"),
    [
        ([], ["DeletionPolicy", "UpdateReplacePolicy"]),
        (["AWS::SNS::Topic"], []),
        (["AWS::SNS::Topic", "AWS::IAM::Role"], []),
        (["AWS::IAM::Role"], ["DeletionPolicy", "UpdateReplacePolicy"]),
        (["AWS::SNS::Topic", "AWS::SecretsManager::Secret"], ["DeletionPolicy", "UpdateReplacePolicy"]),
    ],
)
def test_a_key_is_kept_unless_only_topics_are_encrypted_with_it(users: list[str], found: list[str]) -> None:
    key = {"Type": "AWS::KMS::Key", "Properties": {}}
    property_of = {
        "AWS::SNS::Topic": "KmsMasterKeyId",
        "AWS::SecretsManager::Secret": "KmsKeyId",
        "AWS::IAM::Role": "Policies",
    }
    using = {
        f"User{index}": {"Type": kind, "Properties": {property_of[kind]: {"Ref": "Key"}}}
        for index, kind in enumerate(users)
    }
    judged = findings(RULE, alone({"Key": key, **using}))
    assert [each.property for each in judged if each.resource == "Key"] == found


@pytest.mark.parametrize(
    ("how", "user", "found"),
    [
        ({"GenerateSecretString": {}}, "AWS::ElasticLoadBalancingV2::ListenerRule", []),
        ({"GenerateSecretString": {}}, None, ["DeletionPolicy", "UpdateReplacePolicy"]),
        ({"GenerateSecretString": {}}, "AWS::RDS::DBInstance", ["DeletionPolicy", "UpdateReplacePolicy"]),
        ({"SecretString": "given"}, "AWS::CloudFront::Distribution", ["DeletionPolicy", "UpdateReplacePolicy"]),
    ],
)
def test_a_secret_is_kept_unless_it_is_a_header_that_nobody_chose(
    how: dict[str, Any], user: str | None, found: list[str]
) -> None:
    secret = {"Type": "AWS::SecretsManager::Secret", "Properties": how}
    reading = {"Fn::Sub": "{{resolve:secretsmanager:${Secret}:SecretString}}"}
    users = {"User": {"Type": user, "Properties": {"Some": [reading]}}} if user else {}
    judged = findings(RULE, alone({"Secret": secret, **users}))
    assert [each.property for each in judged if each.resource == "Secret"] == found
