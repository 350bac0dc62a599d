"""Scaling: which metrics it holds, of what, and within which limits."""

from __future__ import annotations

from typing import Any

import pytest
from troposphere import Template

from nested import scaling, scaling_api, scaling_step
from nested.parts.api_metrics import Kind
from stackwright.resolve.errors import ResolveError
from stackwright.resolve.nested import resolve
from stackwright.resolve.symbols import rendered

GIVEN = {
    "ClusterName": "cluster-1",
    "ServiceName": "service-1",
    "LoadBalancerFullName": "app/lb/1",
    "TargetGroupFullName": "targetgroup/tg/2",
}


OFF_HOURS = {
    "OffHoursBegin": "cron(0 20 ? * MON-FRI *)",
    "OffHoursEnd": "cron(0 7 ? * MON-FRI *)",
    "OffHoursTimezone": "Asia/Tokyo",
}


def resources(template: Template | None = None, **parameters: str) -> dict[str, dict[str, Any]]:
    made = (template or scaling.template()).to_dict()
    given = {name: value for name, value in (GIVEN | parameters).items() if name in made["Parameters"]}
    graph = resolve(made, {}, given, region="eu-west-1", stack_name="shop-prod-Scaling-1")
    return {path: rendered(each.properties) for path, each in graph.resources.items()}


def test_the_service_scales_within_its_limits() -> None:
    target = resources(MinTasks="3", MaxTasks="9")["Tasks"]
    assert target["ResourceId"] == "service/cluster-1/service-1"
    assert (target["MinCapacity"], target["MaxCapacity"]) == ("3", "9")
    assert (target["ServiceNamespace"], target["ScalableDimension"]) == ("ecs", "ecs:service:DesiredCount")
    # Application Auto Scaling's own service-linked role does it.
    assert "RoleARN" not in target


def test_cpu_memory_and_requests_are_held_at_their_targets() -> None:
    found = resources(CpuTarget="60", MemoryTarget="75", RequestsPerTarget="500")
    configurations = {
        path: each["TargetTrackingScalingPolicyConfiguration"] for path, each in found.items() if path != "Tasks"
    }
    metrics = {
        each["PredefinedMetricSpecification"]["PredefinedMetricType"]: each["TargetValue"]
        for each in configurations.values()
    }
    assert metrics == {
        "ECSServiceAverageCPUUtilization": "60",
        "ECSServiceAverageMemoryUtilization": "75",
        "ALBRequestCountPerTarget": "500",
    }


def test_requests_are_those_of_this_services_target_group() -> None:
    requests = resources()["Requests"]["TargetTrackingScalingPolicyConfiguration"]
    assert requests["PredefinedMetricSpecification"]["ResourceLabel"] == "app/lb/1/targetgroup/tg/2"


def test_tasks_come_fast_and_go_slowly() -> None:
    for path, each in resources().items():
        if path != "Tasks":
            held = each["TargetTrackingScalingPolicyConfiguration"]
            assert held["ScaleOutCooldown"] < held["ScaleInCooldown"]
            assert each["ScalingTargetId"] == "${Tasks.Ref}"


def test_without_requests_nothing_of_the_load_balancer_is_needed() -> None:
    template = scaling.template(requests=False)
    assert resources(template).keys() == {"Tasks", "Cpu", "Memory"}
    assert not {"LoadBalancerFullName", "TargetGroupFullName", "RequestsPerTarget"} & set(template.parameters)


@pytest.mark.parametrize("template", [scaling.template(), scaling_step.template()], ids=["tracking", "steps"])
def test_off_hours_change_both_limits_and_their_end_brings_them_back(template: Template) -> None:
    found = resources(template, MinTasks="2", MaxTasks="6", OffHoursMinTasks="0", OffHoursMaxTasks="1", **OFF_HOURS)
    begin, end = found["Tasks"]["ScheduledActions"]
    assert (begin["Schedule"], begin["Timezone"]) == ("cron(0 20 ? * MON-FRI *)", "Asia/Tokyo")
    assert begin["ScalableTargetAction"] == {"MinCapacity": "0", "MaxCapacity": "1"}
    assert (end["Schedule"], end["Timezone"]) == ("cron(0 7 ? * MON-FRI *)", "Asia/Tokyo")
    assert end["ScalableTargetAction"] == {"MinCapacity": "2", "MaxCapacity": "6"}
    assert begin["ScheduledActionName"] != end["ScheduledActionName"]
    # A stack that is made in off hours, or updated in this, begins with those of the day.
    assert (found["Tasks"]["MinCapacity"], found["Tasks"]["MaxCapacity"]) == ("2", "6")


def test_without_off_hours_nothing_is_scheduled() -> None:
    assert "ScheduledActions" not in resources()["Tasks"]


@pytest.mark.parametrize("alone", ["OffHoursBegin", "OffHoursEnd"])
def test_off_hours_that_never_begin_or_never_end_are_refused(alone: str) -> None:
    with pytest.raises(ResolveError, match="one alone would hold for ever"):
        resources(**{alone: OFF_HOURS[alone]})


@pytest.mark.parametrize("schedule", ["0 20 * * *", "cron(0 20 * * *)", "rate(1 hour)", "cron()"])
def test_what_is_no_cron_expression_of_six_fields_is_refused(schedule: str) -> None:
    with pytest.raises(ResolveError, match="six fields"):
        resources(**OFF_HOURS | {"OffHoursBegin": schedule})


@pytest.mark.parametrize(("kind", "dimension"), [("rest", "ApiName"), ("http", "ApiId")])
def test_behind_an_api_requests_are_the_apis_by_the_tasks_that_are_healthy(kind: Kind, dimension: str) -> None:
    found = resources(scaling_api.template(api=kind), ApiName="shop", ApiId="shop", ApiStage="prod")
    assert found.keys() == {"Tasks", "Cpu", "Memory", "Requests"}
    held = found["Requests"]["TargetTrackingScalingPolicyConfiguration"]
    each_task, *measured = held["CustomizedMetricSpecification"]["Metrics"]
    # Minutes without a request publish nothing, and a policy without data agrees to no task less.
    assert each_task["Expression"] == "FILL(requests, 0) / tasks"
    assert [each.get("ReturnData") for each in (each_task, *measured)] == [True, False, False]
    by = {
        each["Id"]: {one["Name"]: one["Value"] for one in each["MetricStat"]["Metric"]["Dimensions"]}
        for each in measured
    }
    assert by["requests"] == {dimension: "shop", "Stage": "prod"}
    assert by["tasks"] == {"LoadBalancer": "app/lb/1", "TargetGroup": "targetgroup/tg/2"}
