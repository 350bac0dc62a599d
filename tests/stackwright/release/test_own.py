"""A user's own task definition and AppSpec: what is taken, and what is refused before AWS is told of it."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stackwright.ecs.appspec import AppSpec
from stackwright.errors import BadInput
from stackwright.release.own import check_reached, own_appspec, own_definition

DEFINITION: dict[str, Any] = {
    "networkMode": "awsvpc",
    "requiresCompatibilities": ["FARGATE"],
    "cpu": "256",
    "memory": "512",
    "containerDefinitions": [{"name": "app", "image": "<IMAGE1_NAME>", "portMappings": [{"containerPort": 8080}]}],
}
DESCRIBED = {"taskDefinition": {**DEFINITION, "family": "own", "revision": 4, "status": "ACTIVE"}}
SPEC = AppSpec("app:1", "app", 8080)


def test_what_is_described_is_registered_without_what_only_aws_says() -> None:
    found = own_definition(json.dumps(DESCRIBED), image="uri:1", family="stack")
    assert found.keys() == DEFINITION.keys() | {"family"}
    assert (found["family"], found["containerDefinitions"][0]["image"]) == ("own", "uri:1")


def test_one_without_a_family_joins_the_stacks() -> None:
    assert own_definition(json.dumps(DEFINITION), image="uri:1", family="stack")["family"] == "stack"


@pytest.mark.parametrize(
    ("changes", "image", "words"),
    [
        ({}, "", "give one with --image"),
        ({"cpu": "300"}, "uri:1", "Fargate has no task of cpu '300'"),
        ({"memory": None}, "uri:1", "Fargate has no task"),
        ({"networkMode": "bridge"}, "uri:1", "networkMode is awsvpc"),
        ({"containerDefinitions": []}, "uri:1", "containerDefinitions"),
        ({"containerDefinitions": [{"name": "app"}]}, "uri:1", "has no image"),
    ],
)
def test_what_could_not_run_is_refused(changes: dict[str, Any], image: str, words: str) -> None:
    with pytest.raises(BadInput, match=words):
        own_definition(json.dumps(DEFINITION | changes), image=image, family="stack")


@given(st.text(max_size=40) | st.recursive(st.none() | st.integers(), st.lists, max_leaves=3).map(json.dumps))
def test_any_other_text_is_refused(text: str) -> None:
    with pytest.raises(BadInput):
        own_definition(text, image="uri:1", family="stack")


def test_an_own_appspec_has_its_task_definition_put_in() -> None:
    text = AppSpec("<TASK_DEFINITION>", "app", 8080, hooks={"AfterInstall": "CodeDeployHook_smoke"}).text()
    found = own_appspec(text, definition="arn:2")
    assert (found.task_definition, found.hooks) == ("arn:2", {"AfterInstall": "CodeDeployHook_smoke"})
    with pytest.raises(BadInput, match="--appspec: "):
        own_appspec("version: 1", definition="arn:2")


@pytest.mark.parametrize(
    ("spec", "words"),
    [
        (AppSpec("app:1", "web", 8080), "container web, and the task definition has app"),
        (AppSpec("app:1", "app", 9090), "traffic goes to port 8080"),
    ],
)
def test_traffic_reaches_the_port_that_tasks_admit(spec: AppSpec, words: str) -> None:
    check_reached(SPEC, DEFINITION, port=8080)
    with pytest.raises(BadInput, match=words):
        check_reached(spec, DEFINITION, port=8080)
