"""Passages: the traffic that has to get through network ACLs for a system to work, and the answers to it.

Callers get to load balancers and load balancers to targets; what runs gets to the internet, from where it pulls its
image, by itself or by a NAT gateway. Who asks is answered on a port of its choice. What the template does not decide (a
subnet made elsewhere, an address that is not known) needs nothing here.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from stackwright.resolve.graph import Graph, Resource
from stackwright.resolve.symbols import Value
from stackwright.verify.acls import network
from stackwright.verify.forwarding import TARGET_GROUP, deliveries, load_balancers
from stackwright.verify.groups import Direction, Family, Ports
from stackwright.verify.interfaces import Interface
from stackwright.verify.reach import Reach
from stackwright.verify.routes import SUBNET, outward

WORLD: dict[Family, str] = {"IPv4": "0.0.0.0/0", "IPv6": "::/0"}

# "Ephemeral ports", Amazon VPC User Guide: what callers, load balancers and NAT gateways ask from, and what Linux does.
ANSWERS = Ports("tcp", 1024, 65535)
ANSWERS_TO_LINUX = Ports("tcp", 32768, 61000)

# "Path MTU Discovery": fragmentation needed, and packet too big.
TOO_BIG: dict[Family, Ports] = {"IPv4": Ports("icmp", 3, 3), "IPv6": Ports("icmpv6", 2, 2)}

_HTTPS = Ports("tcp", 443, 443)


@dataclass(frozen=True)
class Passage:
    """What a subnet has to let in or out: from or to which addresses, which ports, and what fails without."""

    subnet: Value
    direction: Direction
    peer: str
    ports: Ports
    without: str


def passages(graph: Graph) -> Iterator[Passage]:
    """Yield everything that has to get through the edge of a subnet."""
    reach = Reach(graph)
    faces = {each.path: each for each in reach.interfaces}
    for face in reach.interfaces:
        if face.kind == "load balancer":
            yield from _called(reach, face)
        elif face.kind in ("task", "instance"):
            yield from _asking(graph, face)
    for target_group in graph.of_type(TARGET_GROUP):
        for balancer in load_balancers(graph, target_group):
            for each in deliveries(graph, target_group):
                if balancer.path in faces and each.target in faces:
                    ports = dict.fromkeys((*each.ports, *each.checks))
                    yield from _delivered(graph, faces[balancer.path], faces[each.target], list(ports))


def _called(reach: Reach, balancer: Interface) -> Iterator[Passage]:
    """Yield the internet's way to a load balancer's listeners, as far as its groups let the whole internet in."""
    for family in sorted(balancer.families):
        open_to = [each.ports for group in balancer.groups for each in reach.of_group(group) if each.world() == family]
        ports = [both for each in reach.ports_of(balancer.path) for one in open_to if (both := each.overlap(one))]
        world, lost = WORLD[family], f"callers do not get to {balancer.path}"
        for subnet in balancer.subnets if ports else ():
            yield from (Passage(subnet, "Ingress", world, each, lost) for each in ports)
            yield Passage(subnet, "Egress", world, ANSWERS, f"callers of {balancer.path} get no answer")
            yield Passage(subnet, "Ingress", world, TOO_BIG[family], f"large answers of {balancer.path} may vanish")


def _delivered(graph: Graph, balancer: Interface, target: Interface, ports: list[Ports]) -> Iterator[Passage]:
    for here, home in _known(graph, balancer):
        for there, away in _known(graph, target):
            if here == there:
                continue
            lost = f"{balancer.path} does not get to {target.path}"
            for each in ports:
                yield Passage(here, "Egress", away, each, lost)
                yield Passage(there, "Ingress", home, each, lost)
            yield from _answered(here, home, there, away, f"{balancer.path} hears nothing of {target.path}")


def _answered(here: Value, home: str, there: Value, away: str, lost: str) -> Iterator[Passage]:
    """Yield the way back of what one subnet asks another."""
    yield Passage(there, "Egress", home, ANSWERS, lost)
    yield Passage(here, "Ingress", away, ANSWERS, lost)


def _asking(graph: Graph, face: Interface) -> Iterator[Passage]:
    """Yield the way to the internet and back of what runs, through each NAT gateway that its routes lead to."""
    lost = f"{face.path} does not get to the internet, nor to its image"
    for subnet, home in _known(graph, face):
        for route in outward(graph, subnet) or ():
            if route.destination != WORLD["IPv4"] or (route.way == "internet" and "IPv4" not in face.families):
                continue
            yield from _out_and_back(subnet, ANSWERS_TO_LINUX, lost)
            gateway = graph.target(route.target) if route.way == "nat" else None
            where = gateway.properties.get("SubnetId") if gateway else None
            if where is not None and where != subnet:
                yield Passage(where, "Ingress", home, _HTTPS, lost)
                yield from _out_and_back(where, ANSWERS, lost)
                yield Passage(where, "Egress", home, ANSWERS_TO_LINUX, lost)


def _out_and_back(subnet: Value, answers: Ports, lost: str) -> Iterator[Passage]:
    yield Passage(subnet, "Egress", WORLD["IPv4"], _HTTPS, lost)
    yield Passage(subnet, "Ingress", WORLD["IPv4"], answers, lost)
    yield Passage(subnet, "Ingress", WORLD["IPv4"], TOO_BIG["IPv4"], lost)


def _known(graph: Graph, face: Interface) -> Iterator[tuple[Value, str]]:
    """Yield the subnets of an interface whose addresses are known, each with them."""
    for subnet in face.subnets:
        found: Resource | None = graph.target(subnet)
        given = found.properties.get("CidrBlock") if found is not None and found.type == SUBNET else None
        if network(given) is not None:
            yield subnet, str(given)
