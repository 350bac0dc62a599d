from __future__ import annotations

from collections.abc import Callable
from typing import Any

from stackwright.aws import Aws
from stackwright.preflight.check import Result
from stackwright.preflight.subject import Subject

Plan = Callable[..., Subject]
Asked = Callable[[str, Subject], Result]


def test_holds_with_who_asks_and_where(aws: Aws, plan: Plan, asked: Asked) -> None:
    result = asked("credentials", plan({}))
    assert result.verdict == "holds"
    assert result.points[0].text == f"account {aws.account}, arn:aws:sts::{aws.account}:user/moto, region us-east-1"


def test_fails_once_credentials_have_expired(plan: Plan, asked: Asked, deny: Any) -> None:
    subject = plan({})
    deny("sts", "get_caller_identity", "ExpiredToken")
    result = asked("credentials", subject)
    assert result.verdict == "fails"
    assert (result.points[0].text, result.points[0].mend) == (
        "AWS credentials have expired",
        "get new ones, then run the same again",
    )
