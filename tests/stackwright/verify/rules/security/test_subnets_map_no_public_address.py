from __future__ import annotations

from typing import Any

import pytest
from support.guarantees import STACKS, alone, findings, resource, seeded, told

RULE = "security/subnets-map-no-public-address"


@pytest.mark.parametrize("environment", ["dev", "prod"])
def test_the_blueprint_maps_none(environment: str) -> None:
    assert findings(RULE, seeded(environment=environment)) == []


@pytest.mark.parametrize("name", ["MapPublicIpOnLaunch", "AssignIpv6AddressOnCreation"])
@pytest.mark.parametrize("value", [True, "true"])
def test_a_subnet_that_does_is_found(name: str, value: Any) -> None:
    def seed(stacks: STACKS) -> None:
        resource(stacks, "Vpc/PublicSubnetTwo")["Properties"][name] = value

    (line,) = told(RULE, seeded(seed))
    assert line.startswith(f"Vpc/PublicSubnetTwo {name}: whatever is launched here has a public address")


def test_ipv6_without_a_way_in_is_private() -> None:
    def seed(stacks: STACKS) -> None:
        resource(stacks, "Vpc/PrivateSubnetOne")["Properties"]["AssignIpv6AddressOnCreation"] = True

    assert findings(RULE, seeded(seed)) == []


def test_what_nobody_knows_is_no_finding() -> None:
    given = {"VpcId": "vpc-1", "MapPublicIpOnLaunch": {"Fn::GetAtt": ["Other", "Mapped"]}}
    subnet = {"Type": "AWS::EC2::Subnet", "Properties": given}
    assert findings(RULE, alone({"Subnet": subnet, "Other": {"Type": "Custom::Network"}})) == []
