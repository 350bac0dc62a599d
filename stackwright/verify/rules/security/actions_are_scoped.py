"""Permissions end somewhere: what can be limited to resources is, and nothing is allowed everything.

What only describes or lists may do so everywhere, as AWS's own policies have it; but the list of a bucket is its data.
"""

from __future__ import annotations

from collections.abc import Iterator

from stackwright.resolve.symbols import Value
from stackwright.verify.authorization import Action, actions
from stackwright.verify.deployment import Deployment, listed
from stackwright.verify.policies import IDENTITIES, Statement, permissions
from stackwright.verify.rule import Finding, Rule

# "AWS managed policies for job functions", IAM User Guide, and what ends in FullAccess: a whole service, everywhere.
_BROAD = ("AdministratorAccess", "PowerUserAccess", "SystemAdministrator", "DatabaseAdministrator")
# What the reference names a resource for that need not be there: a metric has no ARN (its data set has one), and a
# template has none before it is a stack's.
_ANYWHERE = ("cloudwatch:getmetricdata", "cloudwatch:putmetricdata", "cloudformation:gettemplatesummary")
_LOOKS = ("describe", "list")
_NAMED = 4


def check(deployment: Deployment) -> Iterator[Finding]:
    """Yield each statement that allows on everything what could be limited, and each policy of AWS that does."""
    for statement in permissions(deployment):
        broad = [each for each in statement.resources if everything(each)]
        found = _unlimited(statement) if statement.allows and (broad or "NotResource" in statement.content) else []
        if found:
            place = "Resource" if broad else "NotResource"
            mend = "name the resources, or a condition that limits them"
            problem = f"allows {_shortened(found)} on every resource"
            yield Finding(statement.resource.path, f"{statement.path}.{place}", (broad or [None])[0], problem, mend)
    for resource in deployment.of(*IDENTITIES):
        for index, each in enumerate(listed(resource.properties.get("ManagedPolicyArns"))):
            if isinstance(each, str) and ":aws:policy/" in each and each.endswith((*_BROAD, "FullAccess")):
                problem = "allows every action of its services on every resource"
                mend = "name the actions and resources that are used in a policy of its own"
                yield Finding(resource.path, f"ManagedPolicyArns.{index}", each, problem, mend)


def everything(resource: Value) -> bool:
    """Tell whether a resource is every resource, of a service at least: `*`, `arn:aws:s3:::*`."""
    return isinstance(resource, str) and resource.split(":", 5)[-1] in ("*", "*/*")


def _unlimited(statement: Statement) -> list[str]:
    """Return the actions, as they are written, that could be limited and are not."""
    if "NotAction" in statement.content:
        return ["everything but its NotAction"] if not _limited(statement, None) else []
    named = [each for each in statement.actions if isinstance(each, str)]
    return [each for each in named if _too_much(statement, each)]


def _too_much(statement: Statement, pattern: str) -> bool:
    if pattern in ("*", "*:*"):
        return not _limited(statement, None)
    return any(_can_be_limited(each) and not _limited(statement, each) for each in actions(pattern))


def _can_be_limited(action: Action) -> bool:
    service, _, name = action.name.partition(":")
    only_looks = name.startswith(_LOOKS) and service != "s3"
    return bool(action.formats) and not only_looks and action.name not in _ANYWHERE


def _limited(statement: Statement, action: Action | None) -> bool:
    """Tell whether a condition says which resources are meant: by tags, or by a key of the action's own service.

    `aws:ResourceAccount` does not: an account's own resources are what every resource mostly is.
    """
    return any(each.limits and _names_resources(each.key, action) for each in statement.conditions)


def _names_resources(key: str, action: Action | None) -> bool:
    if key.startswith(("aws:resourcetag/", "aws:requesttag/")):
        return True
    own = action is not None and key.startswith(f"{action.name.partition(':')[0]}:")
    return own or (action is not None and key.partition("/")[0] in action.keys)


def _shortened(names: list[str]) -> str:
    more = len(names) - _NAMED
    return ", ".join(names[:_NAMED]) + (f" and {more} more" if more > 0 else "")


RULE = Rule(
    claim="No permission that can be limited to resources is given on all of them.",
    why="Whoever takes over a role can do all that it may, to everything that it may do it to.",
    source="Actions, resources, and condition keys for AWS services (Service Authorization Reference)",
    about=IDENTITIES,
    check=check,
)
