"""What a deletion would wait for, taken away while ECS and EC2 Auto Scaling are in the middle of something."""

from __future__ import annotations

from typing import Any

import pytest

from stackwright.aws_errors import AwsError
from stackwright.deploy import release

SERVICE = "arn:aws:ecs:us-east-1:123456789012:service/shop/web"


def refusal(code: str, reason: str = "") -> AwsError:
    return AwsError(f"refused ({code}): {reason}", code=code, reason=reason)


class Fake:
    """An AWS whose services tell what they are told to; `looks` are a task's last statuses, one for each look."""

    account = "123456789012"

    def __init__(self, *looks: str, status: str = "ACTIVE", refuses: AwsError | None = None) -> None:
        self.looks, self.status, self.refuses = list(looks), status, refuses
        self.instances = [{"InstanceId": "i-1", "LifecycleState": "InService", "ProtectedFromScaleIn": True}]
        self.asked: list[str] = []

    def call(self, service: str, operation: str, /, **arguments: Any) -> dict[str, Any]:
        self.asked.append(operation)
        if self.refuses and operation in ("update_service", "set_instance_protection", "update_auto_scaling_group"):
            raise self.refuses
        answer = getattr(self, operation, None)
        return dict(answer(**arguments)) if answer else {}

    def describe_services(self, **_: Any) -> dict[str, Any]:
        return {"services": [{"status": self.status, "runningCount": 0, "pendingCount": 0}]}

    def list_tasks(self, *, desiredStatus: str, nextToken: str = "", **_: Any) -> dict[str, Any]:
        if desiredStatus == "RUNNING":
            return {"taskArns": []}
        return {"taskArns": ["late"]} if nextToken else {"taskArns": ["early"], "nextToken": "more"}

    def describe_tasks(self, *, tasks: list[str], **_: Any) -> dict[str, Any]:
        ended = {"lastStatus": "STOPPED"}
        return {"tasks": [{"lastStatus": self.looks.pop(0)} if tasks == ["late"] else ended]}

    def describe_auto_scaling_groups(self, **_: Any) -> dict[str, Any]:
        found, self.instances = self.instances, []
        return {"AutoScalingGroups": [{"MinSize": 1, "Instances": found}]}


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("stackwright.deploy.patience.time.sleep", lambda _: None)


@pytest.mark.parametrize("status", ["ACTIVE", "DRAINING"])
def test_a_service_is_drained_when_no_task_has_an_interface_left(status: str) -> None:
    aws: Any = Fake("DEACTIVATING", "STOPPING", "DEPROVISIONING", "STOPPED", status=status)
    release.drain(aws, SERVICE)
    assert aws.looks == []
    assert ("update_service" in aws.asked) == (status == "ACTIVE")


def test_tasks_of_a_service_that_is_gone_are_not_waited_for() -> None:
    aws: Any = Fake("RUNNING", status="INACTIVE")
    release.drain(aws, SERVICE)
    assert aws.asked == ["describe_services", "describe_services"]


def test_a_service_that_somebody_deletes_first_is_waited_for() -> None:
    aws: Any = Fake("STOPPING", "STOPPED", refuses=refusal("ServiceNotActiveException"))
    release.drain(aws, SERVICE)
    assert aws.looks == []


@pytest.mark.parametrize(
    "refused",
    [
        refusal("ValidationError", "The AutoScaling group may not be modified while it is pending delete"),
        refusal("ScalingActivityInProgress"),
        refusal("ResourceInUse"),
        refusal("ResourceContention"),
    ],
    ids=lambda error: error.code,
)
def test_a_group_that_is_going_already_is_waited_for(refused: AwsError) -> None:
    aws: Any = Fake(refuses=refused)
    release.release(aws, "fleet")
    assert aws.instances == []


def test_a_group_that_may_not_be_changed_for_another_reason_is_told() -> None:
    aws: Any = Fake(refuses=refusal("ValidationError", "MinSize is wrong"))
    with pytest.raises(AwsError, match="MinSize"):
        release.release(aws, "fleet")
