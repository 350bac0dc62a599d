from __future__ import annotations

from typing import Any

import pytest
from support.guarantees import alone, seeded

from stackwright.resolve.graph import Graph
from stackwright.verify.routes import Table, table

VPC = {"Type": "AWS::EC2::VPC", "Properties": {"CidrBlock": "10.0.0.0/16"}}


def _table(graph: Graph, path: str) -> Table:
    found = table(graph, graph.resources[path])
    assert found is not None
    return found


def _subnet(vpc: Any) -> dict[str, Any]:
    return {"Type": "AWS::EC2::Subnet", "Properties": {"VpcId": vpc, "CidrBlock": "10.0.0.0/24"}}


def _association(subnet: Any, table: Any) -> dict[str, Any]:
    return {
        "Type": "AWS::EC2::SubnetRouteTableAssociation",
        "Properties": {"SubnetId": subnet, "RouteTableId": table},
    }


def _routed(**target: Any) -> Table:
    route = {"RouteTableId": {"Ref": "Table"}, "DestinationCidrBlock": "0.0.0.0/0", **target}
    made = alone(
        {
            "Vpc": VPC,
            "Subnet": _subnet({"Ref": "Vpc"}),
            "Table": {"Type": "AWS::EC2::RouteTable", "Properties": {"VpcId": {"Ref": "Vpc"}}},
            "Association": _association({"Ref": "Subnet"}, {"Ref": "Table"}),
            "Route": {"Type": "AWS::EC2::Route", "Properties": route},
        },
        Parameters={"Known": {"Type": "AWS::SSM::Parameter::Value<String>", "Default": "/gateway"}},
    )
    return _table(made.graph, "Subnet")


def test_public_subnets_reach_the_internet_by_both_protocols() -> None:
    found = _table(seeded().graph, "Vpc/PublicSubnetTwo")
    assert found.path == "Vpc/PublicRouteTable"
    assert found.ways("0.0.0.0/0") == found.ways("::/0") == {"internet"}
    assert not found.unknown


def test_private_subnets_go_through_the_nat_gateway_of_their_zone() -> None:
    found = _table(seeded().graph, "Vpc/PrivateSubnetTwo")
    (route,) = found.routes
    assert (route.way, route.key, str(route.target)) == ("nat", "NatGatewayId", "${Vpc/NatGatewayTwo.Ref}")
    assert route.default
    assert found.ways("::/0") == set()
    assert found.endpoints == ("Vpc/S3Endpoint",)


@pytest.mark.parametrize(
    ("target", "way"),
    [
        ({"GatewayId": "igw-0123"}, "internet"),
        ({"GatewayId": "vgw-0123"}, "other"),
        ({"GatewayId": {"Ref": "Known"}}, "unknown"),
        ({"NatGatewayId": "nat-0123"}, "nat"),
        ({"TransitGatewayId": "tgw-0123"}, "other"),
        ({"EgressOnlyInternetGatewayId": "eigw-0123"}, "egress-only"),
        ({}, "unknown"),
    ],
)
def test_gateways_made_elsewhere_are_told_by_property_and_id(target: dict[str, Any], way: str) -> None:
    assert _routed(**target).ways("0.0.0.0/0") == {way}
    assert _routed(**target).unknown is (way == "unknown")


def test_a_subnet_without_association_has_the_main_table_of_its_vpc() -> None:
    assert _table(alone({"Vpc": VPC, "Subnet": _subnet({"Ref": "Vpc"})}).graph, "Subnet") == Table("")


@pytest.mark.parametrize(
    "resources",
    [
        {"Subnet": _subnet("vpc-0123")},
        {"Vpc": VPC, "Subnet": _subnet({"Ref": "Vpc"}), "Other": _association({"Ref": "Known"}, "rtb-0123")},
        {"Vpc": VPC, "Subnet": _subnet({"Ref": "Vpc"}), "Own": _association({"Ref": "Subnet"}, "rtb-0123")},
    ],
    ids=["vpc-elsewhere", "association-of-an-unknown-subnet", "route-table-elsewhere"],
)
def test_what_the_template_does_not_say_stays_unknown(resources: dict[str, Any]) -> None:
    known = {"Known": {"Type": "AWS::SSM::Parameter::Value<String>", "Default": "/subnet"}}
    graph = alone(resources, Parameters=known).graph
    assert table(graph, graph.resources["Subnet"]) is None
