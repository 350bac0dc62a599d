from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from support.guarantees import STACKS, alone, findings, resource, seeded, told

RULE = "availability/survives-zone-loss"


@pytest.mark.parametrize("own_image", [True, False])
@pytest.mark.parametrize("nat_gateways", ["per-zone", "regional"])
def test_the_blueprint_survives(nat_gateways: str, own_image: bool) -> None:
    assert findings(RULE, seeded(own_image=own_image, NatGateways=nat_gateways)) == []


def test_what_dev_accepts() -> None:
    assert told(RULE, seeded(environment="dev")) == [
        "Vpc/PrivateDefaultRouteTwo NatGatewayId: without us-east-1a there is no way out of Vpc/PrivateSubnetTwo",
        "Scaling/Tasks MinCapacity: the only task of Service/Service goes with its zone, and nothing answers until "
        "another has started",
    ]


def test_a_single_task_in_off_hours_is_found_and_none_at_all_is_no_promise() -> None:
    off_hours = {"OffHoursBegin": "cron(0 20 * * ? *)", "OffHoursEnd": "cron(0 7 * * ? *)"}
    (line,) = told(RULE, seeded(OffHoursMinTasks="1", **off_hours))
    assert line.startswith("Scaling/Tasks ScheduledActions.0.ScalableTargetAction.MinCapacity: the only task")
    assert told(RULE, seeded(OffHoursMinTasks="0", **off_hours)) == []
    # What the day promises is looked at even where the night promises nothing.
    (line,) = told(RULE, seeded(MinTasks="1", OffHoursMinTasks="0", **off_hours))
    assert line.startswith("Scaling/Tasks MinCapacity: the only task")


def test_egress_through_the_nat_gateway_of_another_zone_is_found() -> None:
    def seed(stacks: STACKS) -> None:
        resource(stacks, "Vpc/PrivateDefaultRouteThree")["Properties"]["NatGatewayId"] = {"Ref": "NatGatewayTwo"}

    (line,) = told(RULE, seeded(seed))
    assert line == (
        "Vpc/PrivateDefaultRouteThree NatGatewayId: without us-east-1b there is no way out of Vpc/PrivateSubnetThree"
    )


def test_one_route_table_for_all_is_found_with_all_its_subnets() -> None:
    def seed(stacks: STACKS) -> None:
        for zone in ("Two", "Three"):
            shared = resource(stacks, f"Vpc/PrivateRouteTableAssociation{zone}")["Properties"]
            shared["RouteTableId"] = {"Ref": "PrivateRouteTableOne"}

    (line,) = told(RULE, seeded(seed))
    assert line.endswith("without us-east-1a there is no way out of Vpc/PrivateSubnetTwo, Vpc/PrivateSubnetThree")


def test_one_zone_takes_everything() -> None:
    lines = told(RULE, seeded(AvailabilityZones="us-east-1a,us-east-1a,us-east-1a"))
    assert [line.partition(":")[0] for line in lines] == [
        "Cluster/AutoScalingGroup VPCZoneIdentifier",
        "LoadBalancer/LoadBalancer Subnets",
        "Service/Service NetworkConfiguration.AwsvpcConfiguration.Subnets",
    ]
    assert all(line.endswith("without us-east-1a no subnet is left") for line in lines)


def test_a_zone_that_the_internet_does_not_get_into_is_found() -> None:
    def seed(stacks: STACKS) -> None:
        aside = resource(stacks, "Vpc/PublicRouteTableAssociationTwo")["Properties"]
        aside["RouteTableId"] = {"Ref": "PrivateRouteTableTwo"}

    entry, way_out = told(RULE, seeded(seed))
    problem = "${Vpc/PublicSubnetTwo.Ref} has no IPv4 route to an internet gateway: nobody gets in by it"
    assert entry == f"LoadBalancer/LoadBalancer Subnets: {problem}"
    problem = "this NAT gateway is in a subnet without a route to an internet gateway, and lets nothing out"
    assert way_out == f"Vpc/PrivateDefaultRouteTwo NatGatewayId: {problem}"


