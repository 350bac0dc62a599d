from __future__ import annotations

from typing import Any

import pytest
from support.guarantees import STACKS, alone, findings, resource, seeded, told

RULE = "operability/logs-expire"


@pytest.mark.parametrize("own_image", [True, False])
def test_ours_log_and_expire(own_image: bool) -> None:
    assert findings(RULE, seeded(own_image=own_image)) == []


def test_a_log_group_without_retention_is_found() -> None:
    def seed(stacks: STACKS) -> None:
        del resource(stacks, "Vpc/FlowLogGroup")["Properties"]["RetentionInDays"]

    assert told(RULE, seeded(seed)) == ["Vpc/FlowLogGroup RetentionInDays: it keeps every line for ever, and bills it"]


def container(stacks: STACKS) -> dict[str, Any]:
    made: dict[str, Any] = resource(stacks, "Service/TaskDefinition")["Properties"]["ContainerDefinitions"][0]
    return made


def test_a_silent_container_is_found() -> None:
    def seed(stacks: STACKS) -> None:
        del container(stacks)["LogConfiguration"]

    (line,) = told(RULE, seeded(seed))
    assert line == "Service/TaskDefinition app.LogConfiguration: what it says is lost with the container"


def test_a_mode_left_to_chance_is_found() -> None:
    def seed(stacks: STACKS) -> None:
        del container(stacks)["LogConfiguration"]["Options"]["mode"]

    (line,) = told(RULE, seeded(seed))
    assert line.startswith("Service/TaskDefinition app.LogConfiguration.Options.mode: whether it blocks or drops")


@pytest.mark.parametrize(
    ("logs", "found"),
    [
        (None, 1),
        ({"Status": "ENABLED"}, 1),
        ({"Status": "ENABLED", "GroupName": {"Ref": "Logs"}}, 0),
        ({"Status": "DISABLED"}, 0),
    ],
)
def test_a_build_whose_log_group_codebuild_would_make_is_found(logs: dict[str, Any] | None, found: int) -> None:
    properties = {"LogsConfig": {"CloudWatchLogs": logs}} if logs else {}
    group = {"Type": "AWS::Logs::LogGroup", "Properties": {"RetentionInDays": 7}}
    project = {"Type": "AWS::CodeBuild::Project", "Properties": properties}
    lines = told(RULE, alone({"Logs": group, "Build": project}))
    assert [line.partition(":")[0] for line in lines] == ["Build LogsConfig.CloudWatchLogs.GroupName"] * found
