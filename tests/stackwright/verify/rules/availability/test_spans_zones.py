from __future__ import annotations

from typing import Any

import pytest
from support.guarantees import STACKS, alone, findings, resource, seeded, told

RULE = "availability/spans-zones"
KNOWN = {
    "Subnets": {"Type": "List<AWS::EC2::Subnet::Id>", "Default": "subnet-0a1b2c3d,subnet-0b1c2d3e"},
    "Stored": {"Type": "AWS::SSM::Parameter::Value<List<AWS::EC2::Subnet::Id>>", "Default": "/subnets"},
}


@pytest.mark.parametrize("environment", ["prod", "dev"])
def test_the_blueprint_spans_zones(environment: str) -> None:
    assert findings(RULE, seeded(environment=environment)) == []


def test_subnets_of_one_zone_are_found_wherever_they_serve() -> None:
    lines = told(RULE, seeded(AvailabilityZones="us-east-1a,us-east-1a,us-east-1a"))
    problem = "is in us-east-1a only, and gone when that zone is"
    assert lines == [
        f"Cluster/AutoScalingGroup VPCZoneIdentifier: {problem}",
        f"LoadBalancer/LoadBalancer Subnets: {problem}",
        f"Service/Service NetworkConfiguration.AwsvpcConfiguration.Subnets: {problem}",
    ]


def test_one_subnet_alone_is_found() -> None:
    def seed(stacks: STACKS) -> None:
        group = resource(stacks, "Cluster/AutoScalingGroup")["Properties"]
        group["VPCZoneIdentifier"] = [{"Fn::Select": [0, group["VPCZoneIdentifier"]]}]

    (line,) = told(RULE, seeded(seed))
    assert line.startswith("Cluster/AutoScalingGroup VPCZoneIdentifier: is in us-east-1a only")


def test_a_service_in_other_zones_than_its_instances_is_found() -> None:
    def seed(stacks: STACKS) -> None:
        service = resource(stacks, "Service/Service")["Properties"]["NetworkConfiguration"]["AwsvpcConfiguration"]
        service["Subnets"] = [{"Fn::Select": [zone, {"Ref": "PrivateSubnetIds"}]} for zone in (0, 1)]
        group = resource(stacks, "Cluster/AutoScalingGroup")["Properties"]
        group["VPCZoneIdentifier"] = [{"Fn::Select": [zone, {"Ref": "PrivateSubnetIds"}]} for zone in (0, 2)]

    (line,) = told(RULE, seeded(seed))
    assert line == (
        "Service/Service NetworkConfiguration.AwsvpcConfiguration.Subnets: shares only us-east-1a with the instances "
        "of Cluster/AutoScalingGroup, and a task needs subnet and instance in one zone"
    )


@pytest.mark.parametrize(
    ("properties", "where"),
    [
        ({"Subnets": ["subnet-1"]}, "Subnets: is in one zone only"),
        ({"SubnetMappings": [{"SubnetId": "subnet-1"}]}, "SubnetMappings: is in one zone only"),
    ],
)
def test_a_subnet_made_elsewhere_is_in_one_zone(properties: dict[str, Any], where: str) -> None:
    made = {"Type": "AWS::ElasticLoadBalancingV2::LoadBalancer", "Properties": {"Type": "network", **properties}}
    (line,) = told(RULE, alone({"Network": made}))
    assert line.startswith(f"Network {where}")


@pytest.mark.parametrize(
    "subnets",
    [["subnet-1", "subnet-2"], {"Ref": "Subnets"}, {"Ref": "Stored"}, {"Fn::Split": [",", {"Fn::ImportValue": "a"}]}],
)
def test_what_may_be_in_two_zones_passes(subnets: Any) -> None:
    made = {"Type": "AWS::ElasticLoadBalancingV2::LoadBalancer", "Properties": {"Subnets": subnets}}
    assert findings(RULE, alone({"LoadBalancer": made}, Parameters=KNOWN)) == []


def test_a_service_that_uses_its_instances_network_is_where_they_are() -> None:
    assert findings(RULE, alone({"Service": {"Type": "AWS::ECS::Service", "Properties": {}}})) == []
