"""An alarm that goes off does what its step scaling policy says, within the limits of the target."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

Client = Callable[..., Any]
NAMED = {"ServiceNamespace": "ecs", "ScalableDimension": "ecs:service:DesiredCount", "ResourceId": "service/main/web"}
PUBLIC = "public.ecr.aws/docker/library/python:3.13-slim"


@dataclass(frozen=True)
class System:
    """A service of two tasks that scales from two to eight."""

    client: Client

    def policy(self, adjustment: int, kind: str = "ChangeInCapacity", **bounds: float) -> str:
        steps = {
            "AdjustmentType": kind,
            "StepAdjustments": [{"ScalingAdjustment": adjustment, **(bounds or {"MetricIntervalLowerBound": 0})}],
        }
        put = self.client("application-autoscaling").put_scaling_policy
        made = put(**NAMED, PolicyName="step", PolicyType="StepScaling", StepScalingPolicyConfiguration=steps)
        return str(made["PolicyARN"])

    def alarm(self, action: str, *, state: str = "ALARM", enabled: bool = True) -> int:
        """Let an alarm with this action go off; return how many tasks run then."""
        cloudwatch = self.client("cloudwatch")
        judged = {"Namespace": "AWS/ECS", "MetricName": "CPUUtilization", "Statistic": "Average", "Period": 60}
        judged |= {"EvaluationPeriods": 1, "Threshold": 80, "ComparisonOperator": "GreaterThanOrEqualToThreshold"}
        cloudwatch.put_metric_alarm(AlarmName="cpu", AlarmActions=[action], ActionsEnabled=enabled, **judged)
        cloudwatch.set_alarm_state(AlarmName="cpu", StateValue=state, StateReason="to see")
        (service,) = self.client("ecs").describe_services(cluster="main", services=["web"])["services"]
        assert service["runningCount"] == service["desiredCount"]
        return int(service["runningCount"])


@pytest.fixture
def system(client: Client) -> System:
    ecs = client("ecs")
    ecs.create_cluster(clusterName="main")
    ecs.register_task_definition(family="app", containerDefinitions=[{"name": "app", "image": PUBLIC, "memory": 128}])
    ecs.create_service(cluster="main", serviceName="web", taskDefinition="app", desiredCount=2)
    client("application-autoscaling").register_scalable_target(**NAMED, MinCapacity=2, MaxCapacity=8)
    return System(client)


def test_one_more_each_time_up_to_the_most(system: System) -> None:
    more = system.policy(1)
    assert [system.alarm(more) for _ in range(7)] == [3, 4, 5, 6, 7, 8, 8]


def test_one_less_down_to_the_least(system: System) -> None:
    system.alarm(system.policy(2))
    less = system.policy(-1, MetricIntervalUpperBound=0)
    assert [system.alarm(less) for _ in range(3)] == [3, 2, 2]


@pytest.mark.parametrize(
    ("adjustment", "kind", "tasks"),
    [(5, "ExactCapacity", 5), (100, "PercentChangeInCapacity", 4), (10, "PercentChangeInCapacity", 3)],
)
def test_every_kind_of_adjustment(system: System, adjustment: int, kind: str, tasks: int) -> None:
    assert system.alarm(system.policy(adjustment, kind)) == tasks


def test_a_step_beyond_the_threshold_is_not_taken(system: System) -> None:
    assert system.alarm(system.policy(1, MetricIntervalLowerBound=10)) == 2


def test_an_alarm_that_is_quiet_or_switched_off_does_nothing(system: System) -> None:
    more = system.policy(1)
    assert system.alarm(more, state="OK") == 2
    assert system.alarm(more, enabled=False) == 2
    assert system.alarm("arn:aws:sns:us-east-1:123456789012:topic") == 2


def test_a_policy_that_is_put_again_keeps_its_arn(system: System) -> None:
    more = system.policy(1)
    assert system.policy(2) == more
    assert system.alarm(more) == 4
