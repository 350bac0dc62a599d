"""Security groups: what they let in and out, whether a rule stands inside its group or is a resource of its own.

A group of the template is known by its path; one from elsewhere by the value that names it (`sg-0123`, a symbol).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from ipaddress import ip_network
from typing import Literal

from stackwright.resolve.graph import Graph, Resource
from stackwright.resolve.symbols import Value, is_symbolic
from stackwright.verify.deployment import listed, number

GROUP = "AWS::EC2::SecurityGroup"
PREFIX_LIST = "AWS::EC2::PrefixList"
LAST_PORT = 65535

Direction = Literal["Ingress", "Egress"]
Family = Literal["IPv4", "IPv6"]

# IANA's protocol numbers, where "Security group rules" (Amazon VPC User Guide) has names for them.
_PROTOCOLS = {"-1": "all", "1": "icmp", "6": "tcp", "17": "udp", "58": "icmpv6"}
_WITH_PORTS = ("tcp", "udp")
_PEERS: dict[Direction, str] = {"Ingress": "Source", "Egress": "Destination"}
# IANA hands registries and the first users of the internet blocks of these sizes; what is larger is nobody's own.
_LARGEST_BLOCK = {4: 8, 6: 16}


@dataclass(frozen=True)
class Ports:
    """A range of ports of a protocol; all of them for a protocol that has none, and for `all`."""

    protocol: str
    first: int = 0
    last: int = LAST_PORT

    def __str__(self) -> str:
        if self.protocol == "all":
            return "all traffic"
        if (self.first, self.last) == (0, LAST_PORT):
            return self.protocol
        return f"{self.protocol} {self.first}" + (f"-{self.last}" if self.last > self.first else "")

    def covers(self, other: Ports) -> bool:
        """Tell whether everything of the other is in this range."""
        return self.overlap(other) == other

    def overlap(self, other: Ports) -> Ports | None:
        """Return what both ranges have, None for nothing."""
        if "all" not in (self.protocol, other.protocol) and self.protocol != other.protocol:
            return None
        first, last = max(self.first, other.first), min(self.last, other.last)
        protocol = other.protocol if self.protocol == "all" else self.protocol
        return Ports(protocol, first, last) if first <= last else None


ALL = Ports("all")


@dataclass(frozen=True)
class Opening:
    """One rule of a group: said by which resource's property, for which peer (a range, a prefix list, a group)."""

    path: str
    property: str
    group: Value
    peer: Value
    ports: Ports

    def world(self) -> Family | None:
        """Return of which addresses its peer is the whole internet; None where it is not."""
        return world_of(self.peer)


def world_of(peer: Value) -> Family | None:
    """Return of which addresses a range is the internet: all of it, or more of it than anybody has; else None."""
    if not isinstance(peer, str) or "/" not in peer:
        return None
    try:
        block = ip_network(peer, strict=False)
    except ValueError:
        return None
    if block.prefixlen >= _LARGEST_BLOCK[block.version] or block.is_private or block.is_multicast:
        return None
    return "IPv4" if block.version == 4 else "IPv6"


def identity(graph: Graph, value: Value) -> Value:
    """Return what a security group is known by: its path, or for one from elsewhere the value itself."""
    found = graph.target(value)
    return found.path if found is not None and found.type == GROUP else value


def openings(graph: Graph, direction: Direction) -> list[Opening]:
    """Return every rule of this direction; one whose protocol or ports nobody knows is left out.

    A group that says nothing about egress has everything open.
    Source: "AWS::EC2::SecurityGroup", CloudFormation Template Reference Guide.
    """
    return [opening for each in graph.of_type(GROUP) for opening in _inline(graph, each, direction)] + [
        opening
        for each in graph.of_type(f"{GROUP}{direction}")
        for opening in _read(
            graph, each, each.properties, "", identity(graph, each.properties.get("GroupId")), direction
        )
    ]


def _inline(graph: Graph, group: Resource, direction: Direction) -> Iterator[Opening]:
    name = f"SecurityGroup{direction}"
    rules = listed(group.properties.get(name))
    for index, rule in enumerate(rules):
        if isinstance(rule, Mapping):
            yield from _read(graph, group, rule, f"{name}.{index}", group.path, direction)
    if direction == "Egress" and not rules:
        yield from (Opening(group.path, name, group.path, everywhere, ALL) for everywhere in ("0.0.0.0/0", "::/0"))


def _read(
    graph: Graph, resource: Resource, rule: Mapping[str, Value], name: str, group: Value, direction: Direction
) -> Iterator[Opening]:
    ports = _ports(rule)
    if ports is not None:
        known = (each for each in _peers(graph, rule, direction) if isinstance(each, str) or is_symbolic(each))
        yield from (Opening(resource.path, name, group, peer, ports) for peer in known)


def _peers(graph: Graph, rule: Mapping[str, Value], direction: Direction) -> Iterator[Value]:
    other = _PEERS[direction]
    yield from (rule[name] for name in ("CidrIp", "CidrIpv6") if name in rule)
    for name in (f"{other}SecurityGroupId", "SourceSecurityGroupName"):
        if name in rule:
            yield identity(graph, rule[name])
    prefixes = rule.get(f"{other}PrefixListId")
    found = graph.target(prefixes)
    if found is not None and found.type == PREFIX_LIST:
        entries = listed(found.properties.get("Entries"))
        yield from (each["Cidr"] for each in entries if isinstance(each, Mapping) and "Cidr" in each)
    elif prefixes is not None:
        yield prefixes


def _ports(rule: Mapping[str, Value]) -> Ports | None:
    given = rule.get("IpProtocol")
    if not isinstance(given, str | int):
        return None
    protocol = _PROTOCOLS.get(str(given), str(given).lower())
    if protocol not in _WITH_PORTS:
        return Ports(protocol)
    ends = [number(rule.get(name, -1)) for name in ("FromPort", "ToPort")]
    if ends[0] is None or ends[1] is None:
        return None
    first, last = int(ends[0]), int(ends[1])
    return Ports(protocol) if -1 in (first, last) else Ports(protocol, first, last)
