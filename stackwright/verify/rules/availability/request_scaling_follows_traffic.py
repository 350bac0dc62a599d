"""Scaling on requests looks at the target group that has them."""

from __future__ import annotations

from collections.abc import Iterator

from stackwright.verify.deployment import Deployment, at
from stackwright.verify.rule import Finding, Rule
from stackwright.verify.tasks import SERVICE, beside, scalable_target

POLICY = "AWS::ApplicationAutoScaling::ScalingPolicy"
SPECIFICATION = "TargetTrackingScalingPolicyConfiguration.PredefinedMetricSpecification"
REQUESTS = "ALBRequestCountPerTarget"


def check(deployment: Deployment) -> Iterator[Finding]:
    """Yield each policy on requests per target of a service whose deployments move them to another target group."""
    for service in deployment.of(SERVICE):
        target = scalable_target(deployment.graph, service)
        if target is None or not beside(service):
            continue
        for policy in deployment.graph.users(target, POLICY):
            metric = at(policy.properties, f"{SPECIFICATION}.PredefinedMetricType")
            if metric == REQUESTS:
                problem = f"deployments of {service.path} move the traffic away from the target group that it looks at"
                mend = "scale on CPU and memory, or deploy by ROLLING"
                yield Finding(policy.path, f"{SPECIFICATION}.PredefinedMetricType", metric, problem, mend)


RULE = Rule(
    claim="Scaling on requests looks at the target group that has them.",
    why="After a deployment that shifts traffic the metric is the idle group's, and the service shrinks to its least.",
    source="Use a target metric to scale Amazon ECS services (Amazon ECS Developer Guide)",
    about=(POLICY,),
    check=check,
)
