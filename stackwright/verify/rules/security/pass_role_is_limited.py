"""Whoever may hand a role to a service may act by that role: which roles, and to which services, is said.

A pattern of names is a limit (`role/shop-*`, the roles of some stacks), any role of the account is none.
"""

from __future__ import annotations

from collections.abc import Iterator

from stackwright.resolve.symbols import Value
from stackwright.verify.deployment import Deployment
from stackwright.verify.policies import IDENTITIES, Statement, matches, permissions
from stackwright.verify.rule import Finding, Rule
from stackwright.verify.rules.security.actions_are_scoped import everything

ACTION = "iam:PassRole"
# "Grant a user permissions to pass a role to an AWS service", IAM User Guide.
_LIMITS = ("iam:passedtoservice", "iam:associatedresourcearn")


def check(deployment: Deployment) -> Iterator[Finding]:
    """Yield each statement that lets any role be passed, or a role be passed to any service."""
    for statement in permissions(deployment):
        named = [each for each in statement.actions if isinstance(each, str) and matches(each, ACTION)]
        if not statement.allows or not named:
            continue
        for arn in statement.resources:
            if _any_role(arn):
                problem = f"{named[0]} of any role of the account, an administrator's among them"
                mend = "name the roles, or the start of their names"
                yield Finding(statement.resource.path, f"{statement.path}.Resource", arn, problem, mend)
        if not _to_named_services(statement):
            problem = f"{named[0]} to any service, also to one that runs what its caller wrote"
            mend = "add the condition StringEquals iam:PassedToService with the services that take the role"
            yield Finding(statement.resource.path, f"{statement.path}.Condition", None, problem, mend)


def _any_role(arn: Value) -> bool:
    return everything(arn) or (isinstance(arn, str) and arn.partition(":role/")[2].strip("/") in ("*", "*/*"))


def _to_named_services(statement: Statement) -> bool:
    # With IfExists too: whoever passes a role passes it to some service.
    return any(
        each.key in _LIMITS
        and each.operator.startswith(("String", "Arn"))
        and "Not" not in each.operator
        and "*" not in each.values
        for each in statement.conditions
    )


RULE = Rule(
    claim="Roles are passed by name, to named services.",
    why="A service runs what it is told with the role that it is handed; so may whoever hands it over.",
    source="Grant a user permissions to pass a role to an AWS service (IAM User Guide)",
    about=IDENTITIES,
    check=check,
)
