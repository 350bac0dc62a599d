from __future__ import annotations

from typing import Any

from support.guarantees import alone, seeded

from stackwright.verify.zones import lost, spread, zones

LOAD_BALANCER = "AWS::ElasticLoadBalancingV2::LoadBalancer"


def _subnet(**where: Any) -> dict[str, Any]:
    return {"Type": "AWS::EC2::Subnet", "Properties": {"VpcId": "vpc-1", **where}}


def test_zones_are_those_of_the_subnets() -> None:
    assert zones(seeded().graph) == ("us-east-1a", "us-east-1b", "us-east-1c")


def test_a_zone_that_aws_chooses_may_be_any() -> None:
    balancer = {"Type": LOAD_BALANCER, "Properties": {"Subnets": [{"Ref": "One"}, {"Ref": "Two"}]}}
    graph = alone({"One": _subnet(), "Two": _subnet(), "Balancer": balancer}).graph
    found = spread(graph, graph.resources["Balancer"])
    assert found is not None
    assert [str(each) for each in found.zones] == ["${One.AvailabilityZone}", "${Two.AvailabilityZone}"]


def test_equal_unknown_zones_are_one() -> None:
    stored = {"Zone": {"Type": "AWS::SSM::Parameter::Value<String>", "Default": "/zone"}}
    here = _subnet(AvailabilityZone={"Ref": "Zone"})
    graph = alone({"One": here, "Two": here}, Parameters=stored).graph
    assert len(zones(graph)) == 1
    assert lost(graph, zones(graph)[0]) == {"One", "Two"}


def test_subnets_in_one_text_are_several() -> None:
    group = {"Type": "AWS::AutoScaling::AutoScalingGroup", "Properties": {"VPCZoneIdentifier": "subnet-1,subnet-2"}}
    graph = alone({"Group": group}).graph
    found = spread(graph, graph.resources["Group"])
    assert found is not None
    assert found.zones == ("subnet-1", "subnet-2")


def test_what_lives_in_a_zone_goes_with_it() -> None:
    assert lost(seeded().graph, "us-east-1b") == {
        "Vpc/PublicSubnetTwo",
        "Vpc/PrivateSubnetTwo",
        "Vpc/PublicRouteTableAssociationTwo",
        "Vpc/PrivateRouteTableAssociationTwo",
        "Vpc/NatGatewayTwo",
    }


def test_a_regional_nat_gateway_stays() -> None:
    graph = seeded(NatGateways="regional").graph
    assert "Vpc/RegionalNatGateway" in graph.resources
    assert not {each for zone in zones(graph) for each in lost(graph, zone) if "NatGateway" in each}
