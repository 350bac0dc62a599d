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


def roles() -> list[Sub]:
    """Return the ARNs of the roles of both systems."""
    return _named_after(BOTH, "iam::${AWS::AccountId}:role/{}")


def services(*environments: Environment) -> list[Sub]:
    """Return the ARNs of the systems' ECS services."""
    return _named_after(environments, "ecs:${AWS::Region}:${AWS::AccountId}:service/{}/*")


def task_definitions() -> list[Sub]:
    """Return the ARNs of the revisions that both systems' task definitions have and will have."""
    return _named_after(BOTH, "ecs:${AWS::Region}:${AWS::AccountId}:task-definition/{}:*")


def _named_after(environments: Sequence[Environment], shape: str) -> list[Sub]:
    return arns([f"{stack_name(each)}-*" for each in environments], shape)
