"""Targets behind a Network Load Balancer: for each endpoint a listener and a target group.

The load balancer replaces the sender's address by its own, and tasks admit its security group. Either would do: a rule
that names that group admits what comes through it even where the sender's address is kept ("Security groups for your
Network Load Balancer"). It is said all the same, because a PrivateLink sender has no address that would mean anything.
"""

from __future__ import annotations

from typing import Any

from troposphere import Ref
from troposphere.elasticloadbalancingv2 import (
    Action,
    Listener,
    Matcher,
    TargetGroup,
    TargetGroupAttribute,
)

from nested import inputs
from nested.parts import endpoints, timing
from nested.parts.endpoints import Endpoint


def group_of(endpoint: Endpoint) -> str:
    """Return the logical id of the endpoint's target group."""
    return f"{endpoint.name}TargetGroup"


def target_group(endpoint: Endpoint) -> TargetGroup:
    """Return the endpoint's target group, whose port, protocol and health check follow no parameter."""
    attributes = {
        "deregistration_delay.timeout_seconds": str(timing.DEREGISTRATION_DELAY),
        # Connections that API Gateway keeps are the application's to end: it tells each at the end of an answer.
        "deregistration_delay.connection_termination.enabled": "false",
        # True by default, and then a load balancer that crosses zones takes no part in a zonal shift
        # ("Enable zonal shift for your Network Load Balancer", Elastic Load Balancing).
        "target_health_state.unhealthy.connection_termination.enabled": "false",
        "preserve_client_ip.enabled": "false",
        "stickiness.enabled": "false",
    }
    return TargetGroup(
        group_of(endpoint),
        TargetType="ip",
        Protocol="TCP",
        Port=endpoint.port,
        VpcId=Ref(inputs.VPC_ID.name),
        TargetGroupAttributes=[TargetGroupAttribute(Key=key, Value=value) for key, value in attributes.items()],
        **_health_check(endpoint),
    )


def _health_check(endpoint: Endpoint) -> dict[str, Any]:
    return {
        "HealthCheckEnabled": True,
        "HealthCheckProtocol": "HTTP",
        "HealthCheckPort": "traffic-port",
        "HealthCheckPath": endpoint.health_path,
        "HealthCheckIntervalSeconds": endpoints.INTERVAL,
        "HealthCheckTimeoutSeconds": endpoints.TIMEOUT,
        "HealthyThresholdCount": endpoints.HEALTHY_COUNT,
        "UnhealthyThresholdCount": endpoints.UNHEALTHY_COUNT,
        "Matcher": Matcher(HttpCode="200"),
    }


def listener(endpoint: Endpoint) -> Listener:
    """Return the endpoint's listener; it closes no connection before the application does (350 s by default)."""
    return Listener(
        f"{endpoint.name}Listener",
        LoadBalancerArn=Ref(inputs.LOAD_BALANCER_ARN.name),
        Protocol="TCP",
        Port=endpoint.listener,
        DefaultActions=[Action(Type="forward", TargetGroupArn=Ref(group_of(endpoint)))],
    )


def ways(several: tuple[Endpoint, ...]) -> list[str]:
    """Return the logical ids of what has to be there before the service: listeners, and both ways through groups."""
    made = ("Listener", "FromLoadBalancer", "ToTasks")
    return [f"{each.name}{what}" for each in several for what in made]
