from __future__ import annotations

from collections.abc import Callable
from typing import Any

from stackwright.aws import Aws
from stackwright.preflight.check import Result
from stackwright.preflight.subject import Subject

Plan = Callable[..., Subject]
Asked = Callable[[str, Subject], Result]


Fleet = Callable[..., dict[str, Any]]
RECOMMENDED = "/aws/service/ecs/optimized-ami/amazon-linux-2023{}/recommended/image_id"


def image(aws: Aws, path: str = "") -> str:
    found = aws.parameter(RECOMMENDED.format(path))
    assert found
    return found


def test_holds_for_an_image_that_is_there(aws: Aws, plan: Plan, asked: Asked, fleet: Fleet) -> None:
    result = asked("machine-images", plan(fleet("t3.medium", image=image(aws))))
    assert (result.verdict, result.points[0].text) == ("holds", f"{image(aws)}, x86_64")


def test_fails_for_an_image_that_was_withdrawn(plan: Plan, asked: Asked, fleet: Fleet) -> None:
    result = asked("machine-images", plan(fleet("t3.medium", image="ami-0123456789abcdef0")))
    assert result.verdict == "fails"
    assert result.points[0].text == "Group: us-east-1 has no machine image ami-0123456789abcdef0"


def test_fails_for_an_instance_type_of_the_other_architecture(aws: Aws, plan: Plan, asked: Asked, fleet: Fleet) -> None:
    result = asked("machine-images", plan(fleet("t3.medium", "t4g.medium", image=image(aws))))
    assert result.verdict == "fails"
    assert "is for x86_64, t4g.medium is not" in result.points[0].text
