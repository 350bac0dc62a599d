"""Service-linked roles: what the first cluster, load balancer and scaling target of a fresh account fail without.

AWS creates them when a service is first used, a moment too late for that first use. An account that has one
refuses a second, so each is made only when asked for.
"""

from __future__ import annotations

from troposphere import Equals, Ref, Template, iam

from nested import inputs
from nested.shape import Input, needs

# Service names: "Using service-linked roles" in the guide of each service.
_ROLES = (
    ("Ecs", inputs.ECS_SERVICE_LINKED_ROLE, "ecs.amazonaws.com"),
    ("LoadBalancing", inputs.LOAD_BALANCING_SERVICE_LINKED_ROLE, "elasticloadbalancing.amazonaws.com"),
    ("AutoScaling", inputs.AUTO_SCALING_SERVICE_LINKED_ROLE, "autoscaling.amazonaws.com"),
    ("TaskScaling", inputs.TASK_SCALING_SERVICE_LINKED_ROLE, "ecs.application-autoscaling.amazonaws.com"),
)


def template() -> Template:
    """Emit the roles.

    Needs EcsServiceLinkedRole, LoadBalancingServiceLinkedRole, AutoScalingServiceLinkedRole and
    TaskScalingServiceLinkedRole, each on or off; gives nothing.
    """
    t = Template(Description="Service-linked roles")
    for noun, switch, service in _ROLES:
        _add_role(t, noun, switch, service)
    return t


def _add_role(t: Template, noun: str, switch: Input, service: str) -> None:
    condition = f"Needs{noun}Role"
    needs(t, switch)
    t.add_condition(condition, Equals(Ref(switch.name), "on"))
    t.add_resource(
        iam.ServiceLinkedRole(
            f"{noun}Role",
            Condition=condition,
            # Every cluster and load balancer of the account works by it, whichever stack they are of. One that a
            # failed first try left behind would be in the way of the second.
            DeletionPolicy="RetainExceptOnCreate",
            UpdateReplacePolicy="Retain",
            AWSServiceName=service,
        )
    )