def test_one_kind_of_address_alone_is_no_way_in_for_the_other() -> None:
    def seed(stacks: STACKS) -> None:
        del stacks["vpc"]["Resources"]["PublicDefaultIpv6Route"]

    lines = told(RULE, seeded(seed))
    assert [line.partition(" has no ")[2].partition(" ")[0] for line in lines] == ["IPv6"] * 3
    assert findings(RULE, seeded(seed, IpAddressType="ipv4")) == []


@pytest.mark.parametrize(("scheme", "found"), [("internal", 0), ("internet-facing", 3)])
def test_an_internal_load_balancer_needs_no_internet(scheme: str, found: int) -> None:
    def seed(stacks: STACKS) -> None:
        resource(stacks, "LoadBalancer/LoadBalancer")["Properties"]["Scheme"] = scheme
        given = stacks["root"]["Resources"]["LoadBalancer"]["Properties"]["Parameters"]
        given["PublicSubnetIds"] = {"Fn::GetAtt": ["Vpc", "Outputs.PrivateSubnetIds"]}

    assert len(told(RULE, seeded(seed))) == found


def test_a_subnet_that_alone_has_no_way_out_is_found() -> None:
    def seed(stacks: STACKS) -> None:
        del stacks["vpc"]["Resources"]["PrivateDefaultRouteTwo"]

    lines = told(RULE, seeded(seed))
    problem = "${Vpc/PrivateSubnetTwo.Ref} has no default route, as the other subnets have: nothing gets out of it"
    assert lines == [
        f"Cluster/AutoScalingGroup VPCZoneIdentifier: {problem}",
        f"Service/Service NetworkConfiguration.AwsvpcConfiguration.Subnets: {problem}",
    ]


@pytest.mark.parametrize(
    ("destination", "found"),
    [
        ({"DestinationCidrBlock": "128.0.0.0/1"}, 0),
        ({"DestinationPrefixListId": "pl-1"}, 0),
        ({"DestinationCidrBlock": "10.0.0.0/8"}, 2),
    ],
)
def test_a_way_out_need_not_be_the_default_route(destination: dict[str, str], found: int) -> None:
    def seed(stacks: STACKS) -> None:
        given = {"RouteTableId": {"Ref": "PrivateRouteTableTwo"}, "TransitGatewayId": "tgw-1", **destination}
        resource(stacks, "Vpc/PrivateDefaultRouteTwo")["Properties"] = given

    assert len(told(RULE, seeded(seed))) == found


def test_a_private_nat_gateway_needs_no_internet() -> None:
    def seed(stacks: STACKS) -> None:
        for zone in ("One", "Two", "Three"):
            gateway = resource(stacks, f"Vpc/NatGateway{zone}")["Properties"]
            gateway |= {"ConnectivityType": "private", "SubnetId": {"Ref": f"PrivateSubnet{zone}"}}

    assert findings(RULE, seeded(seed)) == []


def test_tasks_that_are_packed_together_go_together() -> None:
    (line,) = told(RULE, seeded(Placement="binpack"))
    problem = "all of its 2 tasks may be in one zone when Cluster/AutoScalingGroup is at its smallest"
    assert line == f"Service/Service PlacementStrategies: {problem}"


def test_one_instance_holds_all_tasks_however_they_spread() -> None:
    (line,) = told(RULE, seeded(MinInstances="1"))
    assert line.startswith("Service/Service PlacementStrategies: all of its 2 tasks may be in one zone")


def test_a_fleet_at_rest_grows_with_its_tasks() -> None:
    large = {"TaskMemory": "3072", "TaskCpu": "1024"}
    assert findings(RULE, seeded(MinInstances="0", **large)) == []


