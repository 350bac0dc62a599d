"""Alarms that tell a person; none of them stops a deployment.

Those that do (unhealthy targets, server errors of the tasks) are the service stack's own, in `alarms`; here they are
only listened to. What callers notice is told by one composite alarm, so that one fault is one message; what will
hurt later, or hurts in the dark, tells by itself.
"""

from __future__ import annotations

from typing import Any

from troposphere import And, Equals, If, Join, Not, NoValue, Ref, Sub, Template
from troposphere.cloudwatch import (
    Alarm,
    CompositeAlarm,
    Metric,
    MetricDataQuery,
    MetricDimension,
    MetricStat,
)
from troposphere.logs import MetricFilter, MetricTransformation

from nested import inputs
from nested.shape import Input

# Seconds of a data point: what ECS, load balancers, NAT gateways and Container Insights publish at the least.
PERIOD = 60

# Percent. Scaling holds less than this; a quarter of an hour above it, there are no more tasks to add.
CPU_LIMIT = 90
CPU_MINUTES = 15

# Percent. At 100 the kernel kills the container, so there is less time than with CPU.
MEMORY_LIMIT = 90
MEMORY_MINUTES = 5

# Most callers, not the slowest of them: one slow request in twenty is no fault yet.
SLOW_STATISTIC = "p95"
SLOW_MINUTES = 5

# A percentile of a handful of requests is the slowest of them: ten must lie beyond it ("Percentile-based CloudWatch
# alarms and low data samples"), and an alarm on an expression has no setting that asks for it.
SLOW_REQUESTS = 200

# Requests a minute that the load balancer fails by itself. Keep-alive faults come at random: three minutes of five.
BALANCER_ERRORS = 5
BAD_MINUTES, OF_MINUTES = 3, 5

# Longer than a deployment or a replaced task takes to have all tasks run again.
FEW_TASKS_MINUTES = 10

# Lines of level ERROR or worse in five minutes; less than one a minute is for who reads logs by day.
LOG_ERRORS = 5
LOG_PERIOD = 300

_GROUPS = {"Primary": inputs.TARGET_GROUP_FULL_NAME, "Alternate": inputs.ALTERNATE_TARGET_GROUP_FULL_NAME}

_COUNTS_TASKS = "CountsTasks"
_PER_ZONE = "NatGatewayPerZone"
_THIRD_NAT = "ThirdNatGateway"


def add_to(t: Template) -> None:
    """Add the alarms; the template needs names of cluster, service, load balancer, target groups and log group."""
    _add_conditions(t)
    t.add_resource([_cpu(), _memory(), _slow(), _balancer_errors(), _few_tasks(), _errors_in_log(), _log_errors()])
    t.add_resource(_nat_ports("One"))
    t.add_resource(_nat_ports("Two", Condition=_PER_ZONE))
    t.add_resource(_nat_ports("Three", Condition=_THIRD_NAT))
    t.add_resource(_composite())


def _add_conditions(t: Template) -> None:
    per_zone = Equals(Ref(inputs.NAT_GATEWAYS.name), "per-zone")
    t.add_condition(_COUNTS_TASKS, Not(Equals(Ref(inputs.CONTAINER_INSIGHTS.name), "disabled")))
    t.add_condition(_PER_ZONE, per_zone)
    t.add_condition(_THIRD_NAT, And(per_zone, Equals(Ref(inputs.ZONE_COUNT.name), "3")))


def _cpu() -> Alarm:
    return Alarm(
        "CpuIsFull",
        AlarmDescription="The service's CPU is used up and no task is left to add: raise MaxTasks or TaskCpu",
        **_ecs("CPUUtilization"),
        **_tells(CPU_LIMIT, CPU_MINUTES),
    )


def _memory() -> Alarm:
    return Alarm(
        "MemoryIsFull",
        AlarmDescription="The service's memory is used up; tasks will be killed: raise TaskMemory or find the leak",
        **_ecs("MemoryUtilization"),
        **_tells(MEMORY_LIMIT, MEMORY_MINUTES),
    )


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
        **_judges(Ref(inputs.SLOW_RESPONSE_SECONDS.name), SLOW_MINUTES),
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
            _query("errors", "AWS/ApplicationELB", "HTTPCode_ELB_5XX_Count", [_load_balancer()], "Sum"),
            *_of_groups("unhealthy", "UnHealthyHostCount", "Maximum"),
        ],
        **_judges(BALANCER_ERRORS, BAD_MINUTES, of=OF_MINUTES),
    )


