from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest

from stackwright.aws import Aws
from stackwright.preflight.check import Result
from stackwright.preflight.physical_names import NAMED
from stackwright.preflight.subject import Subject

Plan = Callable[..., Subject]
Asked = Callable[[str, Subject], Result]

TRUST = json.dumps({"Version": "2012-10-17", "Statement": []})
POLICY = json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:Get*", "Resource": "*"}]})


def balancer(aws: Aws, name: str) -> None:
    aws.call("iam", "create_service_linked_role", AWSServiceName="elasticloadbalancing.amazonaws.com")
    subnets = [each["SubnetId"] for each in aws.call("ec2", "describe_subnets")["Subnets"][:2]]
    aws.call("elbv2", "create_load_balancer", Name=name, Subnets=subnets)


def target_group(aws: Aws, name: str) -> None:
    aws.call("iam", "create_service_linked_role", AWSServiceName="elasticloadbalancing.amazonaws.com")
    aws.call("elbv2", "create_target_group", Name=name, Protocol="HTTP", Port=80, TargetType="ip", VpcId=vpc(aws))


def vpc(aws: Aws) -> str:
    return str(aws.call("ec2", "describe_vpcs")["Vpcs"][0]["VpcId"])


# How somebody else comes to have each name.
TAKE: dict[str, Callable[[Aws, str], object]] = {
    "AWS::ECR::Repository": lambda aws, name: aws.call("ecr", "create_repository", repositoryName=name),
    "AWS::ElasticLoadBalancingV2::LoadBalancer": balancer,
    "AWS::ElasticLoadBalancingV2::TargetGroup": target_group,
    "AWS::IAM::InstanceProfile": lambda aws, name: aws.call("iam", "create_instance_profile", InstanceProfileName=name),
    "AWS::IAM::ManagedPolicy": lambda aws, name: aws.call(
        "iam", "create_policy", PolicyName=name, PolicyDocument=POLICY
    ),
    "AWS::IAM::OIDCProvider": lambda aws, name: aws.call(
        "iam", "create_open_id_connect_provider", Url=name, ThumbprintList=["a" * 40]
    ),
    "AWS::IAM::Role": lambda aws, name: aws.call("iam", "create_role", RoleName=name, AssumeRolePolicyDocument=TRUST),
    "AWS::IAM::ServiceLinkedRole": lambda aws, name: aws.call("iam", "create_service_linked_role", AWSServiceName=name),
    "AWS::Logs::LogGroup": lambda aws, name: aws.call("logs", "create_log_group", logGroupName=name),
    "AWS::S3::Bucket": lambda aws, name: aws.call("s3", "create_bucket", Bucket=name),
    "AWS::SSM::Parameter": lambda aws, name: aws.call("ssm", "put_parameter", Name=name, Value="x", Type="String"),
    "AWS::SecretsManager::Secret": lambda aws, name: aws.call(
        "secretsmanager", "create_secret", Name=name, SecretString="x"
    ),
}
SPECIAL = {
    "AWS::IAM::OIDCProvider": "https://token.actions.githubusercontent.com",
    "AWS::IAM::ServiceLinkedRole": "ecs.amazonaws.com",
}


def named(kind: str) -> tuple[str, dict[str, Any]]:
    """Return a name of its own, and a resource of the type that fixes it."""
    name = SPECIAL.get(kind, f"shop-{uuid4().hex[:12]}")
    return name, {"Thing": {"Type": kind, "Properties": {NAMED[kind].property: name}}}


@pytest.mark.parametrize("kind", sorted(NAMED))
def test_holds_for_a_free_name_and_fails_for_a_taken_one(kind: str, aws: Aws, plan: Plan, asked: Asked) -> None:
    name, resources = named(kind)
    free = asked("names-free", plan(resources))
    assert (free.verdict, [each.text for each in free.points]) == ("holds", [name])
    TAKE[kind](aws, name)
    taken = asked("names-free", plan(resources))
    assert taken.verdict == "fails"
    assert taken.points[0].text == f"Thing: {NAMED[kind].property} {name} is taken, and not by this stack"


@pytest.mark.parametrize("kind", sorted(NAMED))
def test_what_the_stack_holds_is_its_own(kind: str, aws: Aws, plan: Plan, asked: Asked) -> None:
    name, resources = named(kind)
    TAKE[kind](aws, name)
    assert asked("names-free", plan(resources, held={"Thing": name})).verdict == "not applicable"


def test_fails_for_a_taken_name_that_a_held_resource_is_to_get(aws: Aws, plan: Plan, asked: Asked) -> None:
    name, resources = named("AWS::Logs::LogGroup")
    TAKE["AWS::Logs::LogGroup"](aws, name)
    assert asked("names-free", plan(resources, held={"Thing": "former"})).verdict == "fails"


def test_a_log_group_that_only_begins_so_is_no_hindrance(aws: Aws, plan: Plan, asked: Asked) -> None:
    name, resources = named("AWS::Logs::LogGroup")
    TAKE["AWS::Logs::LogGroup"](aws, f"{name}-other")
    assert asked("names-free", plan(resources)).verdict == "holds"


def test_one_that_may_not_be_asked_hides_no_other(aws: Aws, plan: Plan, asked: Asked, deny: Any) -> None:
    name, group = named("AWS::Logs::LogGroup")
    TAKE["AWS::Logs::LogGroup"](aws, name)
    _, role = named("AWS::IAM::Role")
    subject = plan({"Role": role["Thing"], **group})
    deny("iam", "get_role")
    result = asked("names-free", subject)
    assert sorted(each.verdict for each in result.points) == ["cannot be told", "fails"]
    assert result.verdict == "fails"


def test_a_bucket_that_aws_does_not_show_cannot_be_told(plan: Plan, asked: Asked, deny: Any) -> None:
    _, resources = named("AWS::S3::Bucket")
    deny("s3", "head_bucket", "403")
    assert asked("names-free", plan(resources)).verdict == "cannot be told"
