"""Scaling by steps: what the alarms measure, and what each of them does."""

from __future__ import annotations

from typing import Any

import pytest

from nested import inputs, scaling_step
from stackwright.resolve.errors import ResolveError
from stackwright.resolve.nested import resolve
from stackwright.resolve.symbols import rendered

GIVEN = {"ClusterName": "cluster-1", "ServiceName": "service-1"}


def resources(**parameters: str) -> dict[str, dict[str, Any]]:
    template = scaling_step.template().to_dict()
    graph = resolve(template, {}, GIVEN | parameters, region="eu-west-1", stack_name="shop-prod-Scaling-1")
    return {path: rendered(each.properties) for path, each in graph.resources.items()}


def test_the_service_scales_within_its_limits() -> None:
    target = resources(MinTasks="2", MaxTasks="8")["Tasks"]
    assert target["ResourceId"] == "service/cluster-1/service-1"
    assert (target["MinCapacity"], target["MaxCapacity"]) == ("2", "8")


@pytest.mark.parametrize(
    ("alarm", "policy", "comparison", "threshold"),
    [
        ("CpuIsHigh", "AddTask", "GreaterThanOrEqualToThreshold", "80"),
        ("CpuIsLow", "RemoveTask", "LessThanOrEqualToThreshold", "10"),
    ],
)
def test_an_alarm_at_each_end_asks_its_policy(alarm: str, policy: str, comparison: str, threshold: str) -> None:
    found = resources()[alarm]
    assert found["AlarmActions"] == [f"${{{policy}.Ref}}"]
    assert (found["ComparisonOperator"], found["Threshold"]) == (comparison, threshold)


def test_thresholds_are_parameters_that_stay_apart() -> None:
    found = resources(CpuHigh="70", CpuLow="20")
    assert (found["CpuIsHigh"]["Threshold"], found["CpuIsLow"]["Threshold"]) == ("70", "20")
    assert inputs.CPU_LOW.maximum is not None
    assert inputs.CPU_HIGH.minimum is not None
    assert inputs.CPU_LOW.maximum < inputs.CPU_HIGH.minimum


@pytest.mark.parametrize("alarm", ["CpuIsHigh", "CpuIsLow"])
def test_alarms_judge_each_minute_of_the_services_average_cpu(alarm: str) -> None:
    found = resources()[alarm]
    assert (found["Namespace"], found["MetricName"], found["Statistic"]) == ("AWS/ECS", "CPUUtilization", "Average")
    assert (found["Period"], found["EvaluationPeriods"]) == (60, 1)
    assert {each["Name"]: each["Value"] for each in found["Dimensions"]} == GIVEN


@pytest.mark.parametrize("alarm", ["CpuIsHigh", "CpuIsLow"])
def test_without_data_nothing_is_added_or_removed(alarm: str) -> None:
    assert resources()[alarm]["TreatMissingData"] == "notBreaching"


def test_a_service_without_a_task_could_never_grow_and_is_refused() -> None:
    with pytest.raises(ResolveError, match="MinTasks is above 0"):
        resources(MinTasks="0")


def test_one_task_comes_and_one_goes() -> None:
    found = {name: resources()[name]["StepScalingPolicyConfiguration"] for name in ("AddTask", "RemoveTask")}
    assert found["AddTask"]["StepAdjustments"] == [{"ScalingAdjustment": 1, "MetricIntervalLowerBound": 0}]
    assert found["RemoveTask"]["StepAdjustments"] == [{"ScalingAdjustment": -1, "MetricIntervalUpperBound": 0}]
    assert {each["AdjustmentType"] for each in found.values()} == {"ChangeInCapacity"}


def test_tasks_come_fast_and_go_slowly() -> None:
    found = {name: resources()[name]["StepScalingPolicyConfiguration"] for name in ("AddTask", "RemoveTask")}
    assert found["AddTask"]["Cooldown"] < found["RemoveTask"]["Cooldown"]
