from __future__ import annotations

from typing import Any

import pytest
from support.guarantees import STACKS, alone, findings, resource, seeded, told

from stackwright.verify.deployment import Deployment

RULE = "availability/scaling-is-steady"
STORED = {"Stored": {"Type": "AWS::SSM::Parameter::Value<String>", "Default": "/stored"}}


@pytest.mark.parametrize("environment", ["prod", "dev"])
def test_the_blueprint_is_steady(environment: str) -> None:
    assert findings(RULE, seeded(environment=environment)) == []


@pytest.mark.parametrize(
    ("cooldown", "problem"),
    [
        (30, "takes tasks away every 30 s, and a new one has 60 s to pass its first health check"),
        (60, "takes tasks away every 60 s, and adds them only every 90 s"),
    ],
)
def test_scaling_in_too_soon_is_found(cooldown: int, problem: str) -> None:
    def seed(stacks: STACKS) -> None:
        tracking = resource(stacks, "Scaling/Memory")["Properties"]["TargetTrackingScalingPolicyConfiguration"]
        tracking.update(ScaleInCooldown=cooldown, ScaleOutCooldown=90)

    (line,) = told(RULE, seeded(seed))
    assert line == f"Scaling/Memory TargetTrackingScalingPolicyConfiguration.ScaleInCooldown: {problem}"


def test_two_policies_on_one_metric_are_found() -> None:
    def seed(stacks: STACKS) -> None:
        scaling = stacks["scaling"]["Resources"]
        scaling["Memory"]["Properties"] = {**scaling["Cpu"]["Properties"], "PolicyName": "Memory"}

    (line,) = told(RULE, seeded(seed))
    assert line.endswith("tracks the same metric as Scaling/Cpu, and each undoes what the other does")


def test_a_step_in_beside_target_tracking_is_found() -> None:
    def seed(stacks: STACKS) -> None:
        stacks["scaling"]["Resources"]["In"] = _policy(-1, target={"Ref": "Tasks"})

    (line,) = told(RULE, seeded(seed))
    assert line == (
        "Scaling/In StepScalingPolicyConfiguration.StepAdjustments: takes tasks away without asking Scaling/Cpu, which "
        "adds them again"
    )


def test_a_group_that_two_things_scale_is_found() -> None:
    def seed(stacks: STACKS) -> None:
        own = {"AutoScalingGroupName": {"Ref": "AutoScalingGroup"}}
        stacks["cluster"]["Resources"]["Own"] = {"Type": "AWS::AutoScaling::ScalingPolicy", "Properties": own}

    (line,) = told(RULE, seeded(seed))
    assert line.startswith("Cluster/Own AutoScalingGroupName: scales Cluster/AutoScalingGroup")


def _policy(adjustment: Any, *, target: Any, **steps: Any) -> dict[str, Any]:
    given = {"StepAdjustments": [{"ScalingAdjustment": adjustment}], **steps}
    properties = {"ScalingTargetId": target, "PolicyType": "StepScaling", "StepScalingPolicyConfiguration": given}
    return {"Type": "AWS::ApplicationAutoScaling::ScalingPolicy", "Properties": properties}


def _stepping(low: Any, high: Any, *, grace: int = 0, **steps: Any) -> Deployment:
    """Return a Fargate service with an alarm at each end, that adds and removes a task."""
    cpu = {"Namespace": "AWS/ECS", "MetricName": "CPUUtilization"}
    target = {"ServiceNamespace": "ecs", "ResourceId": "service/main/web", "MinCapacity": 2, "MaxCapacity": 8}
    made = {
        "Service": (
            "AWS::ECS::Service",
            {"ServiceName": "web", "LaunchType": "FARGATE", "HealthCheckGracePeriodSeconds": grace},
        ),
        "Tasks": ("AWS::ApplicationAutoScaling::ScalableTarget", target),
        "Low": ("AWS::CloudWatch::Alarm", {**cpu, **_alarm("LessThanThreshold", low, "In")}),
        "High": ("AWS::CloudWatch::Alarm", {**cpu, **_alarm("GreaterThanOrEqualToThreshold", high, "Out")}),
    }
    resources = {name: {"Type": kind, "Properties": given} for name, (kind, given) in made.items()}
    resources["In"] = _policy(-1, target={"Ref": "Tasks"}, **steps)
    resources["Out"] = _policy(1, target={"Ref": "Tasks"}, Cooldown=60)
    return alone(resources, Parameters=STORED)


def _alarm(operator: str, threshold: Any, policy: str) -> dict[str, Any]:
    return {"ComparisonOperator": operator, "Threshold": threshold, "AlarmActions": [{"Ref": policy}]}


@pytest.mark.parametrize("low", [10, "10", 80, {"Ref": "Stored"}])
def test_alarms_apart_pass(low: Any) -> None:
    assert findings(RULE, _stepping(low, 80)) == []


def test_alarms_that_overlap_are_found() -> None:
    (line,) = told(RULE, _stepping(81, 80))
    assert line == "Low Threshold: is above that of High, 80: between the two, tasks come and go at once"


def test_a_metric_of_what_is_free_scales_the_other_way_round() -> None:
    """In above 80 % idle, out below 20 %: far apart, although the alarm that scales in has the higher threshold."""
    deployment = _stepping(20, 80)
    low, high = (deployment.graph.resources[each].properties for each in ("Low", "High"))
    assert isinstance(low, dict)
    assert isinstance(high, dict)
    low["AlarmActions"], high["AlarmActions"] = high["AlarmActions"], low["AlarmActions"]
    assert findings(RULE, deployment) == []


def test_steps_in_wait_as_long_as_a_task_takes() -> None:
    assert findings(RULE, _stepping(10, 80, grace=900)) == []
    (line,) = told(RULE, _stepping(10, 80, grace=90, Cooldown=60))
    assert line.startswith(
        "In StepScalingPolicyConfiguration.Cooldown: takes tasks away every 60 s, and a new one has 90"
    )
    assert findings(RULE, _stepping(10, 80, grace=90, Cooldown={"Ref": "Stored"})) == []
