"""The network: what it holds in two zones and in three, and what an update may never replace."""

from __future__ import annotations

from ipaddress import ip_network
from typing import Any

import pytest

from nested import vpc
from stackwright.resolve.graph import Graph
from stackwright.resolve.nested import resolve
from stackwright.resolve.symbols import rendered

TEMPLATE = vpc.template().to_dict()


def network(region: str = "us-east-1", **parameters: str) -> Graph:
    given = {"ProjectName": "app", "EnvironmentName": "dev"} | parameters
    return resolve(TEMPLATE, {}, given, region=region, stack_name="net")


def of_type(graph: Graph, kind: str) -> dict[str, dict[str, Any]]:
    found = {path: each for path, each in graph.resources.items() if each.type == f"AWS::EC2::{kind}"}
    return {path: rendered(each.properties) for path, each in found.items()}


def private_routes(graph: Graph) -> dict[str, str]:
    routes = of_type(graph, "Route")
    return {path: each["NatGatewayId"] for path, each in routes.items() if path.startswith("Private")}


def test_each_zone_has_a_public_and_a_private_subnet() -> None:
    subnets = of_type(network(ZoneCount="3"), "Subnet")
    zones = {path: each["AvailabilityZone"] for path, each in subnets.items()}
    assert zones == {
        "PublicSubnetOne": "us-east-1a",
        "PublicSubnetTwo": "us-east-1b",
        "PublicSubnetThree": "us-east-1c",
        "PrivateSubnetOne": "us-east-1a",
        "PrivateSubnetTwo": "us-east-1b",
        "PrivateSubnetThree": "us-east-1c",
    }


@pytest.mark.parametrize("nat_gateways", ["one", "per-zone", "regional"])
def test_a_region_with_two_zones_is_enough_for_two(nat_gateways: str) -> None:
    graph = network("us-west-1", ZoneCount="2", NatGateways=nat_gateways)
    assert len(of_type(graph, "Subnet")) == 4
    assert not [path for path in graph.resources if path.endswith("Three")]


def test_pinned_zones_are_taken_instead_of_the_regions_first() -> None:
    subnets = of_type(network(AvailabilityZones="us-east-1c,us-east-1f"), "Subnet")
    assert {each["AvailabilityZone"] for each in subnets.values()} == {"us-east-1c", "us-east-1f"}


def test_growing_changes_no_subnet_that_exists() -> None:
    small = of_type(network(ZoneCount="2", NatGateways="one"), "Subnet")
    large = of_type(network(ZoneCount="3", NatGateways="per-zone"), "Subnet")
    assert small.items() <= large.items()


def test_growing_changes_no_nat_gateway_that_exists() -> None:
    one = of_type(network(NatGateways="one"), "NatGateway")
    per_zone = of_type(network(ZoneCount="3", NatGateways="per-zone"), "NatGateway")
    assert one.items() <= per_zone.items()
    assert len(per_zone) == 3


@pytest.mark.parametrize(("cidr", "bits"), [("10.0.0.0/16", "12"), ("10.1.0.0/24", "5"), ("10.2.0.0/20", "8")])
def test_subnets_lie_in_the_range_and_apart(cidr: str, bits: str) -> None:
    subnets = of_type(network(ZoneCount="3", VpcCidr=cidr, SubnetHostBits=bits), "Subnet")
    ranges = [ip_network(each["CidrBlock"]) for each in subnets.values()]
    assert all(each.subnet_of(ip_network(cidr)) for each in ranges)
    assert {each.prefixlen for each in ranges} == {32 - int(bits)}
    assert not any(a.overlaps(b) for a in ranges for b in ranges if a is not b)


def test_nothing_gets_an_address_of_its_own_by_being_launched() -> None:
    subnets = of_type(network(ZoneCount="3"), "Subnet").values()
    assert all(each["MapPublicIpOnLaunch"] is False for each in subnets)
    assert not any(each.get("AssignIpv6AddressOnCreation") for each in subnets)


def test_public_subnets_have_an_ipv6_range_once_the_vpc_has_it() -> None:
    graph = network(ZoneCount="3")
    public = [each for path, each in graph.resources.items() if path.startswith("PublicSubnet")]
    assert len({str(each.properties["Ipv6CidrBlock"]) for each in public}) == 3
    assert all("Ipv6Range" in each.depends_on for each in public)
    assert of_type(graph, "Route")["PublicDefaultIpv6Route"] == {
        "DestinationIpv6CidrBlock": "::/0",
        "GatewayId": "${InternetGateway.Ref}",
        "RouteTableId": "${PublicRouteTable.Ref}",
    }


