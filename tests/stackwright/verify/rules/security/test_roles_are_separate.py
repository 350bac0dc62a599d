from __future__ import annotations

from typing import Any

import pytest
from support.guarantees import STACKS, alone, findings, resource, seeded, told

from stackwright.verify.deployment import Deployment

RULE = "security/roles-are-separate"


@pytest.mark.parametrize("environment", ["dev", "prod"])
@pytest.mark.parametrize("own_image", [True, False])
def test_ours_are_separate(environment: str, own_image: bool) -> None:
    assert findings(RULE, seeded(environment=environment, own_image=own_image)) == []


def test_one_role_for_both_is_found() -> None:
    def seed(stacks: STACKS) -> None:
        definition = resource(stacks, "Service/TaskDefinition")["Properties"]
        definition["TaskRoleArn"] = definition["ExecutionRoleArn"]

    assert told(RULE, seeded(seed)) == [
        "Service/TaskDefinition TaskRoleArn: the application may all that ECS needs to start it: "
        "every secret, every image"
    ]


ROLE = "arn:aws:iam::123456789012:role"


def _task(*roles: Any, **properties: Any) -> Deployment:
    return alone(
        {
            "Role": {"Type": "AWS::IAM::Role"},
            "Profile": {"Type": "AWS::IAM::InstanceProfile", "Properties": {"Roles": list(roles)}},
            "Task": {"Type": "AWS::ECS::TaskDefinition", "Properties": properties},
            "Other": {"Type": "Custom::Data"},
        }
    )


ARN = {"Fn::GetAtt": ["Role", "Arn"]}
UNKNOWN = {"Fn::GetAtt": ["Other", "Value"]}


@pytest.mark.parametrize(
    ("roles", "properties", "names"),
    [
        ([{"Ref": "Role"}], {"TaskRoleArn": ARN}, ["TaskRoleArn"]),
        (["ecs"], {"TaskRoleArn": f"{ROLE}/ecs", "ExecutionRoleArn": f"{ROLE}/other"}, ["TaskRoleArn"]),
        (["ecs"], {"ExecutionRoleArn": "ecs"}, ["ExecutionRoleArn"]),
        ([], {"TaskRoleArn": f"{ROLE}/a", "ExecutionRoleArn": f"{ROLE}/a"}, ["TaskRoleArn"]),
        (["ecs"], {"TaskRoleArn": ARN, "ExecutionRoleArn": f"{ROLE}/other"}, []),
        ([], {}, []),
        ([3, None], {"TaskRoleArn": [1], "ExecutionRoleArn": [1]}, []),
    ],
)
def test_the_instances_role_and_roles_of_elsewhere(roles: list[Any], properties: Any, names: list[str]) -> None:
    found = told(RULE, _task(*roles, **properties))
    assert [line.partition(": ")[0] for line in found] == [f"Task {name}" for name in names]


def test_what_nobody_knows_is_no_finding() -> None:
    text = {"Fn::Sub": ["${A}-role", {"A": UNKNOWN}]}
    assert findings(RULE, _task(text, TaskRoleArn=text, ExecutionRoleArn=text)) == []
    assert findings(RULE, _task(UNKNOWN, TaskRoleArn=ARN)) == []
    another = {"Fn::GetAtt": ["Other", "Another"]}
    assert findings(RULE, _task(TaskRoleArn=UNKNOWN, ExecutionRoleArn=another)) == []
    assert len(told(RULE, _task(TaskRoleArn=UNKNOWN, ExecutionRoleArn=UNKNOWN))) == 1
