from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from stackwright.aws import Aws
from stackwright.preflight.check import Result
from stackwright.preflight.subject import Subject

Plan = Callable[..., Subject]
Asked = Callable[[str, Subject], Result]


def role(aws: Aws, service: str) -> str:
    trust = {"Statement": [{"Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole"}]}
    made = aws.call("iam", "create_role", RoleName="execution", AssumeRolePolicyDocument=json.dumps(trust))
    return str(made["Role"]["Arn"])


def test_holds_for_a_role_that_trusts_cloudformation(aws: Aws, plan: Plan, asked: Asked) -> None:
    arn = role(aws, "cloudformation.amazonaws.com")
    result = asked("execution-role", plan({}, role=arn))
    assert (result.verdict, result.points[0].text) == ("holds", arn)


def test_fails_for_a_role_that_trusts_another_service(aws: Aws, plan: Plan, asked: Asked) -> None:
    assert asked("execution-role", plan({}, role=role(aws, "ec2.amazonaws.com"))).verdict == "fails"


def test_fails_for_a_role_that_is_not_there(aws: Aws, plan: Plan, asked: Asked) -> None:
    arn = f"arn:aws:iam::{aws.account}:role/execution"
    result = asked("execution-role", plan({}, role=arn))
    assert (result.verdict, result.points[0].text) == ("fails", f"there is no role {arn}")


def test_the_callers_own_permissions_are_not_asked_about(plan: Plan, asked: Asked) -> None:
    assert asked("execution-role", plan({})).verdict == "not applicable"


def test_cannot_be_told_where_roles_may_not_be_read(plan: Plan, asked: Asked, deny: Any) -> None:
    deny("iam", "get_role")
    assert asked("execution-role", plan({}, role="arn:aws:iam::1:role/x")).verdict == "cannot be told"
