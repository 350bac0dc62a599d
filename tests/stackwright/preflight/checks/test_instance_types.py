from __future__ import annotations

from collections.abc import Callable
from typing import Any

from stackwright.aws import Aws
from stackwright.preflight.check import Result
from stackwright.preflight.subject import Subject

Plan = Callable[..., Subject]
Asked = Callable[[str, Subject], Result]


Fleet = Callable[..., dict[str, Any]]


def test_holds_where_every_zone_offers_one(plan: Plan, asked: Asked, fleet: Fleet) -> None:
    result = asked("instance-types", plan(fleet("t3.medium", "t3a.medium")))
    assert result.verdict == "holds"
    assert result.points[0].text == "us-east-1a: t3.medium, t3a.medium; us-east-1b: t3.medium, t3a.medium"


def test_fails_for_a_zone_that_offers_none(plan: Plan, asked: Asked, fleet: Fleet) -> None:
    result = asked("instance-types", plan(fleet("t3.medium", zones=("us-east-1a", "us-east-1e"))))
    assert result.verdict == "fails"
    assert [each.text for each in result.points if each.verdict == "fails"] == [
        "Group: zone us-east-1e offers none of t3.medium"
    ]


def test_fails_for_a_type_that_no_zone_offers(plan: Plan, asked: Asked, fleet: Fleet) -> None:
    result = asked("instance-types", plan(fleet("t3.medium", "t3.mediun")))
    assert result.verdict == "fails"
    assert result.points[0].text == "Group: us-east-1 does not offer t3.mediun"


def test_zones_of_given_subnets_are_asked_for(aws: Aws, plan: Plan, asked: Asked, fleet: Fleet) -> None:
    subnets = aws.call("ec2", "describe_subnets")["Subnets"]
    (last,) = (each["SubnetId"] for each in subnets if each["AvailabilityZone"] == "us-east-1e")
    resources = fleet("t3.medium")
    resources["Group"]["Properties"]["VPCZoneIdentifier"] = [last]
    assert asked("instance-types", plan(resources)).verdict == "fails"
