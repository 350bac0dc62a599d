from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

import pytest

from stackwright.aws import Aws
from stackwright.aws_errors import AwsError, Throttled
from stackwright.aws_shapes import Stack
from stackwright.deploy.again import Again, Where
from stackwright.deploy.live import check_not_rolled_back, refuse_unknown_image
from stackwright.deploy.plan import Plan, make_plan
from stackwright.errors import BadInput, StackwrightError

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
        if operation == "list_tasks":
            return {"taskArns": []}
        image = IMAGES[arguments["taskDefinition"]]
        return {"taskDefinition": {"containerDefinitions": [{"image": image}]}}


class Closed:
    def call(self, service: str, operation: str, **arguments: Any) -> Any:
        raise AwsError(f"{operation} refused", code="AccessDeniedException")


class Updated(Ecs):
    """The stack after its update, and what ECS runs then."""

    def stack(self, name: str) -> Stack:
        return stack({**OUTPUTS, "TaskDefinitionArn": "web:2"})


def stack(outputs: dict[str, str]) -> Stack:
    return Stack(
        id="arn:stack/shop-dev",
        name="shop-dev",
        status="UPDATE_COMPLETE",
        reason="",
        parameters={"Image": "shop:dev-1"},
        tags={},
        outputs=outputs,
        protected=False,
    )


def plan(outputs: dict[str, str] | None = OUTPUTS, *, image: str | None = None, pointer: str | None = None) -> Plan:
    return make_plan(
        blueprint="shop",
        environment="dev",
        root=ROOT,
        nested={},
        parameters={},
        tags={},
        stack=None if outputs is None else stack(outputs),
        image=image,
        pointer=pointer,
    )


def refuse(
    ecs: Any, *, image: str | None = None, pointer: str | None = None, outputs: dict[str, str] = OUTPUTS
) -> None:
    refuse_unknown_image(cast(Aws, ecs), plan(outputs, image=image, pointer=pointer))


def check(ecs: Any, before: dict[str, str] | None = OUTPUTS) -> None:
    again = Again("shop", "dev", "shop-dev", Where(None, None, False))
    check_not_rolled_back(cast(Aws, ecs), plan(before), "arn:stack/shop-dev", again)


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


@pytest.mark.parametrize("ask", [refuse, check])
def test_an_ecs_that_is_busy_is_no_answer(monkeypatch: pytest.MonkeyPatch, ask: Callable[..., None]) -> None:
    ecs = Updated("web:2")

    def throttled(*_: Any, **__: Any) -> Any:
        raise Throttled("ecs:DescribeServices is throttled by AWS")

    monkeypatch.setattr(ecs, "call", throttled)
    with pytest.raises(Throttled):
        ask(ecs)


def test_a_stack_without_a_service_is_not_asked_about() -> None:
    ecs = Ecs("web:2")
    refuse(ecs, outputs={"VpcId": "vpc-1"})
    assert ecs.asked == []


def test_an_update_that_ecs_has_rolled_back_is_a_failure_whatever_cloudformation_says() -> None:
    ecs = Updated("web:1")
    ecs.service["events"] = [{"message": "(service web) rolling back to deployment ecs-svc/1."}]
    with pytest.raises(StackwrightError) as raised:
        check(ecs)
    assert str(raised.value).splitlines() == [
        "shop-dev is complete, but ECS rolled the deployment back: web runs web:1, not web:2",
        "  event: (service web) rolling back to deployment ecs-svc/1.",
        "next: mend what its tasks stopped for, then python build.py deploy shop dev --image IMAGE",
    ]


@pytest.mark.parametrize("before", [None, OUTPUTS])
def test_an_update_whose_revision_runs_is_none(before: dict[str, str] | None) -> None:
    ecs = Updated("web:2")
    check(ecs, before)
    assert ecs.asked == ["describe_services"]


def test_what_runs_is_not_asked_for_where_the_update_made_no_revision() -> None:
    ecs = Updated("web:3")
    check(ecs, {**OUTPUTS, "TaskDefinitionArn": "web:2"})
    assert ecs.asked == []


def test_what_codedeploy_deploys_later_was_not_rolled_back() -> None:
    check(Updated("web:1", "CODE_DEPLOY"))


def test_who_may_not_ask_ecs_is_told_nothing() -> None:
    class Shut(Closed, Updated):
        pass

    check(Shut("web:1"))
