from __future__ import annotations

from typing import Any

import pytest
from support.guarantees import STACKS, alone, findings, resource, seeded, told

RULE = "security/nothing-private-has-public-address"


@pytest.mark.parametrize("environment", ["dev", "prod"])
@pytest.mark.parametrize("nat", ["one", "regional"])
def test_the_blueprint_hides_what_is_private(environment: str, nat: str) -> None:
    assert findings(RULE, seeded(environment=environment, NatGateways=nat)) == []


def test_tasks_with_a_public_address_are_found() -> None:
    def seed(stacks: STACKS) -> None:
        network = resource(stacks, "Service/Service")["Properties"]["NetworkConfiguration"]["AwsvpcConfiguration"]
        network["AssignPublicIp"] = "ENABLED"

    (line,) = told(RULE, seeded(seed))
    assert line == (
        "Service/Service NetworkConfiguration.AwsvpcConfiguration.AssignPublicIp: "
        "gives the tasks of Service/Service a public IPv4 address"
    )


def test_instances_with_a_public_address_are_found() -> None:
    def seed(stacks: STACKS) -> None:
        data = resource(stacks, "Cluster/LaunchTemplate")["Properties"]["LaunchTemplateData"]
        groups = data.pop("SecurityGroupIds")
        data["NetworkInterfaces"] = [{"DeviceIndex": 0, "AssociatePublicIpAddress": True, "Groups": groups}]

    (line,) = told(RULE, seeded(seed))
    assert line.startswith(
        "Cluster/LaunchTemplate LaunchTemplateData.NetworkInterfaces.0.AssociatePublicIpAddress: gives"
    )


def test_instances_that_a_subnet_gives_one_are_found() -> None:
    def seed(stacks: STACKS) -> None:
        resource(stacks, "Vpc/PrivateSubnetTwo")["Properties"]["MapPublicIpOnLaunch"] = True

    (line,) = told(RULE, seeded(seed))
    assert line.startswith("Vpc/PrivateSubnetTwo MapPublicIpOnLaunch: gives the instances of Cluster/AutoScalingGroup")


def _ipv6_in_private_subnets(gateway: dict[str, Any]) -> Any:
    def seed(stacks: STACKS) -> None:
        resource(stacks, "Vpc/PrivateSubnetOne")["Properties"]["Ipv6CidrBlock"] = "2001:db8::/64"
        vpc = stacks["vpc"]["Resources"]
        vpc["Out"] = {"Type": "AWS::EC2::EgressOnlyInternetGateway", "Properties": {"VpcId": {"Ref": "Vpc"}}}
        table = {"RouteTableId": {"Ref": "PrivateRouteTableOne"}, "DestinationIpv6CidrBlock": "::/0"}
        vpc["Ipv6Out"] = {"Type": "AWS::EC2::Route", "Properties": {**table, **gateway}}

    return seed


def test_ipv6_is_private_behind_an_egress_only_gateway() -> None:
    hidden = _ipv6_in_private_subnets({"EgressOnlyInternetGatewayId": {"Ref": "Out"}})
    assert findings(RULE, seeded(hidden)) == []
    (line,) = told(RULE, seeded(_ipv6_in_private_subnets({"GatewayId": {"Ref": "InternetGateway"}})))
    assert line == "Vpc/PrivateSubnetOne Ipv6CidrBlock: gives the tasks of Service/Service a public IPv6 address"


def test_a_bastion_may_have_one_and_a_target_may_not() -> None:
    instance = {"Type": "AWS::EC2::Instance", "Properties": {"SubnetId": "subnet-1"}}
    address = {"Type": "AWS::EC2::EIP", "Properties": {"InstanceId": {"Ref": "Instance"}}}
    group = {
        "Type": "AWS::ElasticLoadBalancingV2::TargetGroup",
        "Properties": {"Targets": [{"Id": {"Ref": "Instance"}}]},
    }
    assert findings(RULE, alone({"Instance": instance, "Address": address})) == []
    (line,) = told(RULE, alone({"Instance": instance, "Address": address, "Targets": group}))
    assert line.startswith("Address InstanceId: gives the instances of Instance")


def test_what_nobody_knows_is_no_finding() -> None:
    unknown = {"Fn::GetAtt": ["Other", "Assigned"]}
    network = {"AwsvpcConfiguration": {"Subnets": unknown, "AssignPublicIp": unknown}}
    service = {"Type": "AWS::ECS::Service", "Properties": {"NetworkConfiguration": network}}
    assert findings(RULE, alone({"Service": service, "Other": {"Type": "Custom::Network"}})) == []
