"""Each IAM type: created, read back through boto3, changed, deleted, deleted again."""

from __future__ import annotations

from typing import Any

import pytest

TAGS = [{"Key": "Project", "Value": "stackwright"}]
TRUST = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow",
            "Principal": {"Service": "ecs-tasks.amazonaws.com"},
            "Action": "sts:AssumeRole",
        }
    ],
}
EC2_TRUST = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow",
            "Principal": {"Service": "ec2.amazonaws.com"},
            "Action": "sts:AssumeRole",
        }
    ],
}
ALLOW = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Action": "logs:PutLogEvents", "Resource": "*"}],
}
DENY = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Deny", "Action": "logs:*", "Resource": "*"}],
}
SSM_CORE = "arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore"
ECS = "arn:aws:iam::aws:policy/service-role/AmazonEC2ContainerServiceforEC2Role"
ROLE = {"role": ("AWS::IAM::Role", {"AssumeRolePolicyDocument": TRUST})}
CASES: list[dict[str, Any]] = [
    {
        "type": "AWS::IAM::Role",
        "properties": {
            "AssumeRolePolicyDocument": TRUST,
            "Description": "runs the task",
            "MaxSessionDuration": "7200",
            "ManagedPolicyArns": [SSM_CORE],
            "Policies": [{"PolicyName": "logs", "PolicyDocument": ALLOW}],
            "Tags": TAGS,
        },
        "read": ("iam", "get_role", {"RoleName": "@"}, "Role"),
        "sees": {
            "AssumeRolePolicyDocument.Statement[0].Principal.Service": "ecs-tasks.amazonaws.com",
            "MaxSessionDuration": 7200,
            "Tags": TAGS,
        },
        "change": {
            "AssumeRolePolicyDocument": EC2_TRUST,
            "ManagedPolicyArns": [ECS],
            "Policies": [{"PolicyName": "other", "PolicyDocument": ALLOW}],
            "Description": "changed",
            "Tags": [],
        },
        "then": {
            "AssumeRolePolicyDocument.Statement[0].Principal.Service": "ec2.amazonaws.com",
            "Description": "changed",
            "Tags": None,
        },
        "attributes": ("Arn", "RoleId"),
    },
    {
        "type": "AWS::IAM::ManagedPolicy",
        "needs": ROLE,
        "properties": {"PolicyDocument": ALLOW, "Roles": ["@role"]},
        "read": ("iam", "get_policy", {"PolicyArn": "@"}, "Policy"),
        "sees": {"AttachmentCount": 1, "DefaultVersionId": "v1"},
        "change": {"PolicyDocument": DENY, "Roles": None},
        "then": {"AttachmentCount": 0, "DefaultVersionId": "v2"},
        "attributes": ("PolicyArn", "PolicyId", "DefaultVersionId", "CreateDate"),
    },
    {
        "type": "AWS::IAM::Policy",
        "needs": ROLE,
        "properties": {"PolicyName": "logs", "PolicyDocument": ALLOW, "Roles": ["@role"]},
        "read": ("iam", "list_role_policies", {"RoleName": "@role"}, "PolicyNames"),
        "sees": {"@": ["logs"]},
        "change": {"PolicyName": "other"},
        "then": {"@": ["other"]},
        "attributes": ("Id",),
    },
    {
        "type": "AWS::IAM::RolePolicy",
        "needs": ROLE,
        "properties": {"PolicyName": "logs", "PolicyDocument": ALLOW, "RoleName": "@role"},
        "read": (
            "iam",
            "get_role_policy",
            {"RoleName": "@role", "PolicyName": "logs"},
            "PolicyDocument.Statement[0]",
        ),
        "sees": {"Effect": "Allow"},
        "change": {"PolicyDocument": DENY},
        "then": {"Effect": "Deny"},
    },
    {
        "type": "AWS::IAM::InstanceProfile",
        "needs": {**ROLE, "other": ("AWS::IAM::Role", {"AssumeRolePolicyDocument": EC2_TRUST})},
        "properties": {"Roles": ["@role"]},
        "read": ("iam", "get_instance_profile", {"InstanceProfileName": "@"}, "InstanceProfile"),
        "sees": {"Roles[].RoleName": ["@role"]},
        "change": {"Roles": ["@other"]},
        "then": {"Roles[].RoleName": ["@other"]},
        "attributes": ("Arn",),
    },
    {
        "type": "AWS::IAM::OIDCProvider",
        "properties": {
            "Url": "https://token.actions.githubusercontent.com",
            "ClientIdList": ["sts.amazonaws.com"],
            "Tags": TAGS,
        },
        "read": (
            "iam",
            "get_open_id_connect_provider",
            {"OpenIDConnectProviderArn": "@"},
            "@",
        ),
        "sees": {
            "Url": "token.actions.githubusercontent.com",
            "ClientIDList": ["sts.amazonaws.com"],
            "Tags": TAGS,
        },
        "change": {"Tags": [{"Key": "Project", "Value": "other"}]},
        "then": {"Tags[0].Value": "other"},
        "attributes": ("Arn",),
    },
    {
        "type": "AWS::IAM::ServiceLinkedRole",
        "properties": {"AWSServiceName": "replication.ecr.amazonaws.com", "Description": "ECR"},
        "read": ("iam", "get_role", {"RoleName": "@"}, "Role"),
        "sees": {"RoleName": "AWSServiceRoleForECRReplication", "Description": "ECR"},
        "attributes": ("RoleName",),
    },
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["type"].rpartition(":")[2])
def test_round_trip(case: dict[str, Any], bench: Any) -> None:
    bench.round_trip(**case)


def test_role_has_its_policies(bench: Any) -> None:
    bench.make("", CASES[0]["type"], CASES[0]["properties"])
    attached = bench.read("iam", "list_attached_role_policies", {"RoleName": "@"}, "AttachedPolicies[].PolicyArn")
    inline = bench.read("iam", "list_role_policies", {"RoleName": "@"}, "PolicyNames")
    assert (attached, inline) == ([SSM_CORE], ["logs"])
