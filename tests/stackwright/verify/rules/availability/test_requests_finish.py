from __future__ import annotations

from typing import Any

import pytest
from support.guarantees import STACKS, alone, findings, resource, seeded, told

RULE = "availability/requests-finish"


@pytest.mark.parametrize("own_image", [True, False])
def test_our_times_fit(own_image: bool) -> None:
    assert findings(RULE, seeded(own_image=own_image)) == []


def attributes(stacks: STACKS, path: str, key: str, value: str) -> None:
    properties = resource(stacks, path)["Properties"]
    lists = [each for name, each in properties.items() if name.endswith("Attributes")]
    next(each for each in lists[0] if each["Key"] == key)["Value"] = value


def container(stacks: STACKS) -> dict[str, Any]:
    made: dict[str, Any] = resource(stacks, "Service/TaskDefinition")["Properties"]["ContainerDefinitions"][0]
    return made


@pytest.mark.parametrize("delay", ["0", "59"])
def test_a_short_deregistration_delay_is_found(delay: str) -> None:
    def seed(stacks: STACKS) -> None:
        attributes(stacks, "Service/TargetGroup", "deregistration_delay.timeout_seconds", delay)

    (line,) = told(RULE, seeded(seed))
    assert line.startswith("Service/TargetGroup TargetGroupAttributes.deregistration_delay.timeout_seconds: requests")


def test_a_stop_timeout_left_at_its_default_is_found() -> None:
    def seed(stacks: STACKS) -> None:
        del container(stacks)["StopTimeout"]

    (line,) = told(RULE, seeded(seed))
    assert line.startswith("Service/TaskDefinition app.StopTimeout: requests may take 60 s")


def test_a_keep_alive_as_short_as_the_idle_timeout_is_found() -> None:
    def seed(stacks: STACKS) -> None:
        next(each for each in container(stacks)["Environment"] if each["Name"] == "KEEP_ALIVE_TIMEOUT")["Value"] = "60"

    (line,) = told(RULE, seeded(seed))
    assert line.startswith("Service/TaskDefinition app.Environment.KEEP_ALIVE_TIMEOUT: it closes connections")


def test_a_longer_idle_timeout_needs_everything_else_longer() -> None:
    def seed(stacks: STACKS) -> None:
        attributes(stacks, "LoadBalancer/LoadBalancer", "idle_timeout.timeout_seconds", "600")

    assert [line.split(":")[0] for line in told(RULE, seeded(seed))] == [
        "Service/TargetGroup TargetGroupAttributes.deregistration_delay.timeout_seconds",
        "Service/TaskDefinition app.StopTimeout",
        "Service/TaskDefinition app.Environment.KEEP_ALIVE_TIMEOUT",
    ]


def test_fargate_waits_two_minutes_at_most() -> None:
    properties = {"RequiresCompatibilities": ["FARGATE"], "ContainerDefinitions": [{"Name": "app", "StopTimeout": 180}]}
    definition = {"Type": "AWS::ECS::TaskDefinition", "Properties": properties}
    service = {"Type": "AWS::ECS::Service", "Properties": {"TaskDefinition": {"Ref": "Tasks"}}}
    (line,) = told(RULE, alone({"Tasks": definition, "Service": service}))
    assert line == "Tasks app.StopTimeout: Fargate waits 120 s at most"