def test_private_subnets_leave_by_nat_only() -> None:
    graph = network(ZoneCount="3")
    tables = {each["RouteTableId"] for each in of_type(graph, "Route").values() if "NatGatewayId" in each}
    private = {path: each for path, each in of_type(graph, "SubnetRouteTableAssociation").items() if "Private" in path}
    assert {each["RouteTableId"] for each in private.values()} == tables
    assert len(tables) == 3


def test_one_nat_gateway_serves_every_zone() -> None:
    graph = network(ZoneCount="3", NatGateways="one")
    assert set(private_routes(graph).values()) == {"${NatGatewayOne.Ref}"}
    assert list(of_type(graph, "EIP")) == ["NatAddressOne"]


def test_one_nat_gateway_per_zone_keeps_egress_in_its_zone() -> None:
    graph = network(ZoneCount="3", NatGateways="per-zone")
    assert private_routes(graph) == {
        "PrivateDefaultRouteOne": "${NatGatewayOne.Ref}",
        "PrivateDefaultRouteTwo": "${NatGatewayTwo.Ref}",
        "PrivateDefaultRouteThree": "${NatGatewayThree.Ref}",
    }
    gateways = of_type(graph, "NatGateway")
    assert {path: each["SubnetId"] for path, each in gateways.items()} == {
        "NatGatewayOne": "${PublicSubnetOne.Ref}",
        "NatGatewayTwo": "${PublicSubnetTwo.Ref}",
        "NatGatewayThree": "${PublicSubnetThree.Ref}",
    }


def test_a_regional_nat_gateway_has_neither_subnet_nor_address() -> None:
    graph = network(ZoneCount="3", NatGateways="regional")
    gateways = of_type(graph, "NatGateway")
    assert list(gateways) == ["RegionalNatGateway"]
    assert gateways["RegionalNatGateway"]["AvailabilityMode"] == "regional"
    assert not {"SubnetId", "AllocationId"} & gateways["RegionalNatGateway"].keys()
    assert not of_type(graph, "EIP")
    assert set(private_routes(graph).values()) == {"${RegionalNatGateway.Ref}"}


def test_a_nat_gateway_waits_for_its_way_out() -> None:
    waits = network(NatGateways="one").resources["NatGatewayOne"].depends_on
    assert {"PublicDefaultRoute", "PublicRouteTableAssociationOne"} <= set(waits)


def test_s3_is_reached_without_nat_from_every_private_subnet() -> None:
    (endpoint,) = of_type(network(ZoneCount="3"), "VPCEndpoint").values()
    assert endpoint["VpcEndpointType"] == "Gateway"
    assert endpoint["ServiceName"] == "com.amazonaws.us-east-1.s3"
    assert endpoint["RouteTableIds"] == [f"${{PrivateRouteTable{word}.Ref}}" for word in ("One", "Two", "Three")]


def test_the_s3_endpoint_lets_anybody_read_and_only_this_account_do_more() -> None:
    (endpoint,) = of_type(network(), "VPCEndpoint").values()
    anybody, own = endpoint["PolicyDocument"]["Statement"]
    assert anybody["Action"] == "s3:GetObject"
    assert own["Condition"] == {"StringEquals": {"aws:PrincipalAccount": "123456789012"}}


def test_flow_logs_are_delivered_by_a_role_for_this_accounts_flow_logs_only() -> None:
    role = rendered(network().resources["FlowLogRole"].properties)
    (statement,) = role["AssumeRolePolicyDocument"]["Statement"]
    assert statement["Condition"] == {
        "StringEquals": {"aws:SourceAccount": "123456789012"},
        "ArnLike": {"aws:SourceArn": "arn:aws:ec2:us-east-1:123456789012:vpc-flow-log/*"},
    }


def test_the_flow_log_role_cannot_bring_back_a_deleted_group() -> None:
    role = rendered(network().resources["FlowLogRole"].properties)
    (statement,) = role["Policies"][0]["PolicyDocument"]["Statement"]
    assert "logs:CreateLogGroup" not in statement["Action"]
    assert statement["Resource"] == "${FlowLogGroup.Arn}"


def test_outputs_join_the_zones_there_are() -> None:
    assert str(network(ZoneCount="2").outputs["PrivateSubnetIds"]) == "${PrivateSubnetOne.Ref},${PrivateSubnetTwo.Ref}"
    assert str(network(ZoneCount="3").outputs["PublicSubnetIds"]).count(",") == 2


def test_nothing_uses_the_default_security_group() -> None:
    assert "DefaultSecurityGroup" not in str(TEMPLATE)


def test_the_ipv6_route_waits_for_the_vpcs_ipv6_range() -> None:
    assert "Ipv6Range" in network().resources["PublicDefaultIpv6Route"].depends_on
