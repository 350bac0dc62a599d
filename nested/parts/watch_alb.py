"""What callers of an Application Load Balancer notice, as alarms that tell a person."""

from __future__ import annotations

from troposphere import Ref
from troposphere.cloudwatch import Alarm, MetricDataQuery, MetricDimension

from nested import inputs
from nested.parts.judging import (
    BAD_MINUTES,
    OF_MINUTES,
    OF_SLOW_MINUTES,
    SLOW_MINUTES,
    SLOW_REQUESTS,
    SLOW_STATISTIC,
    judges,
    query,
)
from nested.shape import Input

# Requests a minute that the load balancer fails by itself.
BALANCER_ERRORS = 5

_GROUPS = {"Primary": inputs.TARGET_GROUP_FULL_NAME, "Alternate": inputs.ALTERNATE_TARGET_GROUP_FULL_NAME}


def noticed() -> list[Alarm]:
    """Return the alarms; the template needs the full names of the load balancer and both target groups."""
    return [_slow(), _balancer_errors()]


def _slow() -> Alarm:
    """Return the alarm on slow answers, of whichever target group has enough requests to tell."""
    each = ", ".join(f"IF(FILL(requestsOf{g}, 0) >= {SLOW_REQUESTS}, FILL(slowOf{g}, 0), 0)" for g in _GROUPS)
    return Alarm(
        "SlowResponses",
        AlarmDescription="One answer in twenty takes too long: look for a slow dependency, then for full CPU",
        Metrics=[
            MetricDataQuery(Id="slow", Label="Slow response (s)", Expression=f"MAX([{each}])", ReturnData=True),
            *_of_groups("slow", "TargetResponseTime", SLOW_STATISTIC),
            *_of_groups("requests", "RequestCount", "Sum"),
        ],
        **judges(Ref(inputs.SLOW_RESPONSE_SECONDS.name), SLOW_MINUTES, of=OF_SLOW_MINUTES),
    )


def _balancer_errors() -> Alarm:
    unhealthy = " + ".join(f"FILL(unhealthyOf{group}, 0)" for group in _GROUPS)
    well = f"IF(FILL(errors, 0) >= {BALANCER_ERRORS} && ({unhealthy}) < 1, FILL(errors, 0), 0)"
    text = (
        "The load balancer fails requests although its targets are well. Usual cause: the application closes idle "
        "connections sooner than the load balancer does; its keep-alive must be the longer one"
    )
    return Alarm(
        "LoadBalancerErrors",
        AlarmDescription=text,
        Metrics=[
            MetricDataQuery(Id="failed", Label="Failed by the load balancer", Expression=well, ReturnData=True),
            query("errors", "AWS/ApplicationELB", "HTTPCode_ELB_5XX_Count", [_load_balancer()], "Sum"),
            *_of_groups("unhealthy", "UnHealthyHostCount", "Maximum"),
        ],
        **judges(BALANCER_ERRORS, BAD_MINUTES, of=OF_MINUTES),
    )


def _of_groups(title: str, metric: str, stat: str) -> list[MetricDataQuery]:
    """Return a query for each target group: a deployment may move all requests from the one to the other."""
    return [
        query(f"{title}Of{word}", "AWS/ApplicationELB", metric, [_load_balancer(), _group(full_name)], stat)
        for word, full_name in _GROUPS.items()
    ]


def _group(full_name: Input) -> MetricDimension:
    return MetricDimension(Name="TargetGroup", Value=Ref(full_name.name))


def _load_balancer() -> MetricDimension:
    return MetricDimension(Name="LoadBalancer", Value=Ref(inputs.LOAD_BALANCER_FULL_NAME.name))