def _balanced(stacks: STACKS) -> None:
    group = resource(stacks, "Cluster/AutoScalingGroup")["Properties"]
    group["AvailabilityZoneDistribution"] = {"CapacityDistributionStrategy": "balanced-only"}


@pytest.mark.parametrize(("seed", "zones"), [(lambda stacks: None, []), (_balanced, ["a", "b", "c"])])
def test_a_group_that_insists_on_balance_has_less_room(seed: Callable[[STACKS], None], zones: list[str]) -> None:
    lines = told(RULE, seeded(seed, MinTasks="8", MaxTasks="8", MaxInstances="4"))
    assert lines == [
        f"Cluster/AutoScalingGroup MaxSize: without us-east-1{zone} 2 t3.medium hold 4 of the 8 tasks that "
        "Service/Service runs at least: no instance has the network interface for one more"
        for zone in zones
    ]


def test_tasks_whose_subnets_are_elsewhere_than_their_instances_have_no_room() -> None:
    def seed(stacks: STACKS) -> None:
        where = resource(stacks, "Service/Service")["Properties"]["NetworkConfiguration"]["AwsvpcConfiguration"]
        where["Subnets"] = [{"Fn::Select": [index, {"Ref": "PrivateSubnetIds"}]} for index in (0, 1)]
        group = resource(stacks, "Cluster/AutoScalingGroup")["Properties"]
        group["VPCZoneIdentifier"] = [{"Fn::Select": [index, {"Ref": "PrivateSubnetIds"}]} for index in (0, 2)]

    lines = told(RULE, seeded(seed, MinTasks="2", MaxInstances="6"))
    assert lines[0].startswith("Cluster/AutoScalingGroup MaxSize: without us-east-1a 6 t3.medium hold 0 of the 2 tasks")
    assert lines[0].endswith("no instance of its zones is left to it")


def _fargate(count: Any, **others: Any) -> dict[str, Any]:
    subnets = {"AwsvpcConfiguration": {"Subnets": ["subnet-1", "subnet-2"]}}
    properties = {"LaunchType": "FARGATE", "DesiredCount": count, "NetworkConfiguration": subnets, **others}
    return {"Service": {"Type": "AWS::ECS::Service", "Properties": properties}}


@pytest.mark.parametrize("count", [0, 2, {"Ref": "Stored"}])
def test_fargate_spreads_by_itself(count: Any) -> None:
    stored = {"Stored": {"Type": "AWS::SSM::Parameter::Value<String>", "Default": "/count"}}
    assert findings(RULE, alone(_fargate(count), Parameters=stored)) == []


def test_one_task_on_fargate_is_found() -> None:
    (line,) = told(RULE, alone(_fargate(1)))
    assert line.startswith("Service DesiredCount: the only task of Service goes with its zone")


def test_a_subnet_without_any_route_out_needs_none() -> None:
    vpc = {"Type": "AWS::EC2::VPC", "Properties": {"CidrBlock": "10.0.0.0/16"}}
    subnets = {
        f"Subnet{zone}": {
            "Type": "AWS::EC2::Subnet",
            "Properties": {"VpcId": {"Ref": "Vpc"}, "AvailabilityZone": f"us-east-1{zone.lower()}"},
        }
        for zone in "AB"
    }
    assert findings(RULE, alone({"Vpc": vpc, **subnets})) == []


def test_subnets_and_routes_made_elsewhere_are_not_judged() -> None:
    mapped = [{"SubnetId": "subnet-1"}, {"SubnetId": {"Ref": "Here"}}]
    made = {
        "Here": {"Type": "AWS::EC2::Subnet", "Properties": {"VpcId": "vpc-1", "AvailabilityZone": "us-east-1a"}},
        "Network": {
            "Type": "AWS::ElasticLoadBalancingV2::LoadBalancer",
            "Properties": {"Type": "network", "SubnetMappings": mapped},
        },
    }
    assert findings(RULE, alone(made)) == []
