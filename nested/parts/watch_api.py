"""What callers of an API before a Network Load Balancer notice, as alarms that tell a person.

Its errors are told by the service's own alarm, which deployments roll back on.
"""

from __future__ import annotations

from troposphere import Ref
from troposphere.cloudwatch import Alarm, MetricDataQuery, MetricDimension

from nested import inputs
from nested.parts import api_metrics
from nested.parts.api_metrics import Kind
from nested.parts.judging import (
    BAD_MINUTES,
    OF_MINUTES,
    OF_SLOW_MINUTES,
    PERIOD,
    SLOW_MINUTES,
    SLOW_REQUESTS,
    SLOW_STATISTIC,
    judges,
)

_MILLISECONDS = 1000


def noticed(kind: Kind) -> list[Alarm]:
    """Return the alarms; the template needs the API's names and the load balancer's full name."""
    return [_slow(kind), _ports()]


def _slow(kind: Kind) -> Alarm:
    seconds = f"IF(FILL(requests, 0) >= {SLOW_REQUESTS}, FILL(slow, 0) / {_MILLISECONDS}, 0)"
    return Alarm(
        "SlowResponses",
        AlarmDescription="One answer in twenty takes too long: look for a slow dependency, then for full CPU",
        Metrics=[
            MetricDataQuery(Id="seconds", Label="Slow response (s)", Expression=seconds, ReturnData=True),
            api_metrics.query(kind, "slow", api_metrics.LATENCY, SLOW_STATISTIC),
            api_metrics.query(kind, "requests", api_metrics.REQUESTS, "Sum"),
        ],
        **judges(Ref(inputs.SLOW_RESPONSE_SECONDS.name), SLOW_MINUTES, of=OF_SLOW_MINUTES),
    )


def _ports() -> Alarm:
    """Return the alarm on connections that the load balancer has no port for.

    It has about 55,000 to each target, because it puts its own address in the place of the sender's ("Requirements and
    considerations" of client IP preservation, User Guide for Network Load Balancers).
    """
    return Alarm(
        "LoadBalancerPortsUsedUp",
        AlarmDescription="The load balancer finds no port for new connections to a task: add tasks",
        Namespace="AWS/NetworkELB",
        MetricName="PortAllocationErrorCount",
        Dimensions=[MetricDimension(Name="LoadBalancer", Value=Ref(inputs.LOAD_BALANCER_FULL_NAME.name))],
        Statistic="Sum",
        Period=PERIOD,
        **judges(1, BAD_MINUTES, of=OF_MINUTES),
    )
