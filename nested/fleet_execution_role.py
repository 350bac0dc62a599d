"""Fleet's execution role: what a fleet's administrator may do in this account, and that is to make its stacks.

StackSets takes it from the administrator's role and works with it: there is no other role between it and the resources.
"""

from __future__ import annotations

from troposphere import Sub, Template, iam

from nested import inputs
from nested.parts import execution_permissions as permissions
from nested.parts import fleets
from nested.parts.permissions import Statement, allow, policy
from nested.shape import needs


def template() -> Template:
    """Emit the role and its policies. Needs FleetAdministrator; gives nothing, for its name is known."""
    t = Template(Description="Execution role of a fleet")
    needs(t, inputs.FLEET_ADMINISTRATOR)
    t.add_resource(_role())
    stacks = fleets.STACKS
    statements = {
        "StackSetsPolicy": [_work()],
        "StackPolicy": permissions.stacks_and_roles(stacks),
        "NetworkPolicy": permissions.network(),
        "ServicePolicy": permissions.services(stacks),
        "StoragePolicy": permissions.storage(stacks),
        "ObservabilityPolicy": permissions.observability(stacks) + permissions.events(stacks),
        "FirewallPolicy": permissions.firewalls(stacks),
    }
    t.add_resource(permissions.policies("FleetExecutionRole", statements))
    return t


def _role() -> iam.Role:
    administrators = f"arn:${{AWS::Partition}}:iam::${{FleetAdministrator}}:role/{fleets.ADMINISTRATORS}"
    principal = {"AWS": Sub("arn:${AWS::Partition}:iam::${FleetAdministrator}:root")}
    when = {"ArnLike": {"aws:PrincipalArn": Sub(administrators)}}
    statement = {"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole", "Condition": when}
    return iam.Role(
        "FleetExecutionRole",
        RoleName=fleets.EXECUTION_ROLE,
        # A stack that was made with it cannot be deleted without it.
        DeletionPolicy="RetainExceptOnCreate",
        UpdateReplacePolicy="Retain",
        AssumeRolePolicyDocument=policy(statement),
    )


def _work() -> Statement:
    """Return what StackSets itself does with the role: the least that its page names."""
    # "Grant self-managed permissions", AWS CloudFormation User Guide: minimum permissions of the execution role.
    return allow(["cloudformation:*", "s3:*", "sns:*"], "*")
