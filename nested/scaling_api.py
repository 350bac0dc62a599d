"""Scaling: a service behind an API and a Network Load Balancer follows its load, on CPU, memory and requests per task.

Such a load balancer counts no requests, so they are those of the API, by the tasks that are healthy: a metric that
falls as tasks are added, as target tracking wants it ("Choose metrics", Application Auto Scaling User Guide). Requests
that the API itself turns away count too. Minutes without any count as none, or this policy would never agree that tasks
may go; without a healthy task nothing is known, and it does nothing.
"""

from __future__ import annotations

from troposphere import Ref, Template
from troposphere.applicationautoscaling import (
    CustomizedMetricSpecification,
    ScalingPolicy,
    TargetTrackingMetric,
    TargetTrackingMetricDataQuery,
    TargetTrackingMetricDimension,
    TargetTrackingMetricStat,
)

from nested import inputs, scaling
from nested.parts import api_metrics, scalable
from nested.parts.api_metrics import Kind
from nested.shape import Input, needs

_HEALTHY = "HealthyHostCount"


def template(*, api: Kind = "rest") -> Template:
    """Emit the scaling stack of a service behind an API of this kind.

    Needs what `scaling` does, the API's names, the full names of load balancer and target group, and
    RequestsPerTarget; gives nothing.
    """
    t = scaling.template(requests=False)
    needs(t, inputs.LOAD_BALANCER_FULL_NAME, inputs.TARGET_GROUP_FULL_NAME, inputs.REQUESTS_PER_TARGET)
    needs(t, *api_metrics.needed(api))
    t.add_resource(_requests(api))
    return t


def _requests(api: Kind) -> ScalingPolicy:
    each_task = TargetTrackingMetricDataQuery(
        Id="requestsPerTask", Label="Requests per task", Expression="FILL(requests, 0) / tasks", ReturnData=True
    )
    requests = _query("requests", api_metrics.NAMESPACE, api_metrics.REQUESTS, "Sum", _stage(api))
    balancer = {"LoadBalancer": inputs.LOAD_BALANCER_FULL_NAME, "TargetGroup": inputs.TARGET_GROUP_FULL_NAME}
    # Each zone's node of the load balancer knows all tasks, because cross-zone is on.
    tasks = _query("tasks", "AWS/NetworkELB", _HEALTHY, "Average", balancer)
    measured = CustomizedMetricSpecification(Metrics=[each_task, requests, tasks])
    return scalable.tracking("Requests", inputs.REQUESTS_PER_TARGET, CustomizedMetricSpecification=measured)


def _stage(api: Kind) -> dict[str, Input]:
    name, stage = api_metrics.needed(api)
    return {name.name: name, "Stage": stage}


def _query(title: str, namespace: str, metric: str, stat: str, by: dict[str, Input]) -> TargetTrackingMetricDataQuery:
    dimensions = [TargetTrackingMetricDimension(Name=name, Value=Ref(value.name)) for name, value in by.items()]
    source = TargetTrackingMetric(Namespace=namespace, MetricName=metric, Dimensions=dimensions)
    stated = TargetTrackingMetricStat(Metric=source, Stat=stat)
    return TargetTrackingMetricDataQuery(Id=title, MetricStat=stated, ReturnData=False)
