"""The image comes from one place: what a pipeline released by ECS alone outlasts the stack's next update."""

from __future__ import annotations

from typing import Any

import pytest

from nested.parts import shared_parameters
from nested.pipeline import NO_IMAGE
from stackwright.aws_errors import AccessDenied
from stackwright.deploy import pointer
from stackwright.errors import StackwrightError


@pytest.fixture
def pipeline(shop: Any) -> Any:
    """A shop that a pipeline delivers, before its first release."""
    shop.aws.call("ssm", "put_parameter", Name=pointer.parameter("shop-dev"), Value=pointer.NONE, Type="String")
    return shop


def release(shop: Any, image: str) -> None:
    """Do what the pipeline does once ECS runs an image."""
    shop.aws.call("ssm", "put_parameter", Name=pointer.parameter("shop-dev"), Value=image, Overwrite=True)


def runs(shop: Any) -> tuple[str, str | None]:
    """The image of the stack, and the one its pointer names."""
    return shop.aws.stack("shop-dev").parameters["Image"], pointer.read(shop.aws, "shop-dev")


def test_the_pipelines_stack_and_the_tool_mean_one_parameter() -> None:
    assert pointer.parameter("shop-dev") == shared_parameters.image_pointer("shop-dev")
    assert pointer.NONE == NO_IMAGE


def test_before_the_first_release_the_stack_keeps_its_image(pipeline: Any) -> None:
    pipeline.deploy(image="repo:1")
    release(pipeline, pointer.NONE)
    pipeline.parameters(Retention="14")
    pipeline.deploy()
    assert runs(pipeline) == ("repo:1", pointer.NONE)


def test_an_update_takes_the_image_that_was_released(pipeline: Any, capsys: pytest.CaptureFixture[str]) -> None:
    pipeline.deploy()
    release(pipeline, "repo:2")
    pipeline.parameters(Retention="14")
    pipeline.deploy()
    assert runs(pipeline) == ("repo:2", "repo:2")
    assert "image repo:2, which /stackwright/shop-dev/image names" in capsys.readouterr().err
    pipeline.deploy(no_execute=True)
    assert capsys.readouterr().out == "no changes\n"


def test_an_image_given_by_hand_moves_the_pointer(pipeline: Any) -> None:
    pipeline.deploy()
    release(pipeline, "repo:2")
    pipeline.deploy(image="repo:1")
    assert runs(pipeline) == ("repo:1", "repo:1")
    pipeline.parameters(Retention="14")
    pipeline.deploy()
    assert runs(pipeline) == ("repo:1", "repo:1")


def test_an_image_that_ecs_rolled_back_does_not_move_it(pipeline: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def rolled_back(*_: Any) -> None:
        raise StackwrightError("rolled back")

    pipeline.deploy()
    release(pipeline, "repo:2")
    monkeypatch.setattr("stackwright.deploy.check_not_rolled_back", rolled_back)
    with pytest.raises(StackwrightError, match="rolled back"):
        pipeline.deploy(image="repo:3")
    assert pointer.read(pipeline.aws, "shop-dev") == "repo:2"


def test_a_look_moves_nothing(pipeline: Any) -> None:
    pipeline.deploy()
    release(pipeline, "repo:2")
    pipeline.deploy(image="repo:3", no_execute=True)
    assert pointer.read(pipeline.aws, "shop-dev") == "repo:2"


def test_a_stack_made_anew_does_not_ask_for_an_image_of_the_old_registry(pipeline: Any) -> None:
    pipeline.deploy()
    release(pipeline, "repo:2")
    pipeline.destroy()
    pipeline.deploy()
    assert runs(pipeline) == ("", pointer.NONE)


def test_who_may_not_move_it_is_told(
    pipeline: Any, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    call = type(pipeline.aws).call

    def denied(aws: Any, service: str, operation: str, **arguments: Any) -> Any:
        if operation == "put_parameter":
            raise AccessDenied("access denied to ssm:PutParameter")
        return call(aws, service, operation, **arguments)

    pipeline.deploy()
    monkeypatch.setattr(type(pipeline.aws), "call", denied)
    assert pipeline.deploy(image="repo:1") == 0
    assert "/stackwright/shop-dev/image still names the image before" in capsys.readouterr().err


def test_a_stack_without_a_pointer_gets_none(shop: Any) -> None:
    shop.deploy(image="repo:1")
    assert pointer.read(shop.aws, "shop-dev") is None
