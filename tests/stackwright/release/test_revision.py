"""What is live: the revision that was asked for, or the same under another number."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, cast

import pytest

from stackwright.aws import Aws
from stackwright.ecs.appspec import AppSpec
from stackwright.release.group import Group
from stackwright.release.own import described
from stackwright.release.revision import is_live

SPEC = AppSpec("app:3", "app", 8080)
GROUP = Group("application", "group", "cluster", "service", SPEC)
TAGS = [{"key": "Project", "value": "shop"}, {"key": "Environment", "value": "dev"}]


def revision(number: int, image: str, tags: list[dict[str, str]]) -> dict[str, Any]:
    """What ECS says of a revision; AWS's own tags are of the stack, and so of what the stack has registered."""
    own = [{"key": "aws:cloudformation:stack-name", "value": "shop-dev"}] if number == 3 else []
    told = {"family": "app", "revision": number, "registeredBy": str(number), "status": "ACTIVE"}
    return {"taskDefinition": told | {"containerDefinitions": [{"name": "app", "image": image}]}, "tags": tags + own}


class Ecs:
    """ECS with two revisions, of which the second has the traffic."""

    def __init__(self, image: str, tags: list[dict[str, str]]) -> None:
        self.revisions = {"app:3": revision(3, "uri:1", TAGS), "app:4": revision(4, image, tags)}

    def call(self, service: str, operation: str, **arguments: Any) -> dict[str, Any]:
        if operation == "describe_services":
            return {"services": [{"taskSets": [{"status": "PRIMARY", "taskDefinition": "app:4"}]}]}
        found = self.revisions[arguments["taskDefinition"]]
        return found if arguments["include"] == ["TAGS"] else {"taskDefinition": found["taskDefinition"]}


def told_live(image: str, tags: list[dict[str, str]], definition: str = "app:3") -> bool:
    return is_live(cast(Aws, Ecs(image, tags)), GROUP, replace(SPEC, task_definition=definition))


@pytest.mark.parametrize(
    ("image", "tags", "live"),
    [("uri:1", TAGS, True), ("uri:1", TAGS[::-1], True), ("uri:2", TAGS, False), ("uri:1", TAGS[:1], False)],
)
def test_what_codepipeline_has_registered_once_more_is_live(image: str, tags: list[dict[str, str]], live: bool) -> None:
    assert told_live(image, tags) is live


def test_what_ecs_tells_in_another_order_is_the_same_where_order_says_nothing() -> None:
    variables = [{"name": "PORT", "value": "8080"}, {"name": "VERSION", "value": "1"}]
    secrets = [{"name": "ONE", "valueFrom": "arn:1"}, {"name": "TWO", "valueFrom": "arn:2"}]

    def live(container: dict[str, Any]) -> bool:
        ecs = Ecs("uri:1", TAGS)
        told = {"command": ["run", "it"], "environment": variables, "secrets": secrets}
        for number, more in (("app:3", {}), ("app:4", container)):
            ecs.revisions[number]["taskDefinition"]["containerDefinitions"][0].update(told | more)
        return is_live(cast(Aws, ecs), GROUP, SPEC)

    assert live({"environment": variables[::-1], "secrets": secrets[::-1]})
    assert not live({"environment": [variables[0], variables[1] | {"value": "2"}]})
    assert not live({"command": ["it", "run"]})


def test_what_was_asked_for_is_live_itself() -> None:
    assert told_live("uri:2", [], "app:4")


def test_what_is_registered_again_has_the_tags_that_tasks_take_from_it() -> None:
    found = described(cast(Aws, Ecs("uri:1", [])), "app:3")
    assert found["tags"] == TAGS[::-1]
    assert not {"revision", "registeredBy", "status"} & found.keys()
