from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from stackwright.aws import Aws
from stackwright.preflight.check import Result
from stackwright.preflight.subject import Subject

Plan = Callable[..., Subject]
Asked = Callable[[str, Subject], Result]


@pytest.fixture
def letters(aws: Aws) -> dict[str, str]:
    """The account's names of zones by their ids."""
    found = aws.call("ec2", "describe_availability_zones")["AvailabilityZones"]
    return {each["ZoneId"]: each["ZoneName"] for each in found}


def cdn(*subnets: Any, **resources: Any) -> dict[str, Any]:
    endpoint = {"Name": "web", "Arn": {"Ref": "LoadBalancer"}}
    return resources | {
        "LoadBalancer": {
            "Type": "AWS::ElasticLoadBalancingV2::LoadBalancer",
            "Properties": {"Subnets": list(subnets)},
        },
        "Origin": {"Type": "AWS::CloudFront::VpcOrigin", "Properties": {"VpcOriginEndpointConfig": endpoint}},
    }


def subnet(zone: str) -> dict[str, Any]:
    properties = {"VpcId": "vpc-0a1b2c3d", "CidrBlock": "10.0.0.0/24", "AvailabilityZone": zone}
    return {"Type": "AWS::EC2::Subnet", "Properties": properties}


def test_holds_for_zones_with_vpc_origins(plan: Plan, asked: Asked, letters: dict[str, str]) -> None:
    zone = letters["use1-az1"]
    result = asked("vpc-origin-zones", plan(cdn({"Ref": "Subnet"}, Subnet=subnet(zone))))
    assert (result.verdict, result.points[0].text) == ("holds", f"LoadBalancer in {zone}")


def test_fails_for_a_zone_without(plan: Plan, asked: Asked, letters: dict[str, str]) -> None:
    zone = letters["use1-az3"]
    result = asked("vpc-origin-zones", plan(cdn({"Ref": "Subnet"}, Subnet=subnet(zone))))
    assert result.verdict == "fails"
    assert result.points[0].text == f"LoadBalancer: CloudFront has no VPC origins in {zone} (use1-az3)"


def test_fails_for_a_subnet_of_an_existing_network(aws: Aws, plan: Plan, asked: Asked, letters: dict[str, str]) -> None:
    zone = [{"Name": "availability-zone", "Values": [letters["use1-az3"]]}]
    (found,) = aws.call("ec2", "describe_subnets", Filters=zone)["Subnets"]
    assert asked("vpc-origin-zones", plan(cdn(found["SubnetId"]))).verdict == "fails"


def test_is_not_applicable_without_a_vpc_origin(plan: Plan, asked: Asked) -> None:
    assert asked("vpc-origin-zones", plan({"Subnet": subnet("us-east-1a")})).verdict == "not applicable"
