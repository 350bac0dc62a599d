"""Target: where a service's requests arrive, from the listener's rule through the target group into the tasks."""

from __future__ import annotations

from typing import Any

from troposphere import GetAtt, Ref
from troposphere.ec2 import SecurityGroup, SecurityGroupEgress, SecurityGroupIngress, SecurityGroupRule
from troposphere.elasticloadbalancingv2 import (
    Condition,
    ForwardConfig,
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
from nested.parts import timing

# The rule names weights from the first day, so that it need not change when a second group comes.
WHOLE_WEIGHT = 100


def target_group(*, port: int, health_path: str, health_interval: int) -> TargetGroup:
    """Return the target group, whose port, protocol and health check follow no parameter.

    A replaced group empties production, and a changed check fails the tasks that a deployment rolls back to.
    """
    attributes = {
        "deregistration_delay.timeout_seconds": str(timing.DEREGISTRATION_DELAY),
        "slow_start.duration_seconds": "0",
        "stickiness.enabled": "false",
    }
    return TargetGroup(
        "TargetGroup",
        TargetType="ip",
        Protocol="HTTP",
        Port=port,
        VpcId=Ref(inputs.VPC_ID.name),
        TargetGroupAttributes=[TargetGroupAttribute(Key=key, Value=value) for key, value in attributes.items()],
        **_health_check(health_path, health_interval),
    )


def _health_check(path: str, interval: int) -> dict[str, Any]:
    return {
        "HealthCheckEnabled": True,
        "HealthCheckProtocol": "HTTP",
        "HealthCheckPort": "traffic-port",
        "HealthCheckPath": path,
        "HealthCheckIntervalSeconds": interval,
        "HealthCheckTimeoutSeconds": timing.TARGET_TIMEOUT,
        "HealthyThresholdCount": timing.HEALTHY_COUNT,
        "UnhealthyThresholdCount": timing.UNHEALTHY_COUNT,
        "Matcher": Matcher(HttpCode="200"),
    }


def listener_rule() -> ListenerRule:
    """Return the rule that sends the service's paths to the target group."""
    forward = ForwardConfig(
        TargetGroups=[TargetGroupTuple(TargetGroupArn=Ref("TargetGroup"), Weight=WHOLE_WEIGHT)],
        TargetGroupStickinessConfig=TargetGroupStickinessConfig(Enabled=False),
    )
    paths = PathPatternConfig(Values=Ref(inputs.PATH_PATTERNS.name))
    return ListenerRule(
        "ListenerRule",
        ListenerArn=Ref(inputs.LISTENER_ARN.name),
        Priority=Ref(inputs.LISTENER_RULE_PRIORITY.name),
        Conditions=[Condition(Field="path-pattern", PathPatternConfig=paths)],
        Actions=[ListenerRuleAction(Type="forward", ForwardConfig=forward)],
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


def ingress(*, port: int) -> SecurityGroupIngress:
    """Return the rule that lets the load balancer, and nothing else, into the tasks."""
    return SecurityGroupIngress(
        "FromLoadBalancer",
        GroupId=GetAtt("TaskSecurityGroup", "GroupId"),
        SourceSecurityGroupId=Ref(inputs.LOAD_BALANCER_SECURITY_GROUP_ID.name),
        Description="Requests and health checks",
        **_tcp(port),
    )


def egress(*, port: int) -> SecurityGroupEgress:
    """Return the rule that lets the load balancer out to these tasks."""
    return SecurityGroupEgress(
        "ToTasks",
        GroupId=Ref(inputs.LOAD_BALANCER_SECURITY_GROUP_ID.name),
        DestinationSecurityGroupId=GetAtt("TaskSecurityGroup", "GroupId"),
        Description="Requests and health checks",
        **_tcp(port),
    )


def _tcp(port: int) -> dict[str, Any]:
    return {"IpProtocol": "tcp", "FromPort": port, "ToPort": port}
