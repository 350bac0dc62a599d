"""What an account needs once, before any other stack."""

from __future__ import annotations

from nested import deploy_role, execution_role, hosted_zone, service_linked_roles
from stackwright.compose import Blueprint, flat

# Whose stacks the roles are for, by name; the bootstrap stacks are a person's, so that no role widens itself.
STACKS = ("ec2-alb-*", "ec2-api-*", "fargate-*")


def blueprint() -> Blueprint:
    """Hosted zone, roles of delivery and service-linked roles; one stack for an account, in one region."""
    return flat(
        "account",
        hosted_zone.template(),
        execution_role.template(stacks=STACKS),
        deploy_role.template(stacks=STACKS),
        service_linked_roles.template(),
        description="Hosted zone and roles of an account",
    )
