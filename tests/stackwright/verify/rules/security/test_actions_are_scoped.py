from __future__ import annotations

from typing import Any

import pytest
from support.guarantees import STACKS, alone, findings, resource, seeded, told

from stackwright.verify.deployment import Deployment

RULE = "security/actions-are-scoped"
ON_ALL = "on every resource"


@pytest.mark.parametrize("environment", ["dev", "prod"])
@pytest.mark.parametrize("execute_command", ["on", "off"])
def test_the_services_roles_do_what_they_do_on_their_own(environment: str, execute_command: str) -> None:
    assert (
        findings(RULE, seeded(environment=environment, ExecuteCommand=execute_command, ReadOnlyRootFilesystem="off"))
        == []
    )


def test_the_execution_role_is_broad_where_nothing_is_named_after_the_stack() -> None:
    found = findings(RULE, seeded(blueprint="account"))
    assert {each.resource for each in found} == {"NetworkPolicy", "ObservabilityPolicy", "ServicePolicy"}


def test_a_statement_on_everything_is_found() -> None:
    def seed(stacks: STACKS) -> None:
        statements = resource(stacks, "Service/ExecutionRole")["Properties"]["Policies"][0]["PolicyDocument"]
        statements["Statement"][1]["Resource"] = "*"

    (line,) = told(RULE, seeded(seed))
    assert line == (
        "Service/ExecutionRole Policies.0.PolicyDocument.Statement.1.Resource: allows ecr:BatchCheckLayerAvailability, "
        f"ecr:BatchGetImage, ecr:GetDownloadUrlForLayer {ON_ALL}"
    )


def _policy(**statement: Any) -> Deployment:
    document = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", **statement}]}
    return alone(
        {
            "Policy": {"Type": "AWS::IAM::ManagedPolicy", "Properties": {"PolicyDocument": document}},
            "Other": {"Type": "Custom::Data"},
        }
    )


@pytest.mark.parametrize(
    ("statement", "problem"),
    [
        ({"Action": "*", "Resource": "*"}, f"allows * {ON_ALL}"),
        ({"Action": ["s3:*"], "Resource": "arn:aws:s3:::*"}, f"allows s3:* {ON_ALL}"),
        ({"Action": "sqs:SendMessage", "Resource": "arn:aws:sqs:*:1:*"}, f"allows sqs:SendMessage {ON_ALL}"),
        ({"Action": "s3:GetObject", "Resource": ["arn:aws:s3:::a/*", "*"]}, f"allows s3:GetObject {ON_ALL}"),
        ({"Action": "s3:ListBucket", "Resource": "*"}, f"allows s3:ListBucket {ON_ALL}"),
        ({"Action": "kms:Decrypt", "NotResource": "arn:aws:kms:*:1:key/a"}, f"allows kms:Decrypt {ON_ALL}"),
        ({"NotAction": "iam:*", "Resource": "*"}, f"allows everything but its NotAction {ON_ALL}"),
        (
            {"Action": "ec2:RunInstances", "Resource": "*", "Condition": {"StringLike": {"ec2:Vpc": "*"}}},
            f"allows ec2:RunInstances {ON_ALL}",
        ),
        (
            {
                "Action": "ecs:RunTask",
                "Resource": "*",
                "Condition": {"StringEquals": {"aws:ResourceAccount": "123456789012"}},
            },
            f"allows ecs:RunTask {ON_ALL}",
        ),
    ],
)
def test_what_could_be_limited_is_found(statement: dict[str, Any], problem: str) -> None:
    (line,) = told(RULE, _policy(**statement))
    assert line.endswith(problem)


UNKNOWN = {"Fn::GetAtt": ["Other", "Value"]}


@pytest.mark.parametrize(
    "statement",
    [
        {"Action": "ecr:GetAuthorizationToken", "Resource": "*"},
        {"Action": ["ec2:Describe*", "ecs:ListTasks", "cloudwatch:PutMetricData"], "Resource": "*"},
        {"Action": "s3:*", "Resource": ["arn:aws:s3:::bucket", "arn:aws:s3:::bucket/*"]},
        {"Action": "*", "Resource": "*", "Effect": "Deny"},
        {"Action": "ecs:RunTask", "Resource": "*", "Condition": {"ArnEquals": {"ecs:cluster": UNKNOWN}}},
        {"Action": "ec2:*", "Resource": "*", "Condition": {"StringEquals": {"aws:ResourceTag/Project": "a"}}},
        {"Action": "ecs:RunTask", "Resource": UNKNOWN},
        {"Action": "s3:GetObject", "Resource": {"Fn::Sub": ["${A}/*", {"A": UNKNOWN}]}},
        {"Action": UNKNOWN, "Resource": "*"},
        {"Action": "nosuch:Thing", "Resource": "*"},
        {},
    ],
)
def test_what_is_limited_or_cannot_be_or_is_not_known_is_no_finding(statement: dict[str, Any]) -> None:
    assert findings(RULE, _policy(**statement)) == []


def test_a_policy_of_aws_that_allows_a_whole_service_is_found() -> None:
    arns = [
        {"Fn::Sub": "arn:${AWS::Partition}:iam::aws:policy/CloudWatchLogsFullAccess"},
        "arn:aws:iam::aws:policy/service-role/AmazonECSTaskExecutionRolePolicy",
        "arn:aws:iam::123456789012:policy/OurFullAccess",
    ]
    role = {"Type": "AWS::IAM::Role", "Properties": {"ManagedPolicyArns": arns}}
    (line,) = told(RULE, alone({"Role": role}))
    assert line == "Role ManagedPolicyArns.0: allows every action of its services on every resource"
