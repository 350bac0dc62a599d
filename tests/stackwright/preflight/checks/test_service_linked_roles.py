from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from stackwright.aws import Aws
from stackwright.preflight.check import Result
from stackwright.preflight.checks.service_linked_roles import ROLES
from stackwright.preflight.subject import Subject
from templates import account

Plan = Callable[..., Subject]
Asked = Callable[[str, Subject], Result]


NEEDING = {
    "ecs.amazonaws.com": {"Type": "AWS::ECS::Cluster", "Properties": {}},
    "elasticloadbalancing.amazonaws.com": {"Type": "AWS::ElasticLoadBalancingV2::LoadBalancer", "Properties": {}},
    "autoscaling.amazonaws.com": {"Type": "AWS::AutoScaling::AutoScalingGroup", "Properties": {}},
    "ecs.application-autoscaling.amazonaws.com": {
        "Type": "AWS::ApplicationAutoScaling::ScalableTarget",
        "Properties": {},
    },
}


@pytest.mark.parametrize("service", sorted(NEEDING))
def test_holds_once_the_account_has_the_role_and_fails_before(service: str, aws: Aws, plan: Plan, asked: Asked) -> None:
    subject = plan({"Thing": NEEDING[service]})
    before = asked("service-linked-roles", subject)
    assert before.verdict == "fails"
    assert f"aws iam create-service-linked-role --aws-service-name {service}, or set" in before.points[0].mend
    assert "python build.py deploy account dev --profile mine" in before.points[0].mend
    aws.call("iam", "create_service_linked_role", AWSServiceName=service)
    assert asked("service-linked-roles", subject).verdict == "holds"


def test_a_role_that_the_plan_makes_is_not_missed(plan: Plan, asked: Asked) -> None:
    role = {"Type": "AWS::IAM::ServiceLinkedRole", "Properties": {"AWSServiceName": "ecs.amazonaws.com"}}
    subject = plan({"Thing": NEEDING["ecs.amazonaws.com"], "Role": role})
    assert asked("service-linked-roles", subject).verdict == "not applicable"


def test_what_the_stack_holds_works_already(plan: Plan, asked: Asked) -> None:
    subject = plan({"Thing": NEEDING["ecs.amazonaws.com"]}, held={"Thing": "cluster-1"})
    assert asked("service-linked-roles", subject).verdict == "not applicable"


def test_cannot_be_told_where_roles_may_not_be_read(plan: Plan, asked: Asked, deny: Any) -> None:
    deny("iam", "get_role")
    subject = plan({"Thing": NEEDING["ecs.amazonaws.com"]})
    assert asked("service-linked-roles", subject).verdict == "cannot be told"


def test_the_switches_are_those_of_the_account_blueprint() -> None:
    assert {switch for _, _, switch in ROLES.values()} <= account.blueprint().root["Parameters"].keys()
