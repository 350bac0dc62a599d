"""Alarms that tell a person; none of them stops a deployment.

Those that do (unhealthy targets, server errors of the tasks) are the service stack's own, in `alarms`; here they are
only listened to. What callers notice is told by one composite alarm, so that one fault is one message; what will
hurt later, or hurts in the dark, tells by itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from troposphere import And, Equals, If, Join, Not, NoValue, Ref, Sub, Template
from troposphere.cloudwatch import (
    Alarm,
    CompositeAlarm,
    MetricDataQuery,
    MetricDimension,
)
from troposphere.logs import MetricFilter, MetricTransformation

from nested import inputs
from nested.parts.judging import BAD_MINUTES, OF_MINUTES, PERIOD, judges, query, tells, told_as

# Percent. Scaling holds less than this; a quarter of an hour above it, there are no more tasks to add.
CPU_LIMIT = 90
CPU_MINUTES = 15

# Percent. At 100 the kernel kills the container, so there is less time than with CPU.
MEMORY_LIMIT = 90
MEMORY_MINUTES = 5

# Longer than a deployment or a replaced task takes to have all tasks run again.
FEW_TASKS_MINUTES = 10

# Lines of level ERROR or worse in five minutes; less than one a minute is for who reads logs by day.
LOG_ERRORS = 5
LOG_PERIOD = 300

_COUNTS_TASKS = "CountsTasks"
_PER_ZONE = "NatGatewayPerZone"
_THIRD_NAT = "ThirdNatGateway"


def add_to(t: Template, *, noticed: Sequence[Alarm]) -> None:
    """Add the alarms, and those on what callers of this load balancer or API notice.

    The template needs names of cluster, service and log group.
    """
    t.add_condition(_COUNTS_TASKS, Not(Equals(Ref(inputs.CONTAINER_INSIGHTS.name), "disabled")))
    t.add_resource([_cpu(), _memory(), *noticed, _few_tasks(), _errors_in_log(), _log_errors()])
    t.add_resource(_composite(noticed))


def add_nat_gateways(t: Template) -> None:
    """Add the alarms on NAT gateways; the template needs them, how many there are, and the number of zones."""
    per_zone = Equals(Ref(inputs.NAT_GATEWAYS.name), "per-zone")
    t.add_condition(_PER_ZONE, per_zone)
    t.add_condition(_THIRD_NAT, And(per_zone, Equals(Ref(inputs.ZONE_COUNT.name), "3")))
    t.add_resource(_nat_ports("One"))
    t.add_resource(_nat_ports("Two", Condition=_PER_ZONE))
    t.add_resource(_nat_ports("Three", Condition=_THIRD_NAT))


def _cpu() -> Alarm:
    return Alarm(
        "CpuIsFull",
        AlarmDescription="The service's CPU is used up and no task is left to add: raise MaxTasks or TaskCpu",
        **_ecs("CPUUtilization"),
        **tells("CpuIsFull", CPU_LIMIT, CPU_MINUTES),
    )


def _memory() -> Alarm:
    return Alarm(
        "MemoryIsFull",
        AlarmDescription="The service's memory is used up; tasks will be killed: raise TaskMemory or find the leak",
        **_ecs("MemoryUtilization"),
        **tells("MemoryIsFull", MEMORY_LIMIT, MEMORY_MINUTES),
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
            query("desired", namespace, "DesiredTaskCount", dimensions, "Average"),
            query("running", namespace, "RunningTaskCount", dimensions, "Average"),
        ],
        **judges(1, FEW_TASKS_MINUTES, missing="ignore"),
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
        **tells("LogErrors", LOG_ERRORS, 1),
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
        **tells(f"NatPortsUsedUp{word}", 1, BAD_MINUTES, of=OF_MINUTES),
        **options,
    )


def _composite(noticed: Sequence[Alarm]) -> CompositeAlarm:
    """Return the alarm on what callers notice; an alarm without enough data counts as well."""
    own = [Sub(f'ALARM("${{{each.title}}}")') for each in noticed]
    service = [Sub(f'ALARM("${{{each.name}}}")') for each in (inputs.UNHEALTHY_HOSTS_ALARM, inputs.SERVER_ERRORS_ALARM)]
    few_tasks = If(_COUNTS_TASKS, Sub('ALARM("${TooFewTasks}")'), NoValue)
    return CompositeAlarm(
        "ServiceIsUnwell",
        AlarmDescription="Callers notice: the alarms that it names say what of",
        AlarmRule=Join(" OR ", [*service, *own, few_tasks]),
        **told_as("ServiceIsUnwell"),
    )


def _ecs(metric: str) -> dict[str, Any]:
    source = {"Namespace": "AWS/ECS", "MetricName": metric, "Dimensions": _service_dimensions()}
    return source | {"Statistic": "Average", "Period": PERIOD}


def _service_dimensions() -> list[MetricDimension]:
    return [
        MetricDimension(Name="ClusterName", Value=Ref(inputs.CLUSTER_NAME.name)),
        MetricDimension(Name="ServiceName", Value=Ref(inputs.SERVICE_NAME.name)),
    ]
