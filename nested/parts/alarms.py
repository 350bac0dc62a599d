"""Alarms that a deployment rolls back on.

They live with the service and know it by load balancer and target groups alone: an alarm on its name would be a
circle. Both groups count, whichever has the traffic: after a deployment that shifts it, an alarm on one group would
watch the idle one. No data is no complaint, or a service without requests could never be deployed.
"""

from __future__ import annotations

from typing import Any

from troposphere import GetAtt, Ref, Sub
from troposphere.cloudwatch import Alarm, MetricDataQuery, MetricDimension
from troposphere.events import Rule

from nested import inputs
from nested.parts import target, timing
from nested.parts.judging import judges, query

# Share of requests that the tasks answer with a server error, in percent.
ERROR_RATE = 5

# Errors in a minute below which the rate says nothing: one in two requests is no trend.
FEWEST_ERRORS = 5

# Seconds in which tasks that fail are counted together: ECS waits longer after each one that it starts in vain.
FAILURES_PERIOD = 300


def unhealthy_hosts() -> Alarm:
    """Return the alarm on tasks that stay unhealthy; one that is replaced in time does not ring it."""
    return Alarm(
        "UnhealthyHosts",
        AlarmDescription="A target of the service is unhealthy for minutes on end; a deployment rolls back",
        Metrics=[_total("unhealthy", shown=True), *_pair("unhealthy", "UnHealthyHostCount", "Maximum")],
        **judgement(1),
    )


def server_errors() -> Alarm:
    """Return the alarm on the share of requests that end in a server error of the tasks."""
    return Alarm(
        "ServerErrors",
        AlarmDescription="Too many requests end in a server error; a deployment rolls back",
        Metrics=[
            MetricDataQuery(
                Id="rate",
                Label="Server errors (%)",
                Expression=f"IF(errors >= {FEWEST_ERRORS}, 100 * errors / requests, 0)",
                ReturnData=True,
            ),
            _total("errors"),
            _total("requests"),
            *_pair("errors", "HTTPCode_Target_5XX_Count", "Sum"),
            *_pair("requests", "RequestCount", "Sum"),
        ],
        **judgement(ERROR_RATE),
    )


def failed_tasks(count: int, *, condition: str) -> list[Rule | Alarm]:
    """Return the alarm on tasks that end by themselves or stay unhealthy, and the rule that counts them.

    It does for deployments that shift traffic what the circuit breaker does for rolling updates: a task that never
    gets as far as its target group rings no other alarm, and ECS would go on for the 24 hours of a stage. The tasks are
    known by their definition's family, which is the stack's name: by the service it would be a circle.
    """
    return [
        Rule(
            "FailedTask",
            Condition=condition,
            Description="A task of the service failed; counted by an alarm, sent nowhere",
            EventPattern=_failures(),
            State="ENABLED",
        ),
        Alarm(
            "FailedTasks",
            Condition=condition,
            AlarmDescription="Tasks of the service fail again and again; a deployment rolls back",
            Namespace="AWS/Events",
            MetricName="MatchedEvents",
            Dimensions=[MetricDimension(Name="RuleName", Value=Ref("FailedTask"))],
            Statistic="Sum",
            Period=FAILURES_PERIOD,
            **judges(count, 1),
        ),
    ]


def _failures() -> dict[str, Any]:
    """Return the pattern of a task's failure.

    Source: "Amazon ECS task state change events" and "Stopped tasks error codes", Amazon ECS Developer Guide.
    """
    family = Sub("arn:${AWS::Partition}:ecs:${AWS::Region}:${AWS::AccountId}:task-definition/${AWS::StackName}:")
    ended = {"stopCode": ["TaskFailedToStart", "EssentialContainerExited"]}
    unhealthy = {"stoppedReason": [{"prefix": "Task failed"}]}
    detail = {"taskDefinitionArn": [{"prefix": family}], "lastStatus": ["STOPPED"], "$or": [ended, unhealthy]}
    return {"source": ["aws.ecs"], "detail-type": ["ECS Task State Change"], "detail": detail}


def _total(title: str, *, shown: bool = False) -> MetricDataQuery:
    """Return the sum over both target groups; one that publishes nothing counts as 0."""
    both = " + ".join(f"FILL({title}Of{group}, 0)" for group in target.PAIR)
    return MetricDataQuery(Id=title, Expression=both, ReturnData=shown)


def _pair(title: str, metric: str, stat: str) -> list[MetricDataQuery]:
    return [
        query(f"{title}Of{group}", "AWS/ApplicationELB", metric, _dimensions(group), stat, timing.ALARM_PERIOD)
        for group in target.PAIR
    ]


def _dimensions(group: str) -> list[MetricDimension]:
    return [
        MetricDimension(Name="LoadBalancer", Value=Ref(inputs.LOAD_BALANCER_FULL_NAME.name)),
        MetricDimension(Name="TargetGroup", Value=GetAtt(group, "TargetGroupFullName")),
    ]


def judgement(threshold: int) -> dict[str, Any]:
    """Return when such an alarm goes off: so many bad minutes, of some more because metrics come late."""
    return judges(threshold, timing.ALARM_PERIODS, of=timing.ALARM_PERIODS + timing.LATE_PERIODS)
