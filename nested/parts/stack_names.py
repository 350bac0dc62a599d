"""Which stacks a role is for, as ARN patterns of what CloudFormation names after them.

CloudFormation names a resource <stack>-<logical id>-<random> where a template gives no name, so a stack's name is the
prefix of everything in it, and a role limited to that prefix cannot touch what is not the stack's.

Web ACLs, dashboards, state machines and secrets it names <logical id>-<random>, without the stack ("AwsWafv2WebAcl",
AWS Security Hub User Guide; aws-cloudformation/cloudformation-coverage-roadmap#783); of budgets and of EventBridge's
connections and destinations no page says which, so both are allowed. A long name keeps only the beginnings of the
stack's and the logical id: what has to be exact takes the resource's own ARN.
"""

from __future__ import annotations

from collections.abc import Iterable

from troposphere import Ref, Select, Split, Sub

# Whose services CodeDeploy deploys: a role's template has no room for the patterns of all stacks once more.
RELEASED_BLUEPRINT = "fargate-bluegreen"
RELEASED = (f"{RELEASED_BLUEPRINT}-*",)


def arns(stacks: Iterable[str], *shapes: str) -> list[Sub]:
    """Return an ARN pattern for each stack name pattern and each shape, which has `{}` where the name goes.

    A shape is what follows the partition: `iam::${AWS::AccountId}:role/{}`.
    """
    return [Sub("arn:${AWS::Partition}:" + shape.replace("{}", stack)) for shape in shapes for stack in stacks]


def root(logical_id: str) -> Select:
    """Return the name of the root of a nested stack, whose logical id there is given; a flat stack is the root itself.

    A nested stack is named after the root, its own logical id and something random.
    """
    return Select(0, Split(f"-{logical_id}-", Ref("AWS::StackName")))
