"""The two systems that a pipeline delivers to, as ARN patterns of what CloudFormation names after their stacks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from troposphere import Sub

from nested.parts.stack_names import arns

Environment = Literal["Dev", "Prod"]
BOTH: Sequence[Environment] = ("Dev", "Prod")

# What CodePipeline writes and deletes anew in each execution; any other change set is somebody else's.
CHANGE_SET = "pipeline"


def stack_name(environment: Environment) -> str:
    """Return the name of a system's root stack, for Fn::Sub."""
    return f"${{BlueprintName}}-${{{environment}Environment}}"


def roots(*environments: Environment) -> list[Sub]:
    """Return the ARNs of the root stacks."""
    return arns(map(stack_name, environments), "cloudformation:${AWS::Region}:${AWS::AccountId}:stack/{}/*")


def stacks(*environments: Environment) -> list[Sub]:
    """Return the ARNs of the root stacks and of those nested in them."""
    return roots(*environments) + _named_after(
        environments, "cloudformation:${AWS::Region}:${AWS::AccountId}:stack/{}/*"
    )


def registries(*environments: Environment) -> list[Sub]:
    """Return the ARNs of the systems' registries."""
    return _named_after(environments, "ecr:${AWS::Region}:${AWS::AccountId}:repository/{}")


def roles(*environments: Environment) -> list[Sub]:
    """Return the ARNs of the systems' roles."""
    return _named_after(environments, "iam::${AWS::AccountId}:role/{}")


def services(*environments: Environment) -> list[Sub]:
    """Return the ARNs of the systems' ECS services."""
    return _named_after(environments, "ecs:${AWS::Region}:${AWS::AccountId}:service/{}/*")


def task_definitions(*environments: Environment) -> list[Sub]:
    """Return the ARNs of the revisions that the systems' task definitions have and will have."""
    return _named_after(environments, "ecs:${AWS::Region}:${AWS::AccountId}:task-definition/{}:*")


def of_codedeploy(*environments: Environment) -> list[Sub]:
    """Return the ARNs of the systems' applications and deployment groups, which their deployments are of."""
    return _named_after(environments, "codedeploy:${AWS::Region}:${AWS::AccountId}:*:{}")


def deployment_configurations() -> Sub:
    """Return the ARNs of the ways in which CodeDeploy itself moves traffic."""
    return Sub("arn:${AWS::Partition}:codedeploy:${AWS::Region}:${AWS::AccountId}:deploymentconfig:CodeDeployDefault.*")


def _named_after(environments: Sequence[Environment], shape: str) -> list[Sub]:
    return arns([f"{stack_name(each)}-*" for each in environments], shape)
