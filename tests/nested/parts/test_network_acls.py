"""Network ACLs: what they let in and nothing else, each entry for a reason, and no moment without a way."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from nested import vpc
from stackwright.resolve.graph import Graph
from stackwright.resolve.nested import resolve
from stackwright.resolve.symbols import Symbol
from stackwright.verify.acls import let_in, lets
from stackwright.verify.groups import Direction, Ports

TEMPLATE = vpc.template().to_dict()
GIVEN = {"ProjectName": "app", "EnvironmentName": "dev", "VpcCidr": "10.0.0.0/16", "ZoneCount": "3"}
PUBLIC, PRIVATE = Symbol("PublicSubnetOne", "Ref"), Symbol("PrivateSubnetOne", "Ref")
ENTRY, ASSOCIATION = "AWS::EC2::NetworkAclEntry", "AWS::EC2::SubnetNetworkAclAssociation"
WORLD, WORLD_IPV6, OTHER_ZONE, PRIVATE_RANGE = "0.0.0.0/0", "::/0", "10.0.16.0/20", "10.0.48.0/20"


def network(without: str = "", **given: str) -> Graph:
    template: dict[str, Any] = copy.deepcopy(TEMPLATE)
    template["Resources"].pop(without, None)
    for each in template["Resources"].values() if without else ():
        if each["Type"] == ASSOCIATION:
            del each["DependsOn"]
    return resolve(template, {}, {**GIVEN, "NetworkAcls": "on", **given}, region="us-east-1", stack_name="net")


def tcp(first: int, last: int = 0) -> Ports:
    return Ports("tcp", first, last or first)


# What each entry is for: the subnet, the direction, the other side, and what has to pass.
REASONS: dict[str, tuple[Symbol, Direction, str, Ports]] = {
    "PublicAclFromVpc": (PUBLIC, "Ingress", PRIVATE_RANGE, tcp(587)),  # mail that a task sends by the NAT gateway
    "PublicAclHttp": (PUBLIC, "Ingress", WORLD, tcp(80)),
    "PublicAclHttps": (PUBLIC, "Ingress", WORLD, tcp(443)),
    "PublicAclAnswers": (PUBLIC, "Ingress", WORLD, tcp(1024, 65535)),
    "PublicAclTooBig": (PUBLIC, "Ingress", WORLD, Ports("icmp", 3, 3)),
    "PublicAclHttpIpv6": (PUBLIC, "Ingress", WORLD_IPV6, tcp(80)),
    "PublicAclHttpsIpv6": (PUBLIC, "Ingress", WORLD_IPV6, tcp(443)),
    "PublicAclTooBigIpv6": (PUBLIC, "Ingress", WORLD_IPV6, Ports("icmpv6", 2, 2)),
    "PublicAclOut": (PUBLIC, "Egress", WORLD, Ports("all")),
    "PublicAclOutIpv6": (PUBLIC, "Egress", WORLD_IPV6, Ports("all")),
    "PrivateAclFromVpc": (PRIVATE, "Ingress", OTHER_ZONE, tcp(3000)),
    "PrivateAclAnswers": (PRIVATE, "Ingress", WORLD, tcp(32768, 65535)),
    "PrivateAclTooBig": (PRIVATE, "Ingress", WORLD, Ports("icmp", 3, 3)),
    "PrivateAclOut": (PRIVATE, "Egress", WORLD, Ports("all")),
}


def test_off_there_are_none() -> None:
    assert not [path for path in network(NetworkAcls="off").resources if "Acl" in path]


def test_every_entry_has_a_reason() -> None:
    assert {path for path, each in network().resources.items() if each.type == ENTRY} == REASONS.keys()


@pytest.mark.parametrize("entry", REASONS)
def test_what_an_entry_is_for_passes_with_it_and_not_without(entry: str) -> None:
    subnet, direction, peer, ports = REASONS[entry]
    assert lets(network(), subnet, direction, peer, ports)
    assert not lets(network(without=entry), subnet, direction, peer, ports)


def test_nothing_else_comes_in_from_the_internet() -> None:
    graph = network()
    everything = Ports("tcp")
    public = sorted((each.first, each.last) for each in let_in(graph, PUBLIC, "IPv4", everything))
    assert public == [(80, 80), (443, 443), (1024, 65535)]
    assert sorted(each.first for each in let_in(graph, PUBLIC, "IPv6", everything)) == [80, 443]
    assert [(each.first, each.last) for each in let_in(graph, PRIVATE, "IPv4", everything)] == [(32768, 65535)]
    assert let_in(graph, PRIVATE, "IPv6", everything) == []
    assert let_in(graph, PUBLIC, "IPv4", Ports("udp")) == let_in(graph, PRIVATE, "IPv4", Ports("udp")) == []


@pytest.mark.parametrize(("zones", "count"), [("2", 4), ("3", 6)])
def test_every_subnet_there_is_has_its_acl_and_gets_it_last(zones: str, count: int) -> None:
    graph = network(ZoneCount=zones)
    found = {path: each for path, each in graph.resources.items() if each.type == ASSOCIATION}
    assert len(found) == count
    for path, each in found.items():
        kind = path.partition("Acl")[0]
        assert str(each.properties["SubnetId"]).startswith(f"${{{kind}Subnet")
        entries = {entry for entry in REASONS if entry.startswith(f"{kind}Acl")}
        assert entries <= graph.waits_for(path)


def test_numbers_leave_room_and_stay_below_the_quota() -> None:
    entries = [each.properties for each in network().resources.values() if each.type == ENTRY]
    places: dict[tuple[str, bool], list[int]] = {}
    for each in entries:
        key = (str(each["NetworkAclId"]), bool(each["Egress"]))
        places.setdefault(key, []).append(int(str(each["RuleNumber"])))
    for numbers in places.values():
        assert len(numbers) <= 20  # "Amazon VPC quotas", rules per network ACL and direction
        assert len(set(numbers)) == len(numbers)
        assert all(number % 100 == 0 for number in numbers)
