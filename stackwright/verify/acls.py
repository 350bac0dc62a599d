"""Network ACLs: what of the internet's traffic they let into a subnet.

Only the way in is looked at. A subnet that the template gives no ACL has its VPC's default one, which lets all in.
Source: "Control subnet traffic with network access control lists", Amazon VPC User Guide.
"""

from __future__ import annotations

from collections.abc import Iterator

from stackwright.resolve.graph import Graph, Resource
from stackwright.resolve.symbols import Value
from stackwright.verify.deployment import at, listed, number, on
from stackwright.verify.groups import LAST_PORT, Family, Ports, world_of

ACL = "AWS::EC2::NetworkAcl"
ENTRY = "AWS::EC2::NetworkAclEntry"
ASSOCIATION = "AWS::EC2::SubnetNetworkAclAssociation"

_PROTOCOLS = {"-1": "all", "6": "tcp", "17": "udp"}
_RANGES: dict[Family, str] = {"IPv4": "CidrBlock", "IPv6": "Ipv6CidrBlock"}


def let_in(graph: Graph, subnet: Value, family: Family, ports: Ports) -> list[Ports]:
    """Return which of these ports a subnet's ACL lets the whole internet reach: all where it has none.

    An entry for a narrower range neither opens nor closes the subnet to the rest of the internet. An entry that
    nobody can read lets in what it may.
    """
    found = _acl(graph, subnet)
    if found is None:
        return [ports]
    left, admitted = [ports], []
    for entry in _entries(graph, found, family):
        rule = _ports(entry)
        if entry.properties.get("RuleAction") != "deny":
            admitted += [part for each in left if (part := each.overlap(rule))]
        left = [part for each in left for part in without(each, rule)]
    return admitted


def without(ports: Ports, taken: Ports) -> list[Ports]:
    """Return what is left of a range of ports when another is taken away."""
    both = ports.overlap(taken)
    if both is None or (ports.protocol == "all" and taken.protocol != "all"):
        return [ports]
    ends = ((ports.first, both.first - 1), (both.last + 1, ports.last))
    return [Ports(ports.protocol, first, last) for first, last in ends if first <= last]


def _acl(graph: Graph, subnet: Value) -> Resource | None:
    where = graph.target(subnet)
    for each in graph.of_type(ASSOCIATION):
        if where is not None and graph.target(each.properties.get("SubnetId")) == where:
            return graph.target(each.properties.get("NetworkAclId"))
    return None


def _entries(graph: Graph, acl: Resource, family: Family) -> Iterator[Resource]:
    mine = [each for each in graph.of_type(ENTRY) if graph.target(each.properties.get("NetworkAclId")) == acl]
    for each in sorted(mine, key=_place):
        if not on(each.properties.get("Egress")) and world_of(each.properties.get(_RANGES[family])) == family:
            yield each


def _place(entry: Resource) -> float:
    return number(entry.properties.get("RuleNumber")) or 0


def _ports(entry: Resource) -> Ports:
    given = entry.properties
    protocol = _PROTOCOLS.get(str(given.get("Protocol")), str(given.get("Protocol")))
    ends = [number(each) for each in (at(given, "PortRange.From"), at(given, "PortRange.To"))]
    if protocol not in ("tcp", "udp") or None in listed(ends):
        return Ports(protocol)
    return Ports(protocol, int(ends[0] or 0), int(ends[1] or LAST_PORT))
