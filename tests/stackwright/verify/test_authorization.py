from __future__ import annotations

import sys
from subprocess import run
from time import process_time

import pytest

from stackwright.resolve.symbols import Symbol, Text
from stackwright.verify.authorization import actions, fits, known, template_arn

BUCKET = Symbol("Bucket", "Arn")


def test_an_action_knows_what_it_can_be_limited_to() -> None:
    (found,) = actions("ecs:CreateService")
    assert found.name == "ecs:createservice"
    assert found.formats == ("arn:${Partition}:ecs:${Region}:${Account}:service/.*",)
    assert {"aws:resourcetag", "ecs:cluster"} & found.keys


@pytest.mark.parametrize("name", ["ecr:GetAuthorizationToken", "ec2:DescribeInstances"])
def test_what_has_no_resource_has_no_formats(name: str) -> None:
    (found,) = actions(name)
    assert found.formats == ()


def test_a_pattern_stands_for_several_and_a_typo_for_none() -> None:
    assert {"ecs:describeservices", "ecs:describetasks"} <= {each.name for each in actions("ECS:Describe*")}
    assert len(actions("s3:*")) > 100
    assert actions("s3:GetObjects") == ()
    assert actions("nosuch:Thing") == ()
    assert known("S3") and not known("nosuch")


@pytest.mark.parametrize(
    ("action", "arn", "fit"),
    [
        ("s3:GetObject", "arn:aws:s3:::bucket/*", True),
        ("s3:GetObject", "arn:aws:s3:::bucket", False),
        ("s3:GetObject", "arn:aws:s3:::bucket*", True),
        ("s3:ListBucket", "arn:aws:s3:::bucket", True),
        ("s3:ListBucket", "arn:aws:s3:::bucket/*", False),
        ("s3:ListBucket", "arn:aws:s3:us-east-1:1:bucket", False),
        ("s3:GetObject", Text((BUCKET, "/*")), True),
        ("s3:GetObject", Text(("arn:aws:s3:::", Symbol("Bucket", "Ref"), "/*")), True),
        ("s3:ListBucket", Text(("arn:aws:s3:::", Symbol("Bucket", "Ref"))), True),
        ("ecs:CreateService", "arn:aws:ecs:*:1:cluster/app", False),
        ("ecs:CreateService", "arn:aws:ecs:*:1:service/app/*", True),
        ("ecs:CreateService", "arn:aws:ecs:*:1:*", True),
        ("ecs:CreateService", "arn:aws:ecs:*:1:serv*", True),
        ("ecs:CreateService", "arn:aws:ecr:*:1:service/app", False),
        ("ecs:CreateService", "arn:aws:*", True),
        ("ecs:CreateService", "*", True),
        ("ecs:CreateService", BUCKET, True),
        ("ssm:GetParameter", "arn:aws:ssm:*::parameter/aws/service/*", True),
        ("sqs:SendMessage", "arn:aws:sqs:us-east-1:1:queue", True),
        ("codeconnections:UseConnection", "arn:aws:codestar-connections:us-east-1:1:connection/a", True),
        ("execute-api:Invoke", "execute-api:/prod/GET/", True),
        ("iam:PassRole", "arn:aws:iam::1:role/${aws:username}", True),
        ("ecr:GetAuthorizationToken", "arn:aws:ecr:*:1:repository/app", False),
        ("ecr:GetAuthorizationToken", "*", True),
    ],
)
def test_a_resource_fits_an_action_or_does_not(action: str, arn: object, fit: bool) -> None:
    (found,) = actions(action)
    assert fits(arn, found) is fit


@pytest.mark.parametrize(
    ("name", "arn"),
    [
        ("ecs:CreateService", "arn:${AWS::Partition}:ecs:${AWS::Region}:${AWS::AccountId}:service/*"),
        ("s3:ListBucket", "arn:${AWS::Partition}:s3:::NAME"),
        ("ecr:GetAuthorizationToken", "*"),
    ],
)
def test_a_mend_is_written_as_a_template_has_it(name: str, arn: str) -> None:
    (found,) = actions(name)
    assert template_arn(found) == arn


def test_the_reference_is_read_without_cfn_lint_and_fast() -> None:
    code = "import sys; from stackwright.verify.authorization import actions; actions('s3:*'); "
    code += "sys.exit(any(name.startswith('cfnlint') for name in sys.modules))"
    assert run([sys.executable, "-c", code], check=False).returncode == 0
    start = process_time()
    actions("ec2:*")
    assert process_time() - start < 1
