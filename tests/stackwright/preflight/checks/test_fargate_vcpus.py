from __future__ import annotations

from collections.abc import Callable
from typing import Any

from support.account_numbers import account_id

from stackwright.aws import Aws
from stackwright.preflight.check import Result
from stackwright.preflight.subject import Subject

Plan = Callable[..., Subject]
Asked = Callable[[str, Subject], Result]

DEFINED = {"RequiresCompatibilities": ["FARGATE"], "NetworkMode": "awsvpc", "Cpu": "1024", "Memory": "2048"}


def service(most: int, *, percent: Any = 200, **shares: dict[str, int]) -> dict[str, Any]:
    """Resources of a service of one vCPU a task, that scales to `most` tasks."""
    shares = shares or {"FARGATE": {"Weight": 1}}
    strategy = [{"CapacityProvider": name, **share} for name, share in shares.items()]
    named = {"Fn::Sub": "service/main/${Service.Name}"}
    given = {
        "TaskDefinition": {"Ref": "Definition"},
        "CapacityProviderStrategy": strategy,
        "DeploymentConfiguration": {"MaximumPercent": percent},
    }
    return {
        "Definition": {"Type": "AWS::ECS::TaskDefinition", "Properties": DEFINED},
        "Service": {"Type": "AWS::ECS::Service", "Properties": given},
        "Tasks": {
            "Type": "AWS::ApplicationAutoScaling::ScalableTarget",
            "Properties": {"ResourceId": named, "MinCapacity": 1, "MaxCapacity": most},
        },
    }


def run(aws: Aws, count: int) -> None:
    """Let somebody else run tasks of one vCPU."""
    aws.call("iam", "create_service_linked_role", AWSServiceName="ecs.amazonaws.com")
    aws.call("ecs", "create_cluster", clusterName="other", capacityProviders=["FARGATE"])
    container = {"name": "app", "image": "public.ecr.aws/docker/library/python:3.13-slim"}
    size = {"networkMode": "awsvpc", "cpu": "1024", "memory": "2048", "requiresCompatibilities": ["FARGATE"]}
    aws.call("ecs", "register_task_definition", family="app", containerDefinitions=[container], **size)
    strategy = [{"capacityProvider": "FARGATE", "weight": 1}]
    named = {"cluster": "other", "serviceName": "web", "taskDefinition": "app", "desiredCount": count}
    aws.call("ecs", "create_service", capacityProviderStrategy=strategy, **named)


def test_holds_for_the_most_tasks_and_those_that_replace_them(plan: Plan, asked: Asked) -> None:
    result = asked("fargate-vcpus", plan(service(3)))
    assert result.verdict == "holds"
    (point,) = result.points
    assert "vCPUs of Fargate On-Demand in us-east-1: 0 and 6 more, quota 6" in point.text


def test_fails_for_one_task_more(plan: Plan, asked: Asked) -> None:
    result = asked("fargate-vcpus", plan(service(4)))
    assert result.verdict == "fails"
    assert "--service-code fargate --quota-code L-3032A538 --desired-value 8" in result.points[0].mend


def test_spot_has_a_quota_of_its_own(plan: Plan, asked: Asked) -> None:
    result = asked("fargate-vcpus", plan(service(6, FARGATE={"Base": 6}, FARGATE_SPOT={"Weight": 1})))
    assert [(each.verdict, each.text.partition(": ")[2]) for each in result.points] == [
        ("holds", "vCPUs of Fargate On-Demand in us-east-1: 0 and 6 more, quota 6"),
        ("holds", "vCPUs of Fargate Spot in us-east-1: 0 and 6 more, quota 6"),
    ]


def test_fails_for_what_others_run_beside_it(aws: Aws, plan: Plan, asked: Asked) -> None:
    run(aws, 1)
    result = asked("fargate-vcpus", plan(service(3)))
    assert result.verdict == "fails"
    assert ": 1 and " in result.points[0].text


def test_what_the_stacks_own_service_runs_counts_once(aws: Aws, plan: Plan, asked: Asked) -> None:
    run(aws, 3)
    arn = f"arn:aws:ecs:us-east-1:{account_id()}:service/other/web"
    assert asked("fargate-vcpus", plan(service(3), held={"Service": arn})).verdict == "holds"


def test_is_moot_without_a_service_on_fargate(plan: Plan, asked: Asked) -> None:
    assert asked("fargate-vcpus", plan(service(9, provider={"Weight": 1}))).verdict == "not applicable"


def test_cannot_be_told_for_percentages_that_aws_decides(plan: Plan, asked: Asked) -> None:
    percent = {"Fn::GetAtt": ["Definition", "TaskDefinitionArn"]}
    assert asked("fargate-vcpus", plan(service(1, percent=percent))).verdict == "cannot be told"
