from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.guarantees import alone

from stackwright.resolve.symbols import Symbol
from stackwright.verify.groups import ALL, Opening, Ports, openings, world_of

PORTS = st.builds(
    lambda protocol, ends: Ports(protocol, min(ends), max(ends)),
    st.sampled_from(["tcp", "udp", "all"]),
    st.tuples(st.integers(0, 9), st.integers(0, 9)),
)


def _group(**properties: Any) -> dict[str, Any]:
    return {"Type": "AWS::EC2::SecurityGroup", "Properties": {"GroupDescription": "a group", **properties}}


def _ingress(*rules: dict[str, Any]) -> list[Opening]:
    return openings(alone({"Web": _group(SecurityGroupIngress=list(rules))}).graph, "Ingress")


def test_a_rule_inside_its_group() -> None:
    rule = {"IpProtocol": "tcp", "FromPort": "443", "ToPort": 443, "CidrIp": "0.0.0.0/0"}
    assert _ingress(rule) == [Opening("Web", "SecurityGroupIngress.0", "Web", "0.0.0.0/0", Ports("tcp", 443, 443))]


def test_a_rule_of_its_own_knows_both_groups_by_their_paths() -> None:
    rule = {
        "Type": "AWS::EC2::SecurityGroupIngress",
        "Properties": {
            "GroupId": {"Fn::GetAtt": ["Web", "GroupId"]},
            "SourceSecurityGroupId": {"Ref": "Entry"},
            "IpProtocol": "tcp",
            "FromPort": 80,
            "ToPort": 80,
        },
    }
    graph = alone({"Web": _group(), "Entry": _group(), "Rule": rule}).graph
    assert openings(graph, "Ingress") == [Opening("Rule", "", "Web", "Entry", Ports("tcp", 80, 80))]


@pytest.mark.parametrize(
    ("rule", "ports"),
    [
        ({"IpProtocol": -1}, ALL),
        ({"IpProtocol": "-1", "FromPort": 80, "ToPort": 80}, ALL),
        ({"IpProtocol": "6", "FromPort": 1, "ToPort": 2}, Ports("tcp", 1, 2)),
        ({"IpProtocol": "UDP", "FromPort": 53, "ToPort": 53}, Ports("udp", 53, 53)),
        ({"IpProtocol": "tcp"}, Ports("tcp")),
        ({"IpProtocol": "icmp", "FromPort": 3, "ToPort": 4}, Ports("icmp")),
    ],
)
def test_protocols_and_ports(rule: dict[str, Any], ports: Ports) -> None:
    assert [each.ports for each in _ingress({"CidrIp": "0.0.0.0/0", **rule})] == [ports]


def test_what_nobody_knows_is_left_out() -> None:
    unknown = {"Fn::GetAtt": ["Other", "Port"]}
    rule = {"IpProtocol": "tcp", "FromPort": unknown, "ToPort": unknown, "CidrIp": "0.0.0.0/0"}
    graph = alone({"Web": _group(SecurityGroupIngress=[rule]), "Other": {"Type": "Custom::Port"}}).graph
    assert openings(graph, "Ingress") == []


def test_a_prefix_list_of_the_template_is_what_it_lists() -> None:
    listed = {
        "Type": "AWS::EC2::PrefixList",
        "Properties": {"Entries": [{"Cidr": "0.0.0.0/0"}, {"Cidr": "10.0.0.0/8"}]},
    }
    rule = {"IpProtocol": "-1", "SourcePrefixListId": {"Ref": "List"}}
    graph = alone({"List": listed, "Web": _group(SecurityGroupIngress=[rule])}).graph
    assert [each.peer for each in openings(graph, "Ingress")] == ["0.0.0.0/0", "10.0.0.0/8"]


def test_groups_and_prefix_lists_from_elsewhere_are_their_names() -> None:
    peers = [{"SourceSecurityGroupId": "sg-1"}, {"SourcePrefixListId": "pl-1"}, {"SourceSecurityGroupId": {"Ref": "X"}}]
    group = _group(SecurityGroupIngress=[{"IpProtocol": "-1", **each} for each in peers])
    graph = alone({"Web": group, "X": {"Type": "Custom::Group"}}).graph
    assert [each.peer for each in openings(graph, "Ingress")] == ["sg-1", "pl-1", Symbol("X", "Ref")]


def test_a_group_that_says_nothing_about_egress_has_all_of_it_open() -> None:
    graph = alone({"Web": _group()}).graph
    assert [(each.peer, each.ports) for each in openings(graph, "Egress")] == [("0.0.0.0/0", ALL), ("::/0", ALL)]


@pytest.mark.parametrize(
    ("block", "family"),
    [
        ("0.0.0.0/0", "IPv4"),
        ("128.0.0.0/1", "IPv4"),
        ("::/0", "IPv6"),
        ("2000::/3", "IPv6"),
        ("10.0.0.0/8", None),
        ("203.0.113.0/24", None),
        ("fc00::/7", None),
        ("somewhere/0", None),
        ("sg-1", None),
        (Symbol("Vpc", "CidrBlock"), None),
    ],
)
def test_what_is_the_internet(block: Any, family: str | None) -> None:
    assert world_of(block) == family


@given(PORTS, PORTS)
def test_an_overlap_is_in_both(one: Ports, other: Ports) -> None:
    both = one.overlap(other)
    assert both is None or (one.covers(both) and other.covers(both))
    assert one.covers(one)


def test_all_traffic_is_every_protocols() -> None:
    assert ALL.overlap(Ports("tcp", 1, 2)) == Ports("tcp", 1, 2)
    assert Ports("tcp", 1, 2).overlap(ALL) == Ports("tcp", 1, 2)
    assert Ports("tcp").overlap(Ports("udp")) is None


@pytest.mark.parametrize(
    ("ports", "text"),
    [(ALL, "all traffic"), (Ports("tcp"), "tcp"), (Ports("tcp", 22, 22), "tcp 22"), (Ports("udp", 1, 9), "udp 1-9")],
)
def test_ports_as_a_person_reads_them(ports: Ports, text: str) -> None:
    assert str(ports) == text
