"""Network ACLs: what they let into a subnet and out of it.

A subnet that the template gives no ACL has its VPC's default one, which lets everything through. An ACL knows no
connections: an answer passes only if an entry lets it. Of ICMP the type counts as a port.
Source: "Control subnet traffic with network access control lists", Amazon VPC User Guide.
"""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import IPv4Network, IPv6Network, ip_network

from stackwright.resolve.graph import Graph, Resource
from stackwright.resolve.symbols import Value
from stackwright.verify.deployment import at, number, on
from stackwright.verify.groups import LAST_PORT, Direction, Family, Ports, world_of

ACL = "AWS::EC2::NetworkAcl"
ENTRY = "AWS::EC2::NetworkAclEntry"
ASSOCIATION = "AWS::EC2::SubnetNetworkAclAssociation"

_PROTOCOLS = {"-1": "all", "1": "icmp", "6": "tcp", "17": "udp", "58": "icmpv6"}
# Where an entry says which ports or types it is about; those of ICMP are one type, or -1 for all.
_ENDS = {
    **dict.fromkeys(("tcp", "udp"), ("PortRange.From", "PortRange.To")),
    **dict.fromkeys(("icmp", "icmpv6"), ("Icmp.Type", "Icmp.Type")),
}
_RANGES: dict[Family, str] = {"IPv4": "CidrBlock", "IPv6": "Ipv6CidrBlock"}


def let_in(graph: Graph, subnet: Value, family: Family, ports: Ports) -> list[Ports]:
    """Return which of these ports a subnet's ACL lets the whole internet reach: all where it has none.

    An entry for a narrower range neither opens nor closes the subnet to the rest of the internet. An entry that
    nobody can read lets in what it may.
    """
    found = of_subnet(graph, subnet)
    if found is None:
        return [ports]
    left, admitted = [ports], []
    for entry in _entries(graph, found, "Ingress"):
        if world_of(entry.properties.get(_RANGES[family])) != family:
            continue
        rule = _ports(entry)
        if entry.properties.get("RuleAction") != "deny":
            admitted += [part for each in left if (part := each.overlap(rule))]
        left = [part for each in left for part in without(each, rule)]
    return admitted


def lets(graph: Graph, subnet: Value, direction: Direction, peer: str, ports: Ports) -> bool:
    """Tell whether a subnet's ACL lets all of these ports through, from or to all of a range of addresses.

    An entry that nobody can read allows what it may, and denies nothing.
    """
    found = of_subnet(graph, subnet)
    if found is None:
        return True
    left, wanted = [ports], ip_network(peer)
    for entry in _entries(graph, found, direction):
        covered = _covered(entry, wanted)
        denies = entry.properties.get("RuleAction") == "deny"
        if denies and covered is not None and any(each.overlap(_ports(entry)) for each in left):
            return False
        if not denies and covered:
            left = [part for each in left for part in without(each, _ports(entry))]
    return not left


def _covered(entry: Resource, wanted: IPv4Network | IPv6Network) -> bool | None:
    """Tell whether an entry is about all of a range of addresses; None where it is about none of it."""
    given = entry.properties.get(_RANGES["IPv4" if wanted.version == 4 else "IPv6"])
    if given is None:
        return None
    about = network(given)
    if about is None:
        return None if entry.properties.get("RuleAction") == "deny" else True
    if wanted.network_address in about and wanted.broadcast_address in about:
        return True
    return False if about.network_address in wanted else None


def network(given: Value) -> IPv4Network | IPv6Network | None:
    """Return a range of addresses that is written as text; None for what is none, or not known."""
    try:
        return ip_network(given, strict=False) if isinstance(given, str) else None
    except ValueError:
        return None


def without(ports: Ports, taken: Ports) -> list[Ports]:
    """Return what is left of a range of ports when another is taken away."""
    both = ports.overlap(taken)
    if both is None or (ports.protocol == "all" and taken.protocol != "all"):
        return [ports]
    ends = ((ports.first, both.first - 1), (both.last + 1, ports.last))
    return [Ports(ports.protocol, first, last) for first, last in ends if first <= last]


def of_subnet(graph: Graph, subnet: Value) -> Resource | None:
    """Return the ACL that the template gives a subnet."""
    where = graph.target(subnet)
    for each in graph.of_type(ASSOCIATION):
        if where is not None and graph.target(each.properties.get("SubnetId")) == where:
            return graph.target(each.properties.get("NetworkAclId"))
    return None


def _entries(graph: Graph, acl: Resource, direction: Direction) -> Iterator[Resource]:
    mine = [each for each in graph.of_type(ENTRY) if graph.target(each.properties.get("NetworkAclId")) == acl]
    for each in sorted(mine, key=_place):
        if on(each.properties.get("Egress")) == (direction == "Egress"):
            yield each


def _place(entry: Resource) -> float:
    return number(entry.properties.get("RuleNumber")) or 0


def _ports(entry: Resource) -> Ports:
    given = entry.properties
    protocol = _PROTOCOLS.get(str(given.get("Protocol")), str(given.get("Protocol")))
    ends = [number(at(given, each)) for each in _ENDS.get(protocol, ())]
    if not ends or None in ends or -1 in ends:
        return Ports(protocol)
    return Ports(protocol, int(ends[0] or 0), int(ends[1] or LAST_PORT))
