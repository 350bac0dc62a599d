from __future__ import annotations

from collections.abc import Callable
from typing import Any

from stackwright.aws import Aws
from stackwright.preflight.check import Result
from stackwright.preflight.subject import Subject

Plan = Callable[..., Subject]
Asked = Callable[[str, Subject], Result]


def subnet(zone: Any) -> dict[str, Any]:
    properties = {"VpcId": "vpc-0a1b2c3d", "CidrBlock": "10.0.0.0/24", "AvailabilityZone": zone}
    return {"Subnet": {"Type": "AWS::EC2::Subnet", "Properties": properties}}


def test_holds_for_a_zone_of_the_account(plan: Plan, asked: Asked) -> None:
    result = asked("zones", plan(subnet({"Fn::Select": [1, {"Fn::GetAZs": ""}]})))
    assert (result.verdict, result.points[0].text) == ("holds", "subnets in us-east-1b")


def test_fails_for_a_zone_the_account_has_not(plan: Plan, asked: Asked) -> None:
    result = asked("zones", plan(subnet("us-east-1x")))
    assert result.verdict == "fails"
    assert result.points[0].text.startswith("Subnet: this account has no zone us-east-1x, only us-east-1a")


def test_zones_without_a_default_subnet_are_not_counted(aws: Aws, plan: Plan) -> None:
    for each in aws.call("ec2", "describe_subnets")["Subnets"]:
        if each["AvailabilityZone"] in ("us-east-1a", "us-east-1c"):
            aws.call("ec2", "delete_subnet", SubnetId=each["SubnetId"])
    subject = plan(subnet({"Fn::Select": [1, {"Fn::GetAZs": ""}]}))
    assert subject.graph.resources["Subnet"].properties["AvailabilityZone"] == "us-east-1d"


def test_zones_are_the_usual_ones_where_aws_does_not_tell(plan: Plan, deny: Any) -> None:
    deny("ec2", "describe_subnets", "UnauthorizedOperation")
    subject = plan(subnet({"Fn::Select": [1, {"Fn::GetAZs": ""}]}))
    assert subject.graph.resources["Subnet"].properties["AvailabilityZone"] == "us-east-1b"
