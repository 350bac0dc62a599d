from __future__ import annotations

from collections.abc import Callable

from stackwright.aws import Aws
from stackwright.preflight.check import Result
from stackwright.preflight.subject import Subject

Plan = Callable[..., Subject]
Asked = Callable[[str, Subject], Result]


VPC = {"Vpc": {"Type": "AWS::EC2::VPC", "Properties": {"CidrBlock": "10.0.0.0/16"}}}


def test_holds_beside_the_default_vpc(plan: Plan, asked: Asked) -> None:
    result = asked("vpcs", plan(VPC))
    assert result.verdict == "holds"
    assert result.points[0].text == "Vpc: VPCs in us-east-1: 1 and 1 more, quota 5"


def test_fails_beyond_the_quota(aws: Aws, plan: Plan, asked: Asked) -> None:
    for number in range(4):
        aws.call("ec2", "create_vpc", CidrBlock=f"10.{number}.0.0/16")
    assert asked("vpcs", plan(VPC)).verdict == "fails"


def test_a_vpc_that_the_stack_holds_is_not_added(plan: Plan, asked: Asked) -> None:
    assert asked("vpcs", plan(VPC, held={"Vpc": "vpc-0a1b2c3d"})).verdict == "not applicable"
