"""Judging: how an alarm weighs what it measures, and whom it tells."""

from __future__ import annotations

from typing import Any

from troposphere import Ref, Sub
from troposphere.cloudwatch import Metric, MetricDataQuery, MetricDimension, MetricStat

from nested.parts import timing
from nested.parts.stack_names import root

# Seconds of a data point: what ECS, load balancers, NAT gateways and Container Insights publish at the least.
PERIOD = 60

# Some faults come at random: three bad minutes of five.
BAD_MINUTES, OF_MINUTES = 3, 5

# Most callers, not the slowest of them: one slow request in twenty is no fault yet.
SLOW_STATISTIC = "p95"
SLOW_MINUTES = 5

# Of so many more, because metrics come late.
OF_SLOW_MINUTES = SLOW_MINUTES + timing.LATE_PERIODS

# A percentile of a handful of requests is the slowest of them: ten must lie beyond it ("Percentile-based CloudWatch
# alarms and low data samples"), and an alarm on an expression has no setting that asks for it.
SLOW_REQUESTS = 200


def tells(title: str, threshold: Any, minutes: int, *, of: int | None = None) -> dict[str, Any]:
    """Judge as `judges`, and send a message when it goes off and when it is over."""
    return judges(threshold, minutes, of=of) | told_as(title)


def told_as(title: str) -> dict[str, Any]:
    """Return whom an alarm tells, and the name that it is told by: the root's and its own.

    The notification stack knows it by that name. Nothing but another name replaces an alarm.
    """
    topic = [Ref("Notifications")]
    name = Sub(f"${{Root}}-{title}", Root=root("Observability"))
    return {"AlarmName": name, "AlarmActions": topic, "OKActions": topic}


def judges(threshold: Any, periods: int, *, of: int | None = None, missing: str = "notBreaching") -> dict[str, Any]:
    """Return what goes off after so many bad periods, in a row or `of` more.

    No data is well by default: load balancers and NAT gateways publish no zeros, and ECS nothing while no task runs.
    """
    return {
        "ComparisonOperator": "GreaterThanOrEqualToThreshold",
        "Threshold": threshold,
        "EvaluationPeriods": of or periods,
        "DatapointsToAlarm": periods,
        "TreatMissingData": missing,
    }


def query(
    title: str, namespace: str, metric: str, dimensions: list[MetricDimension], stat: str, period: int = PERIOD
) -> MetricDataQuery:
    """Return a query for one metric, by data points of `period` seconds, for an expression to use."""
    source = Metric(Namespace=namespace, MetricName=metric, Dimensions=dimensions)
    return MetricDataQuery(Id=title, MetricStat=MetricStat(Metric=source, Stat=stat, Period=period), ReturnData=False)
