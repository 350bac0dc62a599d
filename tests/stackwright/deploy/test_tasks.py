from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from stackwright.aws_errors import AwsError
from stackwright.aws_shapes import Event
from stackwright.deploy.follow import advance, begin
from stackwright.deploy.tasks import Evidence

ROOT = "arn:stack/shop-dev"
SERVICE = "arn:aws:ecs:us-east-1:123456789012:service/shop/web"
TASK = "arn:aws:ecs:us-east-1:123456789012:task/shop/0f3a"
Make = Callable[..., Event]


class Ecs:
    """Answers what ECS and CloudWatch Logs have; refuses what is not there."""

    def __init__(self, **answers: Any) -> None:
        self.answers = answers
        self.asked: dict[str, dict[str, Any]] = {}

    def call(self, service: str, operation: str, **arguments: Any) -> Any:
        self.asked[operation] = arguments
        if operation not in self.answers:
            raise AwsError(f"{service}:{operation} refused", code="NotFound")
        return self.answers[operation]


LOGS = {"awslogs-group": "shop-logs", "awslogs-stream-prefix": "app"}
TOLD = {
    "describe_services": {
        "services": [
            {
                "clusterArn": "arn:cluster/shop",
                "serviceName": "web",
                "events": [{"message": f"event {number}"} for number in range(9)],
            }
        ]
    },
    "list_tasks": {"taskArns": [TASK]},
    "describe_tasks": {
        "tasks": [
            {
                "taskArn": TASK,
                "taskDefinitionArn": "arn:definition",
                "stoppedReason": "Essential container in task exited",
                "containers": [{"name": "app", "exitCode": 137, "reason": "OutOfMemoryError"}],
            }
        ]
    },
    "describe_task_definition": {
        "taskDefinition": {"containerDefinitions": [{"name": "app", "logConfiguration": {"options": LOGS}}]}
    },
    "get_log_events": {"events": [{"message": f"line {number}\n"} for number in range(30)]},
}


def evidence(ecs: Ecs, *events: Event) -> list[str]:
    progress = begin(ROOT)
    found = Evidence(ecs, lambda *_: None)
    found(progress, advance(progress, events))
    return found.lines()


@pytest.fixture
def failed(own: Make, event: Make) -> list[Event]:
    service = event("Web", "CREATE_FAILED", "AWS::ECS::Service", physical_id=SERVICE, reason="circuit breaker")
    return [own("CREATE_IN_PROGRESS"), service]


def test_events_stopped_tasks_exit_codes_and_last_log_lines_are_told(failed: list[Event]) -> None:
    ecs = Ecs(**TOLD)
    lines = evidence(ecs, *failed)
    assert lines[:2] == ["what ECS says of Web:", "  event: event 0"]
    assert "  event: event 4" in lines and "  event: event 5" not in lines
    assert "  task 0f3a stopped: Essential container in task exited" in lines
    assert "    container app: exit code 137, OutOfMemoryError" in lines
    assert [line for line in lines if "log of app" in line] == [f"  log of app: line {each}" for each in range(20, 30)]
    assert ecs.asked["get_log_events"]["logStreamName"] == "app/app/0f3a"
    assert ecs.asked["describe_services"]["cluster"] == "shop"


def test_what_aws_does_not_tell_is_left_out(failed: list[Event]) -> None:
    assert evidence(Ecs(), *failed) == []
    only = evidence(Ecs(describe_services=TOLD["describe_services"]), *failed)
    assert only[-1] == "  event: event 4"


def test_a_service_that_never_got_its_name_is_found_by_the_stacks_cluster(own: Make, event: Make) -> None:
    ecs = Ecs(list_services={"serviceArns": [SERVICE]}, **TOLD)
    cluster = event("Cluster", "CREATE_COMPLETE", "AWS::ECS::Cluster", physical_id="shop")
    service = event("Web", "CREATE_FAILED", "AWS::ECS::Service", reason="circuit breaker")
    assert evidence(ecs, own("CREATE_IN_PROGRESS"), cluster, service)[0] == "what ECS says of Web:"
    assert ecs.asked["list_services"] == {"cluster": "shop"}


def test_a_service_that_was_only_cancelled_is_not_asked_about(own: Make, event: Make) -> None:
    ecs = Ecs(**TOLD)
    cancelled = event("Web", "CREATE_FAILED", "AWS::ECS::Service", reason="Resource creation cancelled")
    assert evidence(ecs, own("CREATE_IN_PROGRESS"), cancelled) == []
    assert ecs.asked == {}


def test_tasks_that_tell_the_same_are_told_once(failed: list[Event]) -> None:
    reason = "CannotPullContainerError: not found"
    tasks = [
        {"taskArn": f"arn:task/{name}", "stoppedReason": reason, "containers": [{"name": "app", "reason": reason}]}
        for name in ("a", "b")
    ]
    lines = evidence(Ecs(**TOLD | {"describe_tasks": {"tasks": tasks}}), *failed)
    assert [line for line in lines if "CannotPull" in line] == [f"  tasks a, b stopped: {reason}"]


def test_tasks_that_ended_last_are_told_and_none_that_only_made_room(failed: list[Event]) -> None:
    reason = "Scaling activity initiated by (deployment ecs-svc/1)"
    away = {"taskArn": "arn:task/old", "stoppedReason": reason, "stoppedAt": "2026-01-09"}
    crashed = [
        {"taskArn": f"arn:task/{number}", "stoppedReason": f"reason {number}", "stoppedAt": f"2026-01-0{number}"}
        for number in (1, 4, 2, 3)
    ]
    before = {"taskArn": "arn:task/before", "startedBy": "ecs-svc/1", "stoppedAt": "2026-01-03T01"}
    lines = evidence(Ecs(**TOLD | {"describe_tasks": {"tasks": [away, before, *crashed]}}), *failed)
    assert [line for line in lines if "stopped" in line] == [f"  task {n} stopped: reason {n}" for n in (4, 3, 2)]
