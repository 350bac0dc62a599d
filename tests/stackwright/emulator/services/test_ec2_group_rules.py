"""How much of a security group CloudFront's prefix list takes, and that a region knows its own alone."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

from nested.parts.cloudfront import PREFIX_LISTS
from stackwright.cloudfront import origin_facing

Client = Callable[..., Any]


def listed(port: int, prefix_list: str = PREFIX_LISTS["us-east-1"]) -> list[dict[str, Any]]:
    peer = [{"PrefixListId": prefix_list}]
    return [{"IpProtocol": "tcp", "FromPort": port, "ToPort": port, "PrefixListIds": peer}]


@pytest.fixture
def ec2(client: Client) -> Any:
    return client("ec2")


@pytest.fixture
def group(ec2: Any) -> str:
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    return str(ec2.create_security_group(GroupName="web", Description="web", VpcId=vpc)["GroupId"])


def test_templates_and_local_aws_know_the_same_lists() -> None:
    assert origin_facing() == PREFIX_LISTS


def test_it_fits_into_a_group_once(ec2: Any, group: str) -> None:
    ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=listed(80))
    with pytest.raises(ClientError, match="RulesPerSecurityGroupLimitExceeded"):
        ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=listed(443))
    ranges = [{"CidrIp": f"192.0.2.{number}/32"} for number in range(6)]
    five, six = ([{"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, "IpRanges": ranges[:most]}] for most in (5, 6))
    with pytest.raises(ClientError, match="RulesPerSecurityGroupLimitExceeded"):
        ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=six)
    ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=five)


def test_one_that_is_of_another_region_is_not_there(ec2: Any, group: str) -> None:
    with pytest.raises(ClientError, match=r"InvalidPrefixListID\.NotFound"):
        ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=listed(80, PREFIX_LISTS["eu-west-1"]))
