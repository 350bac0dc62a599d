"""A policy does what it says: its actions exist, and are limited to resources that they can be about.

Nobody is told otherwise: a statement that matches nothing allows nothing, and one that denies, denies nothing. What
exists is what the installed cfn-lint's copy of AWS's reference knows.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain

from stackwright.resolve.symbols import Symbol, Text, Value
from stackwright.verify.authorization import actions, fits, known, template_arn
from stackwright.verify.deployment import Deployment
from stackwright.verify.policies import IDENTITIES, RESOURCE_POLICIES, Statement, of_resources, permissions
from stackwright.verify.rule import Finding, Rule

BUCKET = "AWS::S3::Bucket"


def check(deployment: Deployment) -> Iterator[Finding]:
    """Yield each action that AWS does not have, and each that none of its statement's resources can be about."""
    for statement in chain(permissions(deployment), of_resources(deployment)):
        resources = [_spelt(deployment, each) for each in statement.resources]
        for action in statement.actions:
            if isinstance(action, str) and ":" in action and action != "*:*":
                yield from _action(statement, action, resources)


def _action(statement: Statement, action: str, resources: list[Value]) -> Iterator[Finding]:
    path, meant = statement.resource.path, actions(action)
    if not meant:
        service = action.partition(":")[0]
        missing = f"{service} has no such action" if known(service) else f"AWS has no service {service}"
        problem = f"{missing} that the installed cfn-lint knows of"
        yield Finding(path, f"{statement.path}.Action", action, problem, "correct its spelling, or take it out")
    elif resources and not any(fits(arn, each) for each in meant for arn in resources):
        problem = f"does nothing: {action} is about none of these resources"
        mend = f"give it {template_arn(meant[0])}, in a statement of its own where the others need another"
        yield Finding(path, f"{statement.path}.Resource", statement.content["Resource"], problem, mend)


def _spelt(deployment: Deployment, arn: Value) -> Value:
    """Return the ARN of a bucket of the graph as text, since it tells a bucket from its objects."""
    first, rest = (arn.parts[0], arn.parts[1:]) if isinstance(arn, Text) else (arn, ())
    target = deployment.graph.target(first)
    if target is None or target.type != BUCKET or not isinstance(first, Symbol) or first.attribute != "Arn":
        return arn
    return Text((f"arn:aws:s3:::{target.path.replace('/', '-')}", *rest))


RULE = Rule(
    claim="Every action that a policy names exists and is about its resources.",
    why="A statement that matches nothing allows nothing, or denies nothing, and nobody is told.",
    source="Actions, resources, and condition keys for AWS services (Service Authorization Reference)",
    about=(*IDENTITIES, *RESOURCE_POLICIES),
    check=check,
)
