"""Step scaling: what a policy does when its alarm goes off, with the metric at the alarm's threshold.

An alarm goes off by `aws cloudwatch set-alarm-state`: nothing measures CPU here. Cooldowns are not waited for, because
nothing takes time. Source: "Step scaling policies for Application Auto Scaling", Application Auto Scaling User Guide.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from moto.applicationautoscaling.models import applicationautoscaling_backends
from moto.ecs.models import ecs_backends

from stackwright.emulator.services.ecs_rollout import settle


def act(account: str, region: str, action: str) -> None:
    """Carry out an alarm's action, if it is a step scaling policy of an ECS service."""
    backend = applicationautoscaling_backends[account][region]
    policy = next((each for each in backend.policies.values() if each.policy_arn == action), None)
    steps = policy.step_scaling_policy_configuration if policy else None
    if policy is None or not steps or policy.service_namespace != "ecs":
        return
    target: Any = backend.targets[policy.scalable_dimension][policy.resource_id]
    _, cluster, name = policy.resource_id.split("/")
    ecs = ecs_backends[account][region]
    service = ecs.describe_services(cluster, [name])[0][0]
    if len(service.task_sets) > 1:
        return  # CodeDeploy is at work: the service is "not in a scalable state" until it is done
    wanted = _changed(service.desired_count, steps)
    wanted = min(max(wanted, target.min_capacity), target.max_capacity)
    if wanted != service.desired_count:
        ecs.update_service({"cluster": cluster, "service": name, "desired_count": wanted})
        settle(ecs, service)


def _changed(count: int, steps: Mapping[str, Any]) -> int:
    """Return the number of tasks after the step whose interval begins or ends at the threshold."""
    for each in steps.get("StepAdjustments") or []:
        lower, upper = each.get("MetricIntervalLowerBound"), each.get("MetricIntervalUpperBound")
        if (lower is None or lower <= 0) and (upper is None or upper >= 0):
            return _adjusted(count, steps["AdjustmentType"], int(each["ScalingAdjustment"]))
    return count


def _adjusted(count: int, kind: str, adjustment: int) -> int:
    if kind == "ExactCapacity":
        return adjustment
    if kind == "PercentChangeInCapacity":
        change = count * adjustment / 100
        return count + (int(change) or (1 if change > 0 else -1 if change < 0 else 0))
    return count + adjustment
