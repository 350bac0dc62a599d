from __future__ import annotations

import pytest
from support.guarantees import STACKS, alone, findings, resource, seeded, told

RULE = "availability/health-check-can-pass"
GROUP = {"Type": "AWS::ElasticLoadBalancingV2::TargetGroup", "Properties": {"Protocol": "TCP"}}
SERVICE = {
    "Type": "AWS::ECS::Service",
    "Properties": {"LoadBalancers": [{"ContainerName": "app", "TargetGroupArn": {"Ref": "Group"}}]},
}


@pytest.mark.parametrize("own_image", [True, False])
def test_our_start_has_time(own_image: bool) -> None:
    assert findings(RULE, seeded(own_image=own_image)) == []


def test_a_grace_shorter_than_start_and_checks_is_found() -> None:
    def seed(stacks: STACKS) -> None:
        resource(stacks, "Service/Service")["Properties"]["HealthCheckGracePeriodSeconds"] = 40

    problem = "a task may need 50 s to pass Service/TargetGroup's check, and is ended after 40 s"
    assert told(RULE, seeded(seed)) == [f"Service/Service HealthCheckGracePeriodSeconds: {problem}"]


def test_without_grace_the_checks_own_patience_counts() -> None:
    def seed(stacks: STACKS) -> None:
        del resource(stacks, "Service/Service")["Properties"]["HealthCheckGracePeriodSeconds"]

    (line,) = told(RULE, seeded(seed))
    assert line.endswith("is ended after 30 s")


@pytest.mark.parametrize(("start", "problems"), [(45, ["a task may need 195 s to pass Group's check"]), (30, [])])
def test_a_start_is_judged_by_the_defaults_where_the_target_group_says_nothing(start: int, problems: list[str]) -> None:
    """One that is over before the second failure never counts as unhealthy: its first success is enough."""
    container = {"Name": "app", "HealthCheck": {"Command": ["CMD", "true"], "StartPeriod": start}}
    task = {"Type": "AWS::ECS::TaskDefinition", "Properties": {"ContainerDefinitions": [container]}}
    service = {**SERVICE, "Properties": {**SERVICE["Properties"], "TaskDefinition": {"Ref": "Task"}}}
    found = findings(RULE, alone({"Group": GROUP, "Task": task, "Service": service}))
    assert [each.problem.partition(",")[0] for each in found] == problems


def test_a_start_that_nobody_declares_is_no_finding() -> None:
    assert findings(RULE, alone({"Group": GROUP, "Service": SERVICE})) == []


def test_a_target_group_of_another_stack_is_no_finding() -> None:
    away = {"Type": "AWS::ECS::Service", "Properties": {"LoadBalancers": [{"TargetGroupArn": "arn:aws:x"}]}}
    unknown = {**SERVICE, "Properties": {**SERVICE["Properties"], "HealthCheckGracePeriodSeconds": {"Ref": "Group"}}}
    assert findings(RULE, alone({"Away": away})) == []
    assert findings(RULE, alone({"Group": GROUP, "Service": unknown})) == []
