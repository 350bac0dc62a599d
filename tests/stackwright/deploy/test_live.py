from __future__ import annotations

from typing import Any, cast

import pytest

from stackwright.aws import Aws
from stackwright.aws_errors import AwsError
from stackwright.aws_shapes import Stack
from stackwright.deploy.live import refuse_unknown_image
from stackwright.deploy.plan import make_plan
from stackwright.errors import BadInput

ROOT: dict[str, Any] = {"Parameters": {"Image": {"Type": "String", "Default": ""}}, "Resources": {}}
OUTPUTS = {"ClusterName": "shop", "ServiceName": "web", "TaskDefinitionArn": "web:1"}
IMAGES = {"web:1": "shop:dev-1", "web:2": "shop:dev-2", "web:3": "shop:dev-1"}


class Ecs:
    """Answers which revision a service runs, and which image a revision has."""

    def __init__(self, running: str, controller: str | None = None) -> None:
        self.service: dict[str, Any] = {"taskDefinition": running}
        if controller:
            self.service["deploymentController"] = {"type": controller}
        self.asked: list[str] = []

    def call(self, service: str, operation: str, **arguments: Any) -> Any:
        self.asked.append(operation)
        if operation == "describe_services":
            return {"services": [self.service]}
        image = IMAGES[arguments["taskDefinition"]]
        return {"taskDefinition": {"containerDefinitions": [{"image": image}]}}


class Closed:
    def call(self, service: str, operation: str, **arguments: Any) -> Any:
        raise AwsError(f"{operation} refused", code="AccessDeniedException")


def refuse(
    ecs: Any, *, image: str | None = None, pointer: str | None = None, outputs: dict[str, str] = OUTPUTS
) -> None:
    stack = Stack(
        id="arn:stack/shop-dev",
        name="shop-dev",
        status="UPDATE_COMPLETE",
        reason="",
        parameters={"Image": "shop:dev-1"},
        tags={},
        outputs=outputs,
        protected=False,
    )
    plan = make_plan(
        blueprint="shop",
        environment="dev",
        root=ROOT,
        nested={},
        parameters={},
        tags={},
        stack=stack,
        image=image,
        pointer=pointer,
    )
    refuse_unknown_image(cast(Aws, ecs), plan)


def test_an_image_that_the_stack_does_not_know_is_not_taken_back_unasked() -> None:
    with pytest.raises(BadInput, match=r"runs image shop:dev-2, .* would bring shop:dev-1 back: say with --image"):
        refuse(Ecs("web:2"))


@pytest.mark.parametrize("running", ["web:1", "web:3"])
def test_the_stacks_image_may_stay_in_whatever_revision(running: str) -> None:
    refuse(Ecs(running))


@pytest.mark.parametrize("pointer", [None, "shop:dev-1", "shop:dev-3"])
def test_whoever_says_which_image_is_not_asked(pointer: str | None) -> None:
    ecs = Ecs("web:2")
    refuse(ecs, image="shop:dev-3", pointer=pointer)
    assert ecs.asked == []


def test_the_image_that_was_released_may_be_the_stacks_too() -> None:
    refuse(Ecs("web:2"), pointer="shop:dev-2")


@pytest.mark.parametrize(("running", "pointer"), [("web:2", "shop:dev-1"), ("web:1", "shop:dev-2")])
def test_a_pointer_that_names_another_image_than_the_one_that_runs_is_not_followed(running: str, pointer: str) -> None:
    with pytest.raises(BadInput, match=f"would bring {pointer} back: say with --image"):
        refuse(Ecs(running), pointer=pointer)


def test_a_pointer_before_the_first_release_says_nothing() -> None:
    with pytest.raises(BadInput, match="would bring shop:dev-1 back"):
        refuse(Ecs("web:2"), pointer="none")


def test_what_codedeploy_releases_is_its_own() -> None:
    refuse(Ecs("web:2", "CODE_DEPLOY"))


def test_who_may_not_ask_ecs_is_not_refused() -> None:
    refuse(Closed())


def test_a_stack_without_a_service_is_not_asked_about() -> None:
    ecs = Ecs("web:2")
    refuse(ecs, outputs={"VpcId": "vpc-1"})
    assert ecs.asked == []
