from __future__ import annotations

import base64
from collections.abc import Callable
from typing import Any

import pytest
from support.guarantees import STACKS, alone, findings, resource, seeded, told

from stackwright.verify.deployment import Deployment

RULE = "security/instance-metadata-v2"
REQUIRED = {"HttpTokens": "required"}


def _data(change: Callable[[dict[str, Any]], object]) -> Callable[[STACKS], None]:
    def seed(stacks: STACKS) -> None:
        change(resource(stacks, "Cluster/LaunchTemplate")["Properties"]["LaunchTemplateData"])

    return seed


@pytest.mark.parametrize("environment", ["dev", "prod"])
def test_the_blueprint_asks_for_tokens(environment: str) -> None:
    assert findings(RULE, seeded(environment=environment)) == []


@pytest.mark.parametrize(
    ("changed", "name"),
    [
        ({"HttpTokens": "optional"}, "HttpTokens"),
        ({"HttpPutResponseHopLimit": 3}, "HttpPutResponseHopLimit"),
    ],
)
def test_credentials_without_token_or_that_travel_are_found(changed: dict[str, Any], name: str) -> None:
    (line,) = told(RULE, seeded(_data(lambda data: data["MetadataOptions"].update(changed))))
    assert line.startswith(f"Cluster/LaunchTemplate LaunchTemplateData.MetadataOptions.{name}: ")


def test_what_is_left_to_the_image_is_found() -> None:
    (line,) = told(RULE, seeded(_data(lambda data: data.pop("MetadataOptions"))))
    assert "LaunchTemplateData.MetadataOptions.HttpTokens: whoever makes the instance fetch" in line


def test_an_agent_that_lets_tasks_at_it_is_found() -> None:
    def open_it(data: dict[str, Any]) -> None:
        script = data["UserData"]["Fn::Base64"]
        script["Fn::Sub"] = script["Fn::Sub"].replace("BLOCK_IMDS=true", "BLOCK_IMDS=false")

    (line,) = told(RULE, seeded(_data(open_it)))
    assert line == (
        "Cluster/LaunchTemplate LaunchTemplateData.UserData: tasks can take the instance's role instead of their own"
    )


def _template(**data: Any) -> Deployment:
    template = {"Type": "AWS::EC2::LaunchTemplate", "Properties": {"LaunchTemplateData": data}}
    return alone({"Template": template, "Other": {"Type": "Custom::Data"}})


@pytest.mark.parametrize(
    ("script", "found"),
    [
        ("echo ECS_CLUSTER=app >> /etc/ecs/ecs.config", 1),
        ("echo ECS_CLUSTER=app; echo ECS_AWSVPC_BLOCK_IMDS='true'", 0),
        ("systemctl start nginx", 0),
    ],
)
@pytest.mark.parametrize("encoded", [True, False])
def test_user_data_as_others_write_it(script: str, found: int, encoded: bool) -> None:
    data: Any = base64.b64encode(script.encode()).decode() if encoded else {"Fn::Base64": script}
    assert len(told(RULE, _template(UserData=data, MetadataOptions=REQUIRED))) == found


def test_tasks_without_an_interface_of_their_own_are_kept_off_by_hops() -> None:
    data = {"UserData": {"Fn::Base64": "echo ECS_CLUSTER=app"}, "MetadataOptions": REQUIRED}
    template = {"Type": "AWS::EC2::LaunchTemplate", "Properties": {"LaunchTemplateData": data}}
    task = {"Type": "AWS::ECS::TaskDefinition", "Properties": {"NetworkMode": "bridge"}}
    assert findings(RULE, alone({"Template": template, "Task": task})) == []
    assert (
        len(told(RULE, alone({"Template": template, "Task": {**task, "Properties": {"NetworkMode": "awsvpc"}}}))) == 1
    )


def test_no_metadata_service_needs_no_token() -> None:
    assert findings(RULE, _template(MetadataOptions={"HttpEndpoint": "disabled"})) == []


def test_an_instance_of_a_launch_template_is_judged_there() -> None:
    template = {"LaunchTemplateId": "lt-1", "Version": "1"}
    assert (
        findings(RULE, alone({"It": {"Type": "AWS::EC2::Instance", "Properties": {"LaunchTemplate": template}}})) == []
    )
    (line,) = told(RULE, alone({"It": {"Type": "AWS::EC2::Instance", "Properties": {}}}))
    assert line.startswith("It MetadataOptions.HttpTokens: ")


def test_what_nobody_knows_is_no_finding() -> None:
    unknown = {"Fn::GetAtt": ["Other", "Value"]}
    options = {"HttpTokens": unknown, "HttpPutResponseHopLimit": unknown}
    assert findings(RULE, _template(UserData=unknown, MetadataOptions=options)) == []
