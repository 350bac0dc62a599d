"""Execution role: what CloudFormation may do while it makes the stacks' resources.

Permissions follow what the resource types' handlers call (their registry schemas), service by service. Where a
service names resources after the stack, permissions end at the stack names' prefix; where it does not (network,
load balancers, certificates), at the action. It manages only roles that are named after the stacks, attaches only
the AWS policies below, and passes roles only to the services that the stacks use: neither itself nor the deploy
role is in its reach. What it writes into a role of the stacks is the template's word, so templates need review.
"""

from __future__ import annotations

from collections.abc import Sequence

from troposphere import GetAtt, Ref, Template, iam

from nested import inputs
from nested.parts import execution_permissions as permissions
from nested.parts import shared_parameters
from nested.parts.permissions import trust
from nested.shape import gives, needs


def template(*, stacks: Sequence[str]) -> Template:
    """Emit the role, its policies and its SSM parameter.

    `stacks` are patterns of stack names. Needs ZoneId; gives ExecutionRoleArn.
    """
    t = Template(Description="CloudFormation's execution role")
    needs(t, inputs.ZONE_ID)
    t.add_resource(_role())
    statements = {
        "StackPolicy": permissions.stacks_and_roles(stacks),
        "NetworkPolicy": permissions.network(),
        "ServicePolicy": permissions.services(stacks),
        "StoragePolicy": permissions.storage(stacks),
        "ObservabilityPolicy": permissions.observability(stacks),
        "EventPolicy": permissions.events(stacks) + permissions.releases(),
        "ContentNetworkPolicy": permissions.content_network() + permissions.firewalls(stacks),
        "ApiPolicy": permissions.apis(),
        "DomainPolicy": permissions.domains(Ref(inputs.ZONE_ID.name)),
    }
    t.add_resource(permissions.policies("ExecutionRole", statements))
    arn = GetAtt("ExecutionRole", "Arn")
    t.add_resource(shared_parameters.shared("ExecutionRoleParameter", shared_parameters.EXECUTION_ROLE_ARN, arn))
    gives(t, {inputs.EXECUTION_ROLE_ARN: arn})
    return t


def _role() -> iam.Role:
    # No condition on the source account: "AWS CloudFormation service role", AWS CloudFormation User Guide, knows none,
    # a role that cannot be assumed stops every deployment, and only who may pass a role of the account can use it.
    return iam.Role(
        "ExecutionRole",
        Description="Makes the resources of this library's stacks",
        # A stack that was created with a role cannot be deleted without it.
        DeletionPolicy="RetainExceptOnCreate",
        UpdateReplacePolicy="Retain",
        AssumeRolePolicyDocument=trust("cloudformation.amazonaws.com"),
    )
