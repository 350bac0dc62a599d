"""The permissions that more than one role of the container services has."""

from __future__ import annotations

from typing import Any

from troposphere import Ref, Sub

from nested.parts.permissions import Statement, allow, trust
from nested.parts.shared_parameters import EVERYTHING


def pull(repository_arn: Any) -> list[Statement]:
    """Return the statements that let a role pull from one repository.

    Source: "Actions, resources, and condition keys for Amazon Elastic Container Registry", Service Authorization
    Reference: the token alone has no resource that it could be limited to.
    """
    layers = ["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"]
    return [allow("ecr:GetAuthorizationToken", "*"), allow(layers, repository_arn)]


def push(repository_arns: list[Any]) -> list[Statement]:
    """Return the statements that let a role push to these repositories, and look up what it pushed by its digest.

    It may ask as well which tags a repository lets move.

    Source: "IAM permissions for pushing an image to an Amazon ECR private repository", Amazon ECR User Guide; the token
    has no resource that it could be limited to.
    """
    upload = [
        "BatchCheckLayerAvailability",
        "CompleteLayerUpload",
        "InitiateLayerUpload",
        "PutImage",
        "UploadLayerPart",
    ]
    look = ["BatchGetImage", "DescribeImages", "DescribeRepositories", "GetDownloadUrlForLayer"]
    return [
        allow("ecr:GetAuthorizationToken", "*"),
        allow([f"ecr:{each}" for each in upload + look], repository_arns),
    ]


def read_parameters() -> Statement:
    """Return the statement that lets a role read this library's SSM parameters and AWS's public ones.

    CloudFormation looks up a root's parameters as whoever asks for the change set.
    """
    own = Sub("arn:${AWS::Partition}:ssm:*:${AWS::AccountId}:parameter" + EVERYTHING)
    public = Sub("arn:${AWS::Partition}:ssm:*::parameter/aws/service/*")
    return allow(["ssm:GetParameter", "ssm:GetParameters"], [own, public])


def look_at_traffic(service_arns: Any) -> list[Statement]:
    """Return the statements that let a role see where a release has left the traffic.

    `deploy` asks before an update touches a listener's rule or a service. Rules have no resource that a look could be
    limited to.
    """
    return [allow("elasticloadbalancing:DescribeRules", "*"), allow("ecs:DescribeServices", service_arns)]


def write_logs(log_group_arn: Any) -> Statement:
    """Return the statement that lets a role write into one log group; the ARN ends in `:*`, as GetAtt gives it."""
    return allow(["logs:CreateLogStream", "logs:PutLogEvents"], log_group_arn)


def pass_role(role_arns: Any, services: str | list[str]) -> Statement:
    """Return the statement that lets a role hand these roles to these services, and to nobody else."""
    return allow("iam:PassRole", role_arns, when={"StringEquals": {"iam:PassedToService": services}})


def register_revisions(task_definition_arns: Any) -> list[Statement]:
    """Return the statements that let a role register revisions of these task definitions, tagged, and tag no other."""
    registering = {"StringEquals": {"ecs:CreateAction": "RegisterTaskDefinition"}}
    return [
        allow("ecs:RegisterTaskDefinition", task_definition_arns),
        allow("ecs:TagResource", task_definition_arns, when=registering),
    ]


def trust_tasks() -> dict[str, Any]:
    """Return the trust policy of task roles: tasks of this account and region, no other's (the confused deputy).

    Source: "Amazon ECS task IAM role", Amazon ECS Developer Guide.
    """
    source = Sub("arn:${AWS::Partition}:ecs:${AWS::Region}:${AWS::AccountId}:*")
    when = {"ArnLike": {"aws:SourceArn": source}, "StringEquals": {"aws:SourceAccount": Ref("AWS::AccountId")}}
    return trust("ecs-tasks.amazonaws.com", when=when)
