from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from support.guarantees import STACKS, alone, findings, resource, seeded, told

from stackwright.verify.rules import rules

RULE = "availability/network-acls-let-through"
ENTRIES = [
    "PublicAclHttp",
    "PublicAclHttps",
    "PublicAclAnswers",
    "PublicAclTooBig",
    "PublicAclHttpIpv6",
    "PublicAclHttpsIpv6",
    "PublicAclTooBigIpv6",
    "PublicAclOut",
    "PublicAclOutIpv6",
    "PrivateAclFromVpc",
    "PrivateAclAnswers",
    "PrivateAclTooBig",
    "PrivateAclOut",
]


@pytest.mark.parametrize("blueprint", ["ec2-alb", "fargate-alb", "fargate-cdn"])
@pytest.mark.parametrize("environment", ["dev", "prod"])
@pytest.mark.parametrize("gateways", ["one", "per-zone", "regional"])
def test_everything_gets_through_ours(blueprint: str, environment: str, gateways: str) -> None:
    given = {"blueprint": blueprint, "environment": environment, "NatGateways": gateways}
    assert findings(RULE, seeded(**given, NetworkAcls="on")) == []
    assert not rules()[RULE].applies(seeded(**given, NetworkAcls="off"))


@pytest.mark.parametrize("environment", ["dev", "prod"])
def test_acls_break_no_other_promise(environment: str) -> None:
    without, with_them = (seeded(environment=environment, own_image=True, NetworkAcls=each) for each in ("off", "on"))
    for name, rule in rules().items():
        if rule.applies(without):
            assert list(rule.check(with_them)) == list(rule.check(without)), name


def _denied(entry: str) -> Callable[[STACKS], None]:
    def seed(stacks: STACKS) -> None:
        resource(stacks, f"Vpc/{entry}")["Properties"]["RuleAction"] = "deny"

    return seed


@pytest.mark.parametrize("entry", ENTRIES)
def test_each_entry_is_missed(entry: str) -> None:
    assert findings(RULE, seeded(_denied(entry), NetworkAcls="on")) != []


@pytest.mark.parametrize(
    ("entry", "told_of"),
    [
        ("PublicAclHttps", "tcp 443 in from 0.0.0.0/0 ${Vpc/PublicSubnetOne.Ref}: callers do not get to LoadBalancer"),
        ("PublicAclOutIpv6", "tcp 1024-65535 out to ::/0 ${Vpc/PublicSubnetOne.Ref}: callers of LoadBalancer"),
        ("PrivateAclAnswers", "Cluster/AutoScalingGroup does not get to the internet, nor to its image"),
    ],
)
def test_it_says_what_fails(entry: str, told_of: str) -> None:
    (line,) = told(RULE, seeded(_denied(entry), NetworkAcls="on"))
    assert told_of in line


def test_health_checks_on_another_port_need_it_too() -> None:
    def seed(stacks: STACKS) -> None:
        resource(stacks, "Vpc/PrivateAclFromVpc")["Properties"] |= {
            "Protocol": 6,
            "PortRange": {"From": 3000, "To": 3000},
        }
        resource(stacks, "Service/TargetGroup")["Properties"]["HealthCheckPort"] = "9000"

    lines = told(RULE, seeded(seed, NetworkAcls="on"))
    assert lines and all("tcp 9000 in from" in line for line in lines)


def _stranger(**entry: Any) -> dict[str, Any]:
    """A load balancer of somebody else's template, in a subnet with an ACL of one entry each way."""
    acl = {"NetworkAclId": {"Ref": "Acl"}, "RuleAction": "allow", "Protocol": -1, "RuleNumber": 1}
    balancer = {"Subnets": [{"Ref": "Subnet"}], "SecurityGroups": [{"Ref": "Group"}]}
    listener = {"LoadBalancerArn": {"Ref": "Balancer"}, "Port": 443, "Protocol": "HTTPS", "DefaultActions": []}
    ingress = [{"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443, "CidrIp": "0.0.0.0/0"}]
    made = {
        "Subnet": ("EC2::Subnet", {"VpcId": "vpc-1", "CidrBlock": "10.0.0.0/24"}),
        "Acl": ("EC2::NetworkAcl", {"VpcId": "vpc-1"}),
        "Pair": ("EC2::SubnetNetworkAclAssociation", {"SubnetId": {"Ref": "Subnet"}, "NetworkAclId": {"Ref": "Acl"}}),
        "In": ("EC2::NetworkAclEntry", {**acl, "CidrBlock": "0.0.0.0/0", **entry}),
        "Out": ("EC2::NetworkAclEntry", {**acl, "CidrBlock": "0.0.0.0/0", "Egress": True}),
        "Group": ("EC2::SecurityGroup", {"GroupDescription": "g", "VpcId": "vpc-1", "SecurityGroupIngress": ingress}),
        "Balancer": ("ElasticLoadBalancingV2::LoadBalancer", balancer),
        "Listener": ("ElasticLoadBalancingV2::Listener", listener),
    }
    return {name: {"Type": f"AWS::{kind}", "Properties": given} for name, (kind, given) in made.items()}


@pytest.mark.parametrize(
    ("entry", "count"),
    [
        ({}, 0),
        ({"CidrBlock": {"Ref": "AWS::NotificationARNs"}}, 0),
        ({"CidrBlock": "nonsense"}, 0),
        ({"CidrBlock": "10.0.0.0/8"}, 2),
        ({"Protocol": 6}, 1),
        ({"Protocol": 6, "PortRange": {"From": 80, "To": 80}}, 2),
        ({"Protocol": 1, "Icmp": {"Type": -1, "Code": -1}}, 1),
    ],
)
def test_templates_of_others_are_read_as_far_as_they_can_be(entry: dict[str, Any], count: int) -> None:
    assert len(findings(RULE, alone(_stranger(**entry)))) == count
