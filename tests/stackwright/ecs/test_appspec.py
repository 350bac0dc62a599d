"""AppSpecs: what is written is read again, and what CodeDeploy would not understand is refused."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stackwright.ecs.appspec import HOOKS, AppSpec, BadAppSpec, parse

_WORDS = st.text("abcdefghijklmnopqrstuvwxyz0123456789:/-", min_size=1, max_size=40)
_SPECS = st.builds(
    AppSpec,
    task_definition=_WORDS.map("arn:{}".format),
    container=_WORDS,
    port=st.integers(1, 65535),
    platform_version=st.sampled_from(["1.4.0", "LATEST"]),
    network=st.just({}) | st.builds(lambda ids: {"Subnets": ids}, st.lists(_WORDS, min_size=1, max_size=3)),
    strategy=st.just(()) | st.just(({"CapacityProvider": "FARGATE", "Weight": 1},)),
    hooks=st.dictionaries(st.sampled_from(HOOKS), _WORDS, max_size=3),
)


@given(_SPECS)
def test_what_is_written_is_read_again(spec: AppSpec) -> None:
    assert parse(spec.text()) == spec


def document(**changes: Any) -> dict[str, Any]:
    properties: dict[str, Any] = {
        "TaskDefinition": "arn:aws:ecs:us-east-1:123456789012:task-definition/app:1",
        "LoadBalancerInfo": {"ContainerName": "app", "ContainerPort": 8080},
    }
    service = {"Type": "AWS::ECS::Service", "Properties": properties | changes}
    return {"version": 0.0, "Resources": [{"TargetService": service}]}


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"LoadBalancerInfo": {"ContainerName": "app", "ContainerPort": "http"}}, "a port is 1 to 65535"),
        ({"LoadBalancerInfo": {"ContainerName": "app"}}, "lacks ContainerPort"),
        ({"TaskDefinition": None}, "lacks TaskDefinition"),
        ({"TaskDefinition": 7}, "TaskDefinition is a string"),
        ({"DesiredCount": 2}, "'DesiredCount', which CodeDeploy does not know"),
        ({"NetworkConfiguration": {"AwsvpcConfiguration": {"Subnets": "subnet-1"}}}, "Subnets is a list"),
        ({"NetworkConfiguration": {"AwsvpcConfiguration": {"Subnets": [], "AssignPublicIp": "on"}}}, "ENABLED or"),
        ({"CapacityProviderStrategy": {"Weight": 1}}, "CapacityProviderStrategy is a list"),
    ],
)
def test_a_property_that_is_wrong_is_named(changed: dict[str, Any], words: str) -> None:
    with pytest.raises(BadAppSpec, match=words):
        parse(json.dumps(document(**changed)))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("{", "neither JSON nor YAML"),
        ("", "the AppSpec is an object"),
        ("version: 0.1\nResources: []", "the only one there is is 0.0"),
        ("version: 0.0\nResources: []", "Resources is a list of one"),
        ("version: 0.0\nResources: [{A: {Type: 'AWS::Lambda::Function', Properties: {}}}]", "AWS::ECS::Service"),
        ("version: 0.0\nResources: [{A: 1, B: 2}]", "one name"),
        (json.dumps(document() | {"Hooks": [{"BeforeLunch": "f"}]}), "BeforeLunch"),
        (json.dumps(document() | {"Hooks": {"BeforeInstall": "f"}}), "Hooks is a list"),
        (json.dumps(document() | {"hooks": []}), "'hooks', which CodeDeploy does not know"),
    ],
)
def test_a_document_that_is_wrong_is_told_why(text: str, words: str) -> None:
    with pytest.raises(BadAppSpec, match=words):
        parse(text)


@given(st.text(max_size=60))
def test_any_text_is_an_appspec_or_refused(text: str) -> None:
    try:
        parse(text)
    except BadAppSpec as error:
        assert "\n" not in str(error)
