"""Scaling policies of one service do not undo each other, and take tasks away no sooner than they have helped."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from stackwright.resolve.graph import Graph, Resource
from stackwright.resolve.symbols import Value
from stackwright.verify.deployment import Deployment, at, listed, number, on
from stackwright.verify.fleet import GROUP, PROVIDER, scaled_by
from stackwright.verify.rule import Finding, Rule
from stackwright.verify.tasks import SCALABLE_TARGET, SERVICE, scalable_target

POLICY = "AWS::ApplicationAutoScaling::ScalingPolicy"
ALARM = "AWS::CloudWatch::Alarm"
TRACKING = "TargetTrackingScalingPolicyConfiguration"
STEPS = "StepScalingPolicyConfiguration"
METRICS = (f"{TRACKING}.PredefinedMetricSpecification", f"{TRACKING}.CustomizedMetricSpecification")

# Of ECS services: "PutScalingPolicy", Application Auto Scaling API Reference.
_COOLDOWN = 300


def check(deployment: Deployment) -> Iterator[Finding]:
    """Yield policies that scale in too soon, that contradict each other, and groups that two things scale."""
    graph = deployment.graph
    for service in deployment.of(SERVICE):
        target = scalable_target(graph, service)
        policies = graph.users(target, POLICY) if target is not None else []
        for each in policies:
            yield from _hasty(each, number(service.properties.get("HealthCheckGracePeriodSeconds", 0)) or 0)
        yield from _same_metric(policies)
        yield from _step_beside_tracking(policies)
        yield from _overlapping(graph, policies)
    for group in deployment.of(GROUP):
        yield from _two_masters(graph, group)


def _hasty(policy: Resource, grace: float) -> Iterator[Finding]:
    """Yield a policy told to take tasks away sooner than a new one is in service, or sooner than it adds them."""
    tracking = at(policy.properties, TRACKING)
    key = f"{TRACKING}.ScaleInCooldown" if tracking is not None else f"{STEPS}.Cooldown"
    if (tracking is None and not _steps_in(policy)) or on(at(tracking, "DisableScaleIn")):
        return
    given = at(policy.properties, key)
    wait, out = number(given), number(at(tracking, "ScaleOutCooldown", _COOLDOWN)) if tracking is not None else None
    if wait is not None and wait < grace:
        problem = f"takes tasks away every {wait:g} s, and a new one has {grace:g} s to pass its first health check"
        yield Finding(policy.path, key, given, problem, f"wait {grace:g} s or longer")
    elif wait is not None and out is not None and wait < out:
        problem = f"takes tasks away every {wait:g} s, and adds them only every {out:g} s"
        yield Finding(policy.path, key, given, problem, f"wait {out:g} s or longer, so that scaling in is the slower")


def _steps_in(policy: Resource) -> bool:
    adjustments = [
        number(at(each, "ScalingAdjustment")) for each in listed(at(policy.properties, f"{STEPS}.StepAdjustments"))
    ]
    return any(each is not None and each < 0 for each in adjustments)


def _same_metric(policies: Sequence[Resource]) -> Iterator[Finding]:
    seen: list[tuple[Value, str]] = []
    for policy in policies:
        for key in METRICS:
            metric = at(policy.properties, key)
            other = next((path for known, path in seen if known == metric), None)
            if metric is not None and other is not None:
                problem = f"tracks the same metric as {other}, and each undoes what the other does"
                yield Finding(policy.path, key, metric, problem, "keep one policy for each metric")
            elif metric is not None:
                seen.append((metric, policy.path))


def _step_beside_tracking(policies: Sequence[Resource]) -> Iterator[Finding]:
    """Source: "How target tracking scaling for Application Auto Scaling works", multiple scaling policies."""
    trackers = [each for each in policies if at(each.properties, TRACKING) is not None]
    for policy in policies:
        if trackers and _steps_in(policy):
            problem = f"takes tasks away without asking {trackers[0].path}, which adds them again"
            mend = "let only one kind of policy scale in"
            yield Finding(
                policy.path,
                f"{STEPS}.StepAdjustments",
                at(policy.properties, f"{STEPS}.StepAdjustments"),
                problem,
                mend,
            )


def _overlapping(graph: Graph, policies: Sequence[Resource]) -> Iterator[Finding]:
    """Yield the alarm on a low value that is on while another policy's on a high value of the same metric is too."""
    stepping = [each for each in policies if at(each.properties, STEPS) is not None]
    alarms = [(each, alarm) for each in stepping for alarm in graph.users(each, ALARM)]
    for below, low in alarms:
        for above, high in alarms:
            if below == above or not (_looks(low, "LessThan") and _looks(high, "GreaterThan")):
                continue
            bottom, top = number(high.properties.get("Threshold")), number(low.properties.get("Threshold"))
            if _measured(low) == _measured(high) and bottom is not None and top is not None and top > bottom:
                problem = f"is above that of {high.path}, {bottom:g}: between the two, tasks come and go at once"
                yield Finding(
                    low.path, "Threshold", low.properties["Threshold"], problem, f"set it well below {bottom:g}"
                )


def _looks(alarm: Resource, way: str) -> bool:
    return str(alarm.properties.get("ComparisonOperator")).startswith(way)


def _measured(alarm: Resource) -> list[Value]:
    return [alarm.properties.get(each) for each in ("Namespace", "MetricName", "Dimensions", "Statistic")]


def _two_masters(graph: Graph, group: Resource) -> Iterator[Finding]:
    masters = scaled_by(graph, group)
    providers = [each for each in masters if each.type == PROVIDER]
    for policy in masters:
        if providers and policy.type != PROVIDER:
            problem = f"scales {group.path}, which {providers[0].path} scales for its tasks, and each undoes the other"
            yield Finding(
                policy.path, "AutoScalingGroupName", group.path, problem, "leave the group to managed scaling"
            )


RULE = Rule(
    claim="Scaling policies do not undo each other, and take no task away before it could help.",
    why="Policies that pull both ways add and remove tasks in turn, and each turn costs requests.",
    source="How target tracking scaling for Application Auto Scaling works (Application Auto Scaling User Guide)",
    about=(SCALABLE_TARGET, GROUP),
    check=check,
)
