from __future__ import annotations

from collections.abc import Callable
from typing import Any

from stackwright.aws import Aws
from stackwright.preflight.check import Result
from stackwright.preflight.subject import Subject

Plan = Callable[..., Subject]
Asked = Callable[[str, Subject], Result]


ADDRESS = {"Address": {"Type": "AWS::EC2::EIP", "Properties": {"Domain": "vpc"}}}


def allocate(aws: Aws, count: int) -> None:
    for _ in range(count):
        aws.call("ec2", "allocate_address", Domain="vpc")


def test_holds_up_to_the_quota(aws: Aws, plan: Plan, asked: Asked) -> None:
    allocate(aws, 4)
    result = asked("elastic-ips", plan(ADDRESS))
    assert result.verdict == "holds"
    assert result.points[0].text == "Address: Elastic IPs in us-east-1: 4 and 1 more, quota 5"


def test_fails_beyond_the_quota(aws: Aws, plan: Plan, asked: Asked) -> None:
    allocate(aws, 5)
    result = asked("elastic-ips", plan(ADDRESS))
    assert result.verdict == "fails"
    assert "--quota-code L-0263D0A3 --desired-value 6" in result.points[0].mend


def test_what_the_stack_holds_is_not_added(aws: Aws, plan: Plan, asked: Asked) -> None:
    allocate(aws, 5)
    assert asked("elastic-ips", plan(ADDRESS, held={"Address": "192.0.2.1"})).verdict == "not applicable"


def test_within_the_default_holds_although_aws_does_not_tell_the_quota(
    aws: Aws, plan: Plan, asked: Asked, deny: Any
) -> None:
    deny("service-quotas", "get_service_quota")
    assert asked("elastic-ips", plan(ADDRESS)).verdict == "holds"


def test_beyond_the_default_cannot_be_told_when_aws_does_not_tell_the_quota(
    aws: Aws, plan: Plan, asked: Asked, deny: Any
) -> None:
    allocate(aws, 5)
    deny("service-quotas", "get_service_quota")
    result = asked("elastic-ips", plan(ADDRESS))
    assert result.verdict == "cannot be told"
    assert "access denied to service-quotas:GetServiceQuota" in result.points[0].text


def test_cannot_be_told_where_addresses_may_not_be_listed(plan: Plan, asked: Asked, deny: Any) -> None:
    deny("ec2", "describe_addresses", "UnauthorizedOperation")
    assert asked("elastic-ips", plan(ADDRESS)).verdict == "cannot be told"
