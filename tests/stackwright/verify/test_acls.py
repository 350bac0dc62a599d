from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from support.guarantees import alone

from stackwright.resolve.symbols import Symbol
from stackwright.verify.acls import let_in, lets, without
from stackwright.verify.groups import ALL, Ports

SUBNET = Symbol("Subnet", "Ref")
TCP = Ports("tcp")
RANGES = st.builds(lambda ends: Ports("tcp", min(ends), max(ends)), st.tuples(st.integers(0, 30), st.integers(0, 30)))


def _let_in(*entries: dict[str, Any], ports: Ports = TCP, associated: bool = True) -> list[Ports]:
    resources: dict[str, Any] = {
        "Subnet": {"Type": "AWS::EC2::Subnet", "Properties": {"VpcId": "vpc-1"}},
        "Acl": {"Type": "AWS::EC2::NetworkAcl", "Properties": {"VpcId": "vpc-1"}},
    }
    if associated:
        pair = {"SubnetId": {"Ref": "Subnet"}, "NetworkAclId": {"Ref": "Acl"}}
        resources["Pair"] = {"Type": "AWS::EC2::SubnetNetworkAclAssociation", "Properties": pair}
    for index, entry in enumerate(entries):
        given = {
            "NetworkAclId": {"Ref": "Acl"},
            "CidrBlock": "0.0.0.0/0",
            "RuleAction": "allow",
            "Protocol": 6,
            **entry,
        }
        resources[f"Entry{index}"] = {"Type": "AWS::EC2::NetworkAclEntry", "Properties": given}
    return let_in(alone(resources).graph, SUBNET, "IPv4", ports)


def _range(first: int, last: int) -> dict[str, Any]:
    return {"PortRange": {"From": first, "To": str(last)}}


def test_a_subnet_without_an_acl_lets_all_in() -> None:
    assert _let_in(associated=False) == [Ports("tcp")]


def test_an_acl_lets_in_what_it_allows_and_nothing_else() -> None:
    assert _let_in() == []
    assert _let_in({"RuleNumber": 100, **_range(443, 443)}) == [Ports("tcp", 443, 443)]
    assert _let_in({"RuleNumber": 100, **_range(443, 443)}, ports=Ports("udp")) == []


def test_the_lower_number_decides() -> None:
    deny = {"RuleNumber": "90", "RuleAction": "deny", **_range(22, 22)}
    allow = {"RuleNumber": 100, "Protocol": "-1"}
    assert _let_in(allow, deny) == [Ports("tcp", 0, 21), Ports("tcp", 23, 65535)]
    assert _let_in(allow, {**deny, "RuleNumber": 110}) == [Ports("tcp")]


def test_the_way_out_other_addresses_and_narrow_ranges_do_not_count() -> None:
    allow = {"RuleNumber": 1, "Protocol": -1}
    assert _let_in({**allow, "Egress": True}) == []
    assert _let_in({**allow, "CidrBlock": "10.0.0.0/8"}) == []
    assert _let_in({"RuleNumber": 1, "RuleAction": "deny", "CidrBlock": "203.0.113.0/24"}, {**allow, "RuleNumber": 2})


def test_everything_without_one_port_still_is_everything() -> None:
    assert without(ALL, Ports("tcp", 22, 22)) == [ALL]
    assert without(Ports("tcp", 1, 2), ALL) == []


@given(RANGES, RANGES)
def test_what_is_left_is_neither_less_nor_more(ports: Ports, taken: Ports) -> None:
    left = [port for each in without(ports, taken) for port in range(each.first, each.last + 1)]
    assert left == [p for p in range(ports.first, ports.last + 1) if not taken.first <= p <= taken.last]


ENTRIES = st.lists(st.tuples(RANGES, st.sampled_from(["allow", "deny"]), st.sampled_from(["10.0.0.0/8", "0.0.0.0/0"])))


@given(ENTRIES, RANGES)
def test_what_an_acl_lets_through_it_lets_through_port_by_port(
    entries: list[tuple[Ports, str, str]], wanted: Ports
) -> None:
    acl = {"Type": "AWS::EC2::NetworkAcl", "Properties": {"VpcId": "vpc-1"}}
    pair = {"SubnetId": {"Ref": "Subnet"}, "NetworkAclId": {"Ref": "Acl"}}
    resources: dict[str, Any] = {
        "Subnet": {"Type": "AWS::EC2::Subnet", "Properties": {"VpcId": "vpc-1"}},
        "Acl": acl,
        "Pair": {"Type": "AWS::EC2::SubnetNetworkAclAssociation", "Properties": pair},
    }
    for number, (ports, action, about) in enumerate(entries):
        entry = {"NetworkAclId": {"Ref": "Acl"}, "RuleNumber": number, "RuleAction": action, "CidrBlock": about}
        entry |= {"Protocol": 6, **_range(ports.first, ports.last), "Egress": True}
        resources[f"Entry{number}"] = {"Type": "AWS::EC2::NetworkAclEntry", "Properties": entry}
    graph = alone(resources).graph

    def passes(port: int) -> bool:
        first = next((action for ports, action, _ in entries if ports.first <= port <= ports.last), "deny")
        return first == "allow"

    expected = all(passes(port) for port in range(wanted.first, wanted.last + 1))
    assert lets(graph, SUBNET, "Egress", "10.0.0.0/16", wanted) == expected
