"""Alarms that a deployment rolls back on, for a service behind a Network Load Balancer and an API.

Such a load balancer knows nothing of answers, so errors are counted where callers get them, at the API: what the tasks
answer, and what the API itself says when no task does. Its stack is there before the service. No data is no complaint.
"""

from __future__ import annotations

from collections.abc import Sequence

from troposphere import GetAtt, Ref
from troposphere.cloudwatch import Alarm, MetricDataQuery, MetricDimension

from nested import inputs
from nested.parts import api_metrics, target_tcp, timing
from nested.parts.alarms import ERROR_RATE, FEWEST_ERRORS, judgement
from nested.parts.api_metrics import Kind
from nested.parts.endpoints import Endpoint
from nested.parts.judging import query


def unhealthy_hosts(endpoints: Sequence[Endpoint]) -> Alarm:
    """Return the alarm on tasks that stay unhealthy at any endpoint; one that is replaced in time does not ring it."""
    total = " + ".join(f"FILL(unhealthyOf{each.name}, 0)" for each in endpoints)
    return Alarm(
        "UnhealthyHosts",
        AlarmDescription="A target of the service is unhealthy for minutes on end; a deployment rolls back",
        Metrics=[
            MetricDataQuery(Id="unhealthy", Label="Unhealthy targets", Expression=total, ReturnData=True),
            *[_unhealthy(each) for each in endpoints],
        ],
        **judgement(1),
    )


def _unhealthy(endpoint: Endpoint) -> MetricDataQuery:
    dimensions = [
        MetricDimension(Name="LoadBalancer", Value=Ref(inputs.LOAD_BALANCER_FULL_NAME.name)),
        MetricDimension(Name="TargetGroup", Value=GetAtt(target_tcp.group_of(endpoint), "TargetGroupFullName")),
    ]
    title = f"unhealthyOf{endpoint.name}"
    return query(title, "AWS/NetworkELB", "UnHealthyHostCount", dimensions, "Maximum", timing.ALARM_PERIOD)


def server_errors(kind: Kind) -> Alarm:
    """Return the alarm on the share of requests to the API that end in a server error."""
    rate = f"IF(FILL(errors, 0) >= {FEWEST_ERRORS}, 100 * FILL(errors, 0) / requests, 0)"
    errors = api_metrics.OF[kind].server_errors
    return Alarm(
        "ServerErrors",
        AlarmDescription="Too many requests to the API end in a server error; a deployment rolls back",
        Metrics=[
            MetricDataQuery(Id="rate", Label="Server errors (%)", Expression=rate, ReturnData=True),
            api_metrics.query(kind, "errors", errors, "Sum", timing.ALARM_PERIOD),
            api_metrics.query(kind, "requests", api_metrics.REQUESTS, "Sum", timing.ALARM_PERIOD),
        ],
        **judgement(ERROR_RATE),
    )
