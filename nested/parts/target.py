"""Target: where a service's requests arrive, from the listener's rule through its target groups into the tasks.

There are two groups from the first day, alike in everything: a deployment that shifts traffic starts the next revision
behind the one that has no weight, and after it the groups have changed places.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

from troposphere import GetAtt, Ref
from troposphere.ec2 import SecurityGroup, SecurityGroupEgress, SecurityGroupIngress, SecurityGroupRule
from troposphere.elasticloadbalancingv2 import (
    Condition,
    ForwardConfig,
    HttpHeaderConfig,
    ListenerRule,
    ListenerRuleAction,
    Matcher,
    PathPatternConfig,
    TargetGroup,
    TargetGroupAttribute,
    TargetGroupStickinessConfig,
    TargetGroupTuple,
)

from nested import inputs
from nested.parts import cloudfront, timing
from nested.parts.entrances import Entrance

PRIMARY, ALTERNATE = "TargetGroup", "AlternateTargetGroup"
PAIR = (PRIMARY, ALTERNATE)

# What the production rule gives each group, always: the template never follows a deployment that has moved weights.
WEIGHTS = {PRIMARY: 100, ALTERNATE: 0}

# An Application Load Balancer speaks no other to its targets ("Target groups for your Application Load Balancers").
Protocol = Literal["HTTP", "HTTPS"]


def target_group(
    title: str = PRIMARY, *, port: int, health_path: str, health_interval: int, protocol: Protocol = "HTTP"
) -> TargetGroup:
    """Return a target group, whose port, protocol and health check follow no parameter.

    A replaced group empties production, and a changed check fails the tasks that a deployment rolls back to.
    """
    attributes = {
        "deregistration_delay.timeout_seconds": str(timing.DEREGISTRATION_DELAY),
        "stickiness.enabled": "false",
        "slow_start.duration_seconds": "0",
    }
    return TargetGroup(
        title,
        TargetType="ip",
        Protocol=protocol,
        Port=port,
        VpcId=Ref(inputs.VPC_ID.name),
        TargetGroupAttributes=[TargetGroupAttribute(Key=key, Value=value) for key, value in attributes.items()],
        **_health_check(health_path, health_interval, protocol),
    )


def _health_check(path: str, interval: int, protocol: Protocol) -> dict[str, Any]:
    return {
        "HealthCheckEnabled": True,
        "HealthCheckProtocol": protocol,
        "HealthCheckPort": "traffic-port",
        "HealthCheckPath": path,
        "HealthCheckIntervalSeconds": interval,
        "HealthCheckTimeoutSeconds": timing.TARGET_TIMEOUT,
        "HealthyThresholdCount": timing.HEALTHY_COUNT,
        "UnhealthyThresholdCount": timing.UNHEALTHY_COUNT,
        "Matcher": Matcher(HttpCode="200"),
    }


def listener_rule(*, entrance: Entrance = "internet", paths: Sequence[str] = ()) -> ListenerRule:
    """Return the production rule: the service's paths go to the primary group, and none yet to the alternate one.

    Weights are set again by an update that changes the rule, wherever a deployment has moved them since: so nothing
    that an update may change stands in it, but priority and paths, and with constant `paths` not these. With `entrance`
    prefix-list it takes no request without the secret header; the template needs OriginSecretArn then.
    """
    header = _secret_header() if entrance == "prefix-list" else []
    return _rule("ListenerRule", inputs.LISTENER_ARN.name, [_paths(paths), *header])


def test_rule(*, condition: str, paths: Sequence[str] = ()) -> ListenerRule:
    """Return the rule of the test listener, which a deployment points to the revision that it tests."""
    return _rule("TestListenerRule", inputs.TEST_LISTENER_ARN.name, [_paths(paths)], Condition=condition)


def _paths(constant: Sequence[str]) -> Condition:
    paths = PathPatternConfig(Values=list(constant) or Ref(inputs.PATH_PATTERNS.name))
    return Condition(Field="path-pattern", PathPatternConfig=paths)


def _secret_header() -> list[Condition]:
    header = HttpHeaderConfig(HttpHeaderName=cloudfront.HEADER, Values=[cloudfront.secret_value()])
    return [Condition(Field="http-header", HttpHeaderConfig=header)]


def _rule(title: str, listener: str, conditions: list[Condition], **options: str) -> ListenerRule:
    groups = [TargetGroupTuple(TargetGroupArn=Ref(group), Weight=weight) for group, weight in WEIGHTS.items()]
    forward = ForwardConfig(TargetGroups=groups, TargetGroupStickinessConfig=TargetGroupStickinessConfig(Enabled=False))
    return ListenerRule(
        title,
        ListenerArn=Ref(listener),
        Priority=Ref(inputs.LISTENER_RULE_PRIORITY.name),
        Conditions=conditions,
        Actions=[ListenerRuleAction(Type="forward", ForwardConfig=forward)],
        **options,
    )


def security_group() -> SecurityGroup:
    """Return the tasks' group: what comes in is a resource of its own, and every way out is open."""
    anywhere = SecurityGroupRule(IpProtocol="-1", CidrIp="0.0.0.0/0", Description="AWS APIs, registries, dependencies")
    return SecurityGroup(
        "TaskSecurityGroup",
        GroupDescription="Tasks: in from the load balancer only",
        VpcId=Ref(inputs.VPC_ID.name),
        SecurityGroupEgress=[anywhere],
    )


def ingress(prefix: str = "", *, port: int) -> SecurityGroupIngress:
    """Return the rule that lets the load balancer, and nothing else, into the tasks at this port."""
    return SecurityGroupIngress(
        f"{prefix}FromLoadBalancer",
        GroupId=GetAtt("TaskSecurityGroup", "GroupId"),
        SourceSecurityGroupId=Ref(inputs.LOAD_BALANCER_SECURITY_GROUP_ID.name),
        Description="Requests and health checks",
        **_tcp(port),
    )


def egress(prefix: str = "", *, port: int) -> SecurityGroupEgress:
    """Return the rule that lets the load balancer out to this port of the tasks."""
    return SecurityGroupEgress(
        f"{prefix}ToTasks",
        GroupId=Ref(inputs.LOAD_BALANCER_SECURITY_GROUP_ID.name),
        DestinationSecurityGroupId=GetAtt("TaskSecurityGroup", "GroupId"),
        Description="Requests and health checks",
        **_tcp(port),
    )


def _tcp(port: int) -> dict[str, Any]:
    return {"IpProtocol": "tcp", "FromPort": port, "ToPort": port}
