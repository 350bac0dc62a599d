"""Scaling: a service follows its load, held at targets for CPU, memory and, where wanted, requests per task.

Each target alone can add tasks; tasks are removed only when all of them agree ("Target tracking scaling policies for
Application Auto Scaling", how several policies work together).
"""

from __future__ import annotations

from typing import Any

from troposphere import Equals, Ref, Sub, Template
from troposphere.applicationautoscaling import PredefinedMetricSpecification, ScalingPolicy

from nested import inputs
from nested.parts import scalable
from nested.shape import Input, needs

_ROLLS = "RollsOut"


def template(*, requests: bool = True) -> Template:
    """Emit the scaling stack.

    Needs ClusterName, ServiceName, the limits, by day and in off hours, and the targets of CPU and memory; gives
    nothing. With `requests` it holds those per task too, while deployments are rolling updates, and needs the strategy
    and the full names of load balancer and target group.
    """
    t = Template(Description="Target tracking scaling")
    needs(t, inputs.CLUSTER_NAME, inputs.SERVICE_NAME)
    scalable.add_to(t)
    needs(t, inputs.CPU_TARGET, inputs.MEMORY_TARGET)
    t.add_resource(_policy("Cpu", "ECSServiceAverageCPUUtilization", inputs.CPU_TARGET))
    t.add_resource(_policy("Memory", "ECSServiceAverageMemoryUtilization", inputs.MEMORY_TARGET))
    if requests:
        _add_requests(t)
    return t


def _add_requests(t: Template) -> None:
    """Add the policy that looks at one target group, and so not where deployments move the traffic to the other.

    Source: "Use a target metric to scale Amazon ECS services", Amazon ECS Developer Guide.
    """
    needs(t, inputs.LOAD_BALANCER_FULL_NAME, inputs.TARGET_GROUP_FULL_NAME, inputs.REQUESTS_PER_TARGET)
    needs(t, inputs.DEPLOYMENT_STRATEGY)
    t.add_condition(_ROLLS, Equals(Ref(inputs.DEPLOYMENT_STRATEGY.name), "ROLLING"))
    label = Sub("${LoadBalancerFullName}/${TargetGroupFullName}")
    requests = _policy("Requests", "ALBRequestCountPerTarget", inputs.REQUESTS_PER_TARGET, label=label)
    requests.Condition = _ROLLS
    t.add_resource(requests)


def _policy(title: str, metric: str, target: Input, *, label: Any = None) -> ScalingPolicy:
    """Return the policy that holds a predefined metric; `label` names the target group where the metric needs one."""
    extra = {"ResourceLabel": label} if label else {}
    measured = PredefinedMetricSpecification(PredefinedMetricType=metric, **extra)
    return scalable.tracking(title, target, PredefinedMetricSpecification=measured)
