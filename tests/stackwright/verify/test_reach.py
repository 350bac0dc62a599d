from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.guarantees import STACKS, alone, resource, seeded

from stackwright.resolve.graph import Graph, Resource
from stackwright.resolve.symbols import Symbol
from stackwright.verify.groups import Ports
from stackwright.verify.reach import INTERNET, undeclared, ways

HTTPS = {"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443, "CidrIp": "0.0.0.0/0"}
SSH = {"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, "CidrIp": "0.0.0.0/0"}


def _resource(kind: str, **properties: Any) -> dict[str, Any]:
    return {"Type": f"AWS::{kind}", "Properties": properties}


def _network(**more: Any) -> dict[str, Any]:
    """Return a public subnet and an instance in it that has a public address and group `Group`."""
    return {
        "Vpc": _resource("EC2::VPC"),
        "Gateway": _resource("EC2::InternetGateway"),
        "Subnet": _resource("EC2::Subnet", VpcId={"Ref": "Vpc"}, MapPublicIpOnLaunch=True),
        "Table": _resource("EC2::RouteTable", VpcId={"Ref": "Vpc"}),
        "Pair": _resource(
            "EC2::SubnetRouteTableAssociation", SubnetId={"Ref": "Subnet"}, RouteTableId={"Ref": "Table"}
        ),
        "Route": _resource(
            "EC2::Route",
            RouteTableId={"Ref": "Table"},
            DestinationCidrBlock="0.0.0.0/0",
            GatewayId={"Ref": "Gateway"},
        ),
        "Group": _resource("EC2::SecurityGroup", SecurityGroupIngress=[SSH]),
        "Instance": _resource("EC2::Instance", SubnetId={"Ref": "Subnet"}, SecurityGroupIds=[{"Ref": "Group"}]),
        **more,
    }


def _ways(resources: dict[str, Any]) -> list[str]:
    return [str(each) for each in ways(alone(resources).graph)]


def test_a_real_blueprint_end_to_end() -> None:
    entry = "internet -> Vpc/InternetGateway -> LoadBalancer/SecurityGroup (tcp {0}) -> LoadBalancer/LoadBalancer"
    onward = " -> LoadBalancer/HttpsListener (tcp 443) -> Service/TargetGroup"
    tasks = " -> Service/TaskSecurityGroup (tcp 3000) -> Service/Service (tcp 3000)"
    assert {str(each) for each in ways(seeded().graph)} == {
        entry.format(443),
        entry.format(80),
        entry.format(443) + onward + tasks,
    }


def test_both_kinds_of_addresses_are_ways() -> None:
    families = {each.opening.peer for each in ways(seeded().graph) if each.opening}
    assert families == {"0.0.0.0/0", "::/0"}
    alone_with_ipv4 = ways(seeded(IpAddressType="ipv4").graph)
    assert {each.opening.peer for each in alone_with_ipv4 if each.opening} == {"0.0.0.0/0"}


def test_a_way_needs_gateway_rule_and_address() -> None:
    assert _ways(_network()) == ["internet -> Gateway -> Group (tcp 22) -> Instance"]
    nat = _resource("EC2::NatGateway", SubnetId={"Ref": "Subnet"})
    behind = {"RouteTableId": {"Ref": "Table"}, "DestinationCidrBlock": "0.0.0.0/0", "NatGatewayId": {"Ref": "Nat"}}
    assert _ways(_network(Nat=nat, Route=_resource("EC2::Route", **behind))) == []
    assert _ways(_network(Subnet=_resource("EC2::Subnet", VpcId={"Ref": "Vpc"}))) == []
    assert _ways(_network(Group=_resource("EC2::SecurityGroup"))) == []


@pytest.mark.parametrize(
    ("destination", "found"),
    [
        ({"DestinationCidrBlock": "0.0.0.0/0"}, 1),
        ({"DestinationCidrBlock": "0.0.0.0/1"}, 1),
        ({"DestinationCidrBlock": "203.0.113.0/24"}, 0),
        ({"DestinationIpv6CidrBlock": "::/0"}, 0),
    ],
)
def test_answers_have_to_find_the_way_back(destination: dict[str, str], found: int) -> None:
    route = {"RouteTableId": {"Ref": "Table"}, "GatewayId": {"Ref": "Gateway"}, **destination}
    assert len(_ways(_network(Route=_resource("EC2::Route", **route)))) == found


def test_a_network_acl_closes_the_way() -> None:
    acl = {
        "Acl": _resource("EC2::NetworkAcl", VpcId={"Ref": "Vpc"}),
        "AclPair": _resource(
            "EC2::SubnetNetworkAclAssociation", SubnetId={"Ref": "Subnet"}, NetworkAclId={"Ref": "Acl"}
        ),
    }
    assert _ways(_network(**acl)) == []


def test_half_of_the_internet_is_the_internet() -> None:
    half = {**SSH, "CidrIp": "128.0.0.0/1"}
    office = {**SSH, "CidrIp": "203.0.113.0/24"}
    assert len(_ways(_network(Group=_resource("EC2::SecurityGroup", SecurityGroupIngress=[half])))) == 1
    assert _ways(_network(Group=_resource("EC2::SecurityGroup", SecurityGroupIngress=[office]))) == []


def test_a_prefix_list_is_a_source_of_its_own() -> None:
    listed = {"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443, "SourcePrefixListId": "pl-3b927c52"}
    (way,) = _ways(_network(Group=_resource("EC2::SecurityGroup", SecurityGroupIngress=[listed])))
    assert way == "pl-3b927c52 -> Gateway -> Group (tcp 443) -> Instance"


def test_a_subnet_from_elsewhere_may_have_any_routes() -> None:
    instance = _resource("EC2::Instance", SubnetId="subnet-1", SecurityGroupIds=[{"Ref": "Group"}])
    instance["Properties"]["NetworkInterfaces"] = [{"AssociatePublicIpAddress": True}]
    assert _ways(_network(Instance=instance)) == ["internet -> Group (tcp 22) -> Instance"]


def _behind(entrance: dict[str, Any]) -> dict[str, Any]:
    return {
        "Balancer": _resource("ElasticLoadBalancingV2::LoadBalancer", Type="network", Scheme="internal"),
        "Targets": _resource("ElasticLoadBalancingV2::TargetGroup", Protocol="TCP", Port=80),
        "Listener": _resource(
            "ElasticLoadBalancingV2::Listener",
            LoadBalancerArn={"Ref": "Balancer"},
            Port=80,
            Protocol="TCP",
            DefaultActions=[{"Type": "forward", "TargetGroupArn": {"Ref": "Targets"}}],
        ),
        "Service": _resource(
            "ECS::Service", LoadBalancers=[{"TargetGroupArn": {"Ref": "Targets"}, "ContainerPort": 8080}]
        ),
        **entrance,
    }


def test_a_network_load_balancer_without_groups_is_open_on_its_listeners() -> None:
    balancer = _resource("ElasticLoadBalancingV2::LoadBalancer", Type="network", Subnets=["subnet-1"])
    assert _ways(_behind({"Balancer": balancer})) == [
        "internet -> Balancer (tcp 80)",
        "internet -> Balancer (tcp 80) -> Listener (tcp 80) -> Targets -> Service (tcp 8080)",
    ]


def test_a_rest_api_reaches_the_network_through_its_link() -> None:
    api = {
        "Api": _resource("ApiGateway::RestApi", EndpointConfiguration={"Types": ["REGIONAL"]}),
        "Link": _resource("ApiGateway::VpcLink", TargetArns=[{"Ref": "Balancer"}]),
        "Method": _resource(
            "ApiGateway::Method", RestApiId={"Ref": "Api"}, Integration={"ConnectionId": {"Ref": "Link"}}
        ),
    }
    assert _ways(_behind(api)) == [
        "internet -> Api (tcp 443)",
        "internet -> Api (tcp 443) -> Link -> Balancer (tcp 80)",
        "internet -> Api (tcp 443) -> Link -> Balancer (tcp 80) -> Listener (tcp 80) -> Targets -> Service (tcp 8080)",
    ]
    api["Api"]["Properties"]["EndpointConfiguration"]["Types"] = ["PRIVATE"]
    assert _ways(_behind(api)) == []


def test_an_http_api_reaches_a_listener_through_its_link() -> None:
    api = {
        "Api": _resource("ApiGatewayV2::Api", ProtocolType="HTTP"),
        "Link": _resource("ApiGatewayV2::VpcLink", SubnetIds=["subnet-1"]),
        "Integration": _resource(
            "ApiGatewayV2::Integration",
            ApiId={"Ref": "Api"},
            ConnectionId={"Ref": "Link"},
            IntegrationUri={"Ref": "Listener"},
        ),
    }
    assert "internet -> Api (tcp 443) -> Link -> Balancer (tcp 80)" in _ways(_behind(api))


def test_cloudfront_reaches_a_private_load_balancer_through_its_origin() -> None:
    origin = {"Id": "app", "VpcOriginConfig": {"VpcOriginId": {"Ref": "Origin"}}}
    endpoint = {"Arn": {"Ref": "Balancer"}, "OriginProtocolPolicy": "http-only", "HTTPPort": 80}
    edge = {
        "Origin": _resource("CloudFront::VpcOrigin", VpcOriginEndpointConfig=endpoint),
        "Edge": _resource("CloudFront::Distribution", DistributionConfig={"Origins": [origin]}),
    }
    found = _ways(_behind(edge))
    assert found[:3] == [
        "internet -> Edge (tcp 443)",
        "internet -> Edge (tcp 80)",
        "internet -> Edge (tcp 443) -> Origin -> Balancer (tcp 80)",
    ]


def test_a_wider_rule_at_the_load_balancer_reaches_the_same_targets() -> None:
    def seed(stacks: STACKS) -> None:
        rules = resource(stacks, "LoadBalancer/SecurityGroup")["Properties"]["SecurityGroupIngress"]
        rules[:] = [{"IpProtocol": "-1", "CidrIp": "0.0.0.0/0"}]

    found = [each for each in ways(seeded(seed).graph) if each.target == "Service/Service"]
    assert [each.ports for each in found] == [Ports("tcp", 3000, 3000)]


def test_a_way_ends_where_the_targets_do_not_admit_it() -> None:
    def seed(stacks: STACKS) -> None:
        resource(stacks, "Service/FromLoadBalancer")["Properties"]["FromPort"] = 3001
        resource(stacks, "Service/FromLoadBalancer")["Properties"]["ToPort"] = 3001

    assert {each.target for each in ways(seeded(seed).graph)} == {"LoadBalancer/LoadBalancer"}


RULES = st.lists(
    st.builds(
        lambda protocol, ends, peer: {
            "IpProtocol": protocol,
            "FromPort": min(ends),
            "ToPort": max(ends),
            **({"CidrIpv6": peer} if ":" in peer else {"CidrIp": peer}),
        },
        st.sampled_from(["tcp", "udp", "-1"]),
        st.tuples(st.integers(0, 50), st.integers(0, 50)),
        st.sampled_from(["0.0.0.0/0", "::/0", "0.0.0.0/1", "10.0.0.0/8", "203.0.113.0/24"]),
    ),
    min_size=1,
    max_size=5,
)


def _graph(rules: list[dict[str, Any]]) -> Graph:
    scheme = {"Scheme": "internet-facing", "IpAddressType": "dualstack", "SecurityGroups": [Symbol("Group", "GroupId")]}
    made = [
        Resource("Group", "AWS::EC2::SecurityGroup", {"SecurityGroupIngress": rules}),
        Resource("Balancer", "AWS::ElasticLoadBalancingV2::LoadBalancer", scheme),
    ]
    return Graph("alone", "us-east-1", "123456789012", {each.path: each for each in made}, {})


def _reached(rules: list[dict[str, Any]]) -> set[tuple[str, int]]:
    return set(_numbers(rules))


def _numbers(rules: list[dict[str, Any]]) -> Iterator[tuple[str, int]]:
    for each in ways(_graph(rules)):
        assert each.source == INTERNET
        for protocol in ("tcp", "udp") if each.ports.protocol == "all" else (each.ports.protocol,):
            yield from ((protocol, port) for port in range(each.ports.first, min(each.ports.last, 60) + 1))


@given(RULES, st.data())
def test_a_rule_less_never_opens_anything(rules: list[dict[str, Any]], data: st.DataObject) -> None:
    gone = data.draw(st.integers(0, len(rules) - 1))
    assert _reached(rules[:gone] + rules[gone + 1 :]) <= _reached(rules)


@given(RULES, st.data())
def test_a_narrower_rule_beside_a_wider_one_changes_nothing(rules: list[dict[str, Any]], data: st.DataObject) -> None:
    wide = data.draw(st.sampled_from(rules))
    first = data.draw(st.integers(wide["FromPort"], wide["ToPort"]))
    assert _reached([*rules, {**wide, "FromPort": first, "ToPort": first}]) == _reached(rules)


@given(st.tuples(st.integers(0, 30), st.integers(0, 30)), st.sets(st.integers(0, 30)))
def test_undeclared_ports(ends: tuple[int, int], declared: set[int]) -> None:
    ports = Ports("tcp", min(ends), max(ends))
    missing = set(range(ports.first, ports.last + 1)) - declared
    assert undeclared(ports, [Ports("tcp", each, each) for each in declared]) == bool(missing)
