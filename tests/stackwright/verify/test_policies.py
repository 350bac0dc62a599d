from __future__ import annotations

from typing import Any

import pytest
from support.guarantees import alone

from stackwright.resolve.symbols import Symbol
from stackwright.verify.policies import Statement, matches, of_resources, permissions, trusts

ALLOW = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}
POLICY = {"Version": "2012-10-17", "Statement": [ALLOW, {**ALLOW, "Effect": "Deny"}]}


def _statement(**content: Any) -> Statement:
    deployment = alone({"It": {"Type": "AWS::IAM::Policy", "Properties": {"PolicyDocument": {"Statement": content}}}})
    (found,) = permissions(deployment)
    return found


def test_permissions_of_a_role_and_its_trust_are_two_things() -> None:
    properties = {"AssumeRolePolicyDocument": POLICY, "Policies": [{"PolicyName": "a", "PolicyDocument": POLICY}]}
    deployment = alone({"Role": {"Type": "AWS::IAM::Role", "Properties": properties}})
    assert [each.path for each in permissions(deployment)] == [
        "Policies.0.PolicyDocument.Statement.0",
        "Policies.0.PolicyDocument.Statement.1",
    ]
    assert [each.allows for each in trusts(deployment)] == [True, False]
    assert next(trusts(deployment)).path == "AssumeRolePolicyDocument.Statement.0"


def test_one_value_is_a_list_and_a_document_may_be_text() -> None:
    queue = {"Type": "AWS::SQS::QueuePolicy", "Properties": {"PolicyDocument": '{"Statement": {"Effect": "Allow"}}'}}
    bus = {"Type": "AWS::Events::EventBusPolicy", "Properties": {"Statement": ALLOW}}
    found = list(of_resources(alone({"Queue": queue, "Bus": bus})))
    assert [each.path for each in found] == ["PolicyDocument.Statement.0", "Statement.0"]
    assert found[1].actions == ["s3:GetObject"]
    assert found[0].actions == found[0].resources == []


@pytest.mark.parametrize(
    ("condition", "limits"),
    [
        ({"StringEquals": {"aws:SourceAccount": "1"}}, True),
        ({"ForAnyValue:StringLike": {"aws:PrincipalOrgPaths": ["o/*"]}}, True),
        ({"StringNotEquals": {"aws:SourceAccount": "1"}}, False),
        ({"StringEqualsIfExists": {"aws:SourceAccount": "1"}}, False),
        ({"ForAllValues:StringEquals": {"aws:TagKeys": "a"}}, False),
        ({"StringLike": {"aws:SourceAccount": "*"}}, False),
    ],
)
def test_a_condition_limits_if_it_names_what_is_meant(condition: dict[str, Any], limits: bool) -> None:
    (found,) = _statement(Condition=condition).conditions
    assert found.limits is limits
    assert found.key == next(iter(next(iter(condition.values())))).lower()


def test_principals_are_of_a_kind() -> None:
    assert _statement(Principal="*").principals("AWS") == ["*"]
    assert _statement(Principal="*").principals("Service") == []
    assert _statement(Principal={"Service": "ec2.amazonaws.com"}).principals("Service") == ["ec2.amazonaws.com"]
    assert _statement().principals("AWS") == []


def test_odd_statements_say_nothing() -> None:
    odd = _statement(Condition="no map", Principal=["no"], Action={"Ref": "AWS::StackId"}, Effect=1)
    assert odd.conditions == []
    assert odd.principals("AWS") == []
    assert not odd.allows
    assert all(isinstance(each, str | Symbol) for each in odd.actions)


@pytest.mark.parametrize(
    ("pattern", "name", "met"),
    [
        ("iam:Pass*", "iam:PassRole", True),
        ("IAM:PASSROLE", "iam:PassRole", True),
        ("iam:?assRole", "iam:PassRole", True),
        ("iam:Pass", "iam:PassRole", False),
        ("*", "a", True),
    ],
)
def test_patterns(pattern: str, name: str, met: bool) -> None:
    assert matches(pattern, name) is met
