"""Alarms that a deployment rolls back on.

They live with the service and know it by load balancer and target group alone: an alarm on its name would be a
circle. No data is no complaint, or a service without requests could never be deployed.
"""

from __future__ import annotations

from typing import Any

from troposphere import GetAtt, Ref
from troposphere.cloudwatch import Alarm, Metric, MetricDataQuery, MetricDimension, MetricStat

from nested import inputs
from nested.parts import timing

# Share of requests that the tasks answer with a server error, in percent.
ERROR_RATE = 5

# Errors in a minute below which the rate says nothing: one in two requests is no trend.
FEWEST_ERRORS = 5


def unhealthy_hosts() -> Alarm:
    """Return the alarm on tasks that stay unhealthy; one that is replaced in time does not ring it."""
    return Alarm(
        "UnhealthyHosts",
        AlarmDescription="A target of the service is unhealthy for minutes on end; a deployment rolls back",
        Namespace="AWS/ApplicationELB",
        MetricName="UnHealthyHostCount",
        Dimensions=_dimensions(),
        Statistic="Maximum",
        Period=timing.ALARM_PERIOD,
        Threshold=1,
        **_judgement(),
    )


def server_errors() -> Alarm:
    """Return the alarm on the share of requests that end in a server error of the tasks."""
    rate = f"IF(FILL(errors, 0) >= {FEWEST_ERRORS}, 100 * FILL(errors, 0) / requests, 0)"
    return Alarm(
        "ServerErrors",
        AlarmDescription="Too many requests end in a server error; a deployment rolls back",
        Metrics=[
            MetricDataQuery(Id="rate", Label="Server errors (%)", Expression=rate, ReturnData=True),
            _sum("errors", "HTTPCode_Target_5XX_Count"),
            _sum("requests", "RequestCount"),
        ],
        Threshold=ERROR_RATE,
        **_judgement(),
    )


def _sum(title: str, metric: str) -> MetricDataQuery:
    source = Metric(Namespace="AWS/ApplicationELB", MetricName=metric, Dimensions=_dimensions())
    stat = MetricStat(Metric=source, Stat="Sum", Period=timing.ALARM_PERIOD)
    return MetricDataQuery(Id=title, MetricStat=stat, ReturnData=False)


def _dimensions() -> list[MetricDimension]:
    return [
        MetricDimension(Name="LoadBalancer", Value=Ref(inputs.LOAD_BALANCER_FULL_NAME.name)),
        MetricDimension(Name="TargetGroup", Value=GetAtt("TargetGroup", "TargetGroupFullName")),
    ]


def _judgement() -> dict[str, Any]:
    return {
        "ComparisonOperator": "GreaterThanOrEqualToThreshold",
        "EvaluationPeriods": timing.ALARM_PERIODS,
        "DatapointsToAlarm": timing.ALARM_PERIODS,
        "TreatMissingData": "notBreaching",
    }
