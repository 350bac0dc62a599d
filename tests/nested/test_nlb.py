"""The private load balancer: a VPC link gets in, nobody else, and out only where targets say so."""

from __future__ import annotations

from typing import Any

import pytest

from nested import nlb
from stackwright.resolve.nested import resolve
from stackwright.resolve.symbols import rendered

GIVEN = {"VpcId": "vpc-0a1b2c3d", "PrivateSubnetIds": "subnet-0a1b2c3d,subnet-1a2b3c4d"}


def resources(**parameters: str) -> dict[str, dict[str, Any]]:
    graph = resolve(nlb.template().to_dict(), {}, GIVEN | parameters, region="eu-west-1", stack_name="shop")
    return {path: rendered(each.properties) for path, each in graph.resources.items()}


def attributes(**parameters: str) -> dict[str, str]:
    return {each["Key"]: each["Value"] for each in resources(**parameters)["LoadBalancer"]["LoadBalancerAttributes"]}


def test_it_is_internal_and_has_its_group_from_the_first_day() -> None:
    found = resources()["LoadBalancer"]
    assert (found["Type"], found["Scheme"]) == ("network", "internal")
    assert found["Subnets"] == ["subnet-0a1b2c3d", "subnet-1a2b3c4d"]
    # One that is made without a group can never have one.
    assert found["SecurityGroups"] == ["${SecurityGroup.GroupId}"]
    assert "Name" not in found


def test_nothing_gets_in_but_by_private_link() -> None:
    group = resources()["SecurityGroup"]
    assert "SecurityGroupIngress" not in group
    assert resources()["LoadBalancer"]["EnforceSecurityGroupInboundRulesOnPrivateLinkTraffic"] == "off"


def test_nothing_gets_out_unless_a_target_says_so() -> None:
    (rule,) = resources()["SecurityGroup"]["SecurityGroupEgress"]
    assert rule["CidrIp"] == "127.0.0.1/32"


def test_every_zone_reaches_every_task() -> None:
    assert attributes()["load_balancing.cross_zone.enabled"] == "true"


@pytest.mark.parametrize(("switch", "value"), [("on", "true"), ("off", "false")])
def test_protection_is_a_parameter(switch: str, value: str) -> None:
    assert attributes(DeletionProtection=switch)["deletion_protection.enabled"] == value
