"""Scaling: which metrics it holds, of what, and within which limits."""

from __future__ import annotations

from typing import Any

from nested import scaling
from stackwright.resolve.nested import resolve
from stackwright.resolve.symbols import rendered

GIVEN = {
    "ClusterName": "cluster-1",
    "ServiceName": "service-1",
    "LoadBalancerFullName": "app/lb/1",
    "TargetGroupFullName": "targetgroup/tg/2",
}


def resources(**parameters: str) -> dict[str, dict[str, Any]]:
    graph = resolve(
        scaling.template().to_dict(), {}, GIVEN | parameters, region="eu-west-1", stack_name="shop-prod-Scaling-1"
    )
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