def _few_tasks() -> Alarm:
    """Return the alarm on tasks that ought to run and do not.

    Container Insights counts both for the service ("Amazon ECS Container Insights metrics", CloudWatch User Guide). A
    gap in what it publishes says nothing, so the alarm stays as it is.
    """
    namespace, dimensions = "ECS/ContainerInsights", _service_dimensions()
    return Alarm(
        "TooFewTasks",
        Condition=_COUNTS_TASKS,
        AlarmDescription="Fewer tasks run than should for minutes on end: the service's events say why",
        Metrics=[
            MetricDataQuery(Id="missing", Label="Tasks missing", Expression="desired - running", ReturnData=True),
            _query("desired", namespace, "DesiredTaskCount", dimensions, "Average"),
            _query("running", namespace, "RunningTaskCount", dimensions, "Average"),
        ],
        **_judges(1, FEW_TASKS_MINUTES, missing="ignore"),
    )


def _errors_in_log() -> MetricFilter:
    return MetricFilter(
        "ErrorsInLog",
        LogGroupName=Ref(inputs.LOG_GROUP_NAME.name),
        FilterPattern='{ $.level = "ERROR" || $.level = "CRITICAL" }',
        MetricTransformations=[
            # A namespace of the stack's own: a filter has no other way to tell two systems' metrics apart.
            MetricTransformation(
                MetricNamespace=Ref("AWS::StackName"), MetricName="LogErrors", MetricValue="1", DefaultValue=0
            )
        ],
    )


def _log_errors() -> Alarm:
    return Alarm(
        "LogErrors",
        AlarmDescription="The application logs errors again and again: read its log group",
        Namespace=Ref("AWS::StackName"),
        MetricName="LogErrors",
        Statistic="Sum",
        Period=LOG_PERIOD,
        **_tells(LOG_ERRORS, 1),
    )


def _nat_ports(word: str, **options: str) -> Alarm:
    return Alarm(
        f"NatPortsUsedUp{word}",
        AlarmDescription="A NAT gateway finds no port for new connections: too many of them to one destination",
        Namespace="AWS/NATGateway",
        MetricName="ErrorPortAllocation",
        Dimensions=[MetricDimension(Name="NatGatewayId", Value=Ref(inputs.NAT_GATEWAY_OF[word].name))],
        Statistic="Sum",
        Period=PERIOD,
        **_tells(1, BAD_MINUTES, of=OF_MINUTES),
        **options,
    )


def _composite() -> CompositeAlarm:
    """Return the alarm on what callers notice; an alarm without enough data counts as well."""
    own = [Sub(f'ALARM("${{{title}}}")') for title in ("SlowResponses", "LoadBalancerErrors")]
    service = [Sub(f'ALARM("${{{each.name}}}")') for each in (inputs.UNHEALTHY_HOSTS_ALARM, inputs.SERVER_ERRORS_ALARM)]
    few_tasks = If(_COUNTS_TASKS, Sub('ALARM("${TooFewTasks}")'), NoValue)
    return CompositeAlarm(
        "ServiceIsUnwell",
        AlarmDescription="Callers notice: the alarms that it names say what of",
        AlarmRule=Join(" OR ", [*service, *own, few_tasks]),
        AlarmActions=[Ref("Notifications")],
        OKActions=[Ref("Notifications")],
    )


def _tells(threshold: Any, minutes: int, *, of: int | None = None) -> dict[str, Any]:
    """Judge as `_judges`, and send a message when it goes off and when it is over."""
    topic = [Ref("Notifications")]
    return _judges(threshold, minutes, of=of) | {"AlarmActions": topic, "OKActions": topic}


def _judges(threshold: Any, periods: int, *, of: int | None = None, missing: str = "notBreaching") -> dict[str, Any]:
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


def _ecs(metric: str) -> dict[str, Any]:
    source = {"Namespace": "AWS/ECS", "MetricName": metric, "Dimensions": _service_dimensions()}
    return source | {"Statistic": "Average", "Period": PERIOD}


def _query(title: str, namespace: str, metric: str, dimensions: list[MetricDimension], stat: str) -> MetricDataQuery:
    source = Metric(Namespace=namespace, MetricName=metric, Dimensions=dimensions)
    return MetricDataQuery(Id=title, MetricStat=MetricStat(Metric=source, Stat=stat, Period=PERIOD), ReturnData=False)


def _service_dimensions() -> list[MetricDimension]:
    return [
        MetricDimension(Name="ClusterName", Value=Ref(inputs.CLUSTER_NAME.name)),
        MetricDimension(Name="ServiceName", Value=Ref(inputs.SERVICE_NAME.name)),
    ]


def _of_groups(title: str, metric: str, stat: str) -> list[MetricDataQuery]:
    """Return a query for each target group: a deployment may move all requests from the one to the other."""
    return [
        _query(f"{title}Of{word}", "AWS/ApplicationELB", metric, [_load_balancer(), _group(full_name)], stat)
        for word, full_name in _GROUPS.items()
    ]


def _group(full_name: Input) -> MetricDimension:
    return MetricDimension(Name="TargetGroup", Value=Ref(full_name.name))


def _load_balancer() -> MetricDimension:
    return MetricDimension(Name="LoadBalancer", Value=Ref(inputs.LOAD_BALANCER_FULL_NAME.name))
