from __future__ import annotations

from typing import Any

import pytest
from support.guarantees import STACKS, alone, findings, resource, seeded, told

from stackwright.verify.deployment import Deployment

RULE = "security/actions-exist-and-fit"


@pytest.mark.parametrize("blueprint", ["ec2-alb", "account", "region"])
@pytest.mark.parametrize("environment", ["dev", "prod"])
def test_ours_do_what_they_say(blueprint: str, environment: str) -> None:
    assert findings(RULE, seeded(blueprint=blueprint, environment=environment)) == []


def test_what_a_session_needs_does_what_it_says() -> None:
    assert findings(RULE, seeded(ExecuteCommand="on", ReadOnlyRootFilesystem="off")) == []


@pytest.mark.parametrize(
    ("key", "value", "problem"),
    [
        ("Action", "ecr:BatchGetImages", "Action: ecr has no such action"),
        ("Action", "erc:BatchGetImage", "Action: AWS has no service erc"),
        ("Action", "ecr:Bach*", "Action: ecr has no such action"),
        ("Action", "ecr:GetAuthorizationToken", "Resource: does nothing: ecr:GetAuthorizationToken is about none"),
        ("Resource", "arn:aws:ecs:*:1:cluster/a", "Resource: does nothing: ecr:BatchGetImage is about none"),
    ],
)
def test_what_does_nothing_is_found(key: str, value: str, problem: str) -> None:
    def seed(stacks: STACKS) -> None:
        document = resource(stacks, "Service/ExecutionRole")["Properties"]["Policies"][0]["PolicyDocument"]
        statement = {"Effect": "Allow", "Action": "ecr:BatchGetImage", "Resource": "arn:aws:ecr:*:1:repository/a"}
        document["Statement"][1] = {**statement, key: value}

    (line,) = told(RULE, seeded(seed))
    assert line.startswith(f"Service/ExecutionRole Policies.0.PolicyDocument.Statement.1.{problem}")


def test_a_bucket_is_not_its_objects() -> None:
    def seed(stacks: STACKS) -> None:
        document = resource(stacks, "LoadBalancer/AccessLogsPolicy")["Properties"]["PolicyDocument"]
        document["Statement"][0]["Resource"] = {"Fn::GetAtt": ["AccessLogs", "Arn"]}

    (line,) = told(RULE, seeded(seed))
    assert line == (
        "LoadBalancer/AccessLogsPolicy PolicyDocument.Statement.0.Resource: "
        "does nothing: s3:PutObject is about none of these resources"
    )


def _policy(**statement: Any) -> Deployment:
    policy = {"Type": "AWS::IAM::Policy", "Properties": {"PolicyDocument": {"Statement": statement}}}
    return alone({"Policy": policy, "Other": {"Type": "Custom::Data"}, "Bucket": {"Type": "AWS::S3::Bucket"}})


UNKNOWN = {"Fn::GetAtt": ["Other", "Value"]}


@pytest.mark.parametrize(
    "statement",
    [
        {"Action": "s3:ListBucket", "Resource": {"Fn::GetAtt": ["Bucket", "Arn"]}},
        {"Action": ["s3:GetObject", "s3:ListBucket"], "Resource": ["arn:aws:s3:::a", "arn:aws:s3:::a/*"]},
        {"Action": "s3:GetObject", "Resource": {"Fn::Sub": "${Bucket.Arn}/*"}},
        {"Action": "s3:GetObject", "Resource": {"Fn::Sub": "arn:${AWS::Partition}:s3:::${Bucket}/*"}},
        {"Action": "s3:*", "Resource": "arn:aws:s3:::a"},
        {"Action": "ecs:RunTask", "Resource": UNKNOWN},
        {"Action": UNKNOWN, "Resource": "*"},
        {"Action": "*", "Resource": "arn:aws:s3:::a"},
        {"Action": "iam:*", "NotResource": "*"},
        {},
    ],
)
def test_what_fits_or_is_not_known_is_no_finding(statement: dict[str, Any]) -> None:
    assert findings(RULE, _policy(Effect="Allow", **statement)) == []
