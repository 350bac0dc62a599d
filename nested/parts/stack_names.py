"""Which stacks a role is for, as ARN patterns of what CloudFormation names after them.

CloudFormation names a resource <stack>-<logical id>-<random> where a template gives no name, so a stack's name is the
prefix of everything in it, and a role limited to that prefix cannot touch what is not the stack's.
"""

from __future__ import annotations

from collections.abc import Iterable

from troposphere import Sub

# Whose services CodeDeploy deploys: a role's template has no room for the patterns of all stacks once more.
RELEASED = ("fargate-bluegreen-*",)


def arns(stacks: Iterable[str], *shapes: str) -> list[Sub]:
    """Return an ARN pattern for each stack name pattern and each shape, which has `{}` where the name goes.

    A shape is what follows the partition: `iam::${AWS::AccountId}:role/{}`.
    """
    return [Sub("arn:${AWS::Partition}:" + shape.replace("{}", stack)) for shape in shapes for stack in stacks]
