from __future__ import annotations

from typing import Any

import pytest
from support.guarantees import STACKS, alone, findings, resource, seeded, told

RULE = "security/internet-reaches-only-listeners"
WORLD = {"CidrIp": "0.0.0.0/0"}


def _opened(first: int, last: int, protocol: str = "tcp", **peer: Any) -> Any:
    def seed(stacks: STACKS) -> None:
        rules = resource(stacks, "LoadBalancer/SecurityGroup")["Properties"]["SecurityGroupIngress"]
        rules.append({"IpProtocol": protocol, "FromPort": first, "ToPort": last, **(peer or WORLD)})

    return seed


@pytest.mark.parametrize("environment", ["dev", "prod"])
@pytest.mark.parametrize("own_image", [False, True])
def test_the_blueprint_is_open_on_its_listeners_only(environment: str, own_image: bool) -> None:
    assert findings(RULE, seeded(environment=environment, own_image=own_image)) == []


def test_a_port_without_a_listener_is_found_with_the_whole_way() -> None:
    (line,) = told(RULE, seeded(_opened(22, 22)))
    assert line == (
        "LoadBalancer/SecurityGroup SecurityGroupIngress.4: the internet reaches what no listener declares: "
        "internet -> Vpc/InternetGateway -> LoadBalancer/SecurityGroup (tcp 22) -> LoadBalancer/LoadBalancer"
    )


@pytest.mark.parametrize(
    ("first", "last", "protocol", "peer"),
    [(80, 443, "tcp", WORLD), (0, 0, "-1", WORLD), (443, 443, "udp", WORLD), (22, 22, "tcp", {"CidrIpv6": "::/0"})],
)
def test_ranges_everything_and_other_protocols_are_found(
    first: int, last: int, protocol: str, peer: dict[str, str]
) -> None:
    assert len(told(RULE, seeded(_opened(first, last, protocol, **peer)))) == 1


@pytest.mark.parametrize(
    "peer",
    [
        {"CidrIp": "10.0.0.0/8"},
        {"CidrIp": "203.0.113.0/24"},
        {"SourcePrefixListId": "pl-3b927c52"},
        {"SourceSecurityGroupId": "sg-1"},
        {"CidrIp": {"Fn::GetAtt": ["AccessLogs", "DomainName"]}},
    ],
)
def test_who_is_not_the_whole_internet_is_no_finding(peer: dict[str, Any]) -> None:
    assert findings(RULE, seeded(_opened(22, 22, **peer))) == []


def test_packets_that_have_no_port_are_no_finding() -> None:
    assert findings(RULE, seeded(_opened(3, 4, "icmp"))) == []


def test_a_task_with_a_public_address_and_an_open_group_is_found() -> None:
    def seed(stacks: STACKS) -> None:
        network = resource(stacks, "Service/Service")["Properties"]["NetworkConfiguration"]["AwsvpcConfiguration"]
        network |= {"AssignPublicIp": "ENABLED", "Subnets": ["subnet-1"]}
        ingress = resource(stacks, "Service/FromLoadBalancer")["Properties"]
        del ingress["SourceSecurityGroupId"]
        ingress["CidrIp"] = "0.0.0.0/0"

    (line,) = told(RULE, seeded(seed))
    assert line.startswith("Service/FromLoadBalancer : the internet reaches")
    assert line.endswith("internet -> Service/TaskSecurityGroup (tcp 3000) -> Service/Service")


def test_a_private_task_with_an_open_group_is_not_reached() -> None:
    def seed(stacks: STACKS) -> None:
        ingress = resource(stacks, "Service/FromLoadBalancer")["Properties"]
        del ingress["SourceSecurityGroupId"]
        ingress["CidrIp"] = "0.0.0.0/0"

    assert findings(RULE, seeded(seed)) == []


def test_an_open_network_load_balancer_is_its_listeners() -> None:
    balancer = {"Type": "AWS::ElasticLoadBalancingV2::LoadBalancer", "Properties": {"Type": "network"}}
    given = {"LoadBalancerArn": {"Ref": "Balancer"}, "Port": 443, "Protocol": "TLS"}
    listener = {"Type": "AWS::ElasticLoadBalancingV2::Listener", "Properties": given}
    assert findings(RULE, alone({"Balancer": balancer, "Listener": listener})) == []


def test_a_load_balancer_whose_listeners_are_elsewhere_is_not_judged() -> None:
    rule = {"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443, "CidrIp": "0.0.0.0/0"}
    group = {"Type": "AWS::EC2::SecurityGroup", "Properties": {"SecurityGroupIngress": [rule]}}
    given = {"SecurityGroups": [{"Ref": "Group"}]}
    balancer = {"Type": "AWS::ElasticLoadBalancingV2::LoadBalancer", "Properties": given}
    assert findings(RULE, alone({"Group": group, "Balancer": balancer})) == []


def test_a_database_that_the_internet_reaches_is_found() -> None:
    rule = {"IpProtocol": "tcp", "FromPort": 5432, "ToPort": 5432, "CidrIp": "0.0.0.0/0"}
    group = {"Type": "AWS::EC2::SecurityGroup", "Properties": {"SecurityGroupIngress": [rule]}}
    given = {"PubliclyAccessible": True, "VPCSecurityGroups": [{"Ref": "Group"}]}
    (line,) = told(RULE, alone({"Group": group, "Data": {"Type": "AWS::RDS::DBInstance", "Properties": given}}))
    assert line.endswith("internet -> Group (tcp 5432) -> Data")
