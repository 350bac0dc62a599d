"""Requests and health checks get from a load balancer to its targets: its groups let them out, theirs let them in."""

from __future__ import annotations

from collections.abc import Iterator

from stackwright.resolve.graph import Graph
from stackwright.resolve.symbols import Value
from stackwright.verify.deployment import Deployment
from stackwright.verify.forwarding import TARGET_GROUP, deliveries, load_balancers
from stackwright.verify.groups import Direction, Opening, Ports, openings
from stackwright.verify.interfaces import Interface, interfaces
from stackwright.verify.rule import Finding, Rule

_SIDES: tuple[Direction, Direction] = ("Egress", "Ingress")
# What the example "Remove default rule" of AWS::EC2::SecurityGroup lets out: nothing that leaves the host.
_LOOPBACK = "127."


def check(deployment: Deployment) -> Iterator[Finding]:
    """Yield each port of a target that requests or health checks cannot get to, by the side that is closed."""
    graph = deployment.graph
    faces = {each.path: each for each in interfaces(graph)}
    rules = {each: openings(graph, each) for each in _SIDES}
    found = {
        (side.path, direction, ports): _finding(side, direction, peer, ports)
        for balancer, target, ports in _sent(deployment, faces)
        for direction, side, peer in zip(_SIDES, (balancer, target), (target, balancer), strict=True)
        if _closed(graph, rules[direction], side, peer, ports)
    }
    yield from found.values()


def _sent(deployment: Deployment, faces: dict[str, Interface]) -> Iterator[tuple[Interface, Interface, Ports]]:
    for target_group in deployment.of(TARGET_GROUP):
        for balancer in load_balancers(deployment.graph, target_group):
            for each in deliveries(deployment.graph, target_group):
                if balancer.path in faces and each.target in faces:
                    for ports in dict.fromkeys((*each.ports, *each.checks)):
                        yield faces[balancer.path], faces[each.target], ports


def _closed(graph: Graph, rules: list[Opening], side: Interface, peer: Interface, ports: Ports) -> bool:
    """Tell whether no rule of a side lets the other in or out; a group that is made elsewhere may have one."""
    if not side.groups or any(_elsewhere(graph, each) for each in side.groups):
        return False
    mine = [each for each in rules if each.group in side.groups and each.ports.covers(ports)]
    return not any(each.peer in peer.groups or _may_be(graph, each.peer) for each in mine)


def _elsewhere(graph: Graph, group: Value) -> bool:
    return not isinstance(group, str) or group not in graph.resources


def _may_be(graph: Graph, peer: Value) -> bool:
    """Tell whether a rule's peer may be the other side although it is not one of its groups: a range, or unknown."""
    if isinstance(peer, str):
        return peer not in graph.resources and not peer.startswith((_LOOPBACK, "sg-"))
    return True


def _finding(side: Interface, direction: Direction, peer: Interface, ports: Ports) -> Finding:
    towards = "out to" if direction == "Egress" else "in from"
    problem = f"no security group of {side.path} lets {ports} {towards} {peer.path}: its health checks fail for ever"
    groups = ", ".join(map(str, peer.groups)) or peer.path
    path = str(side.groups[0])
    return Finding(path, f"SecurityGroup{direction}", None, problem, f"let {ports} {towards} {groups}")


RULE = Rule(
    claim="Requests and health checks get through the security groups of load balancers and targets.",
    why="A target that its load balancer does not reach never becomes healthy, and the deployment waits for hours.",
    source="Security groups for your Application Load Balancer (User Guide for Application Load Balancers)",
    about=(TARGET_GROUP,),
    check=check,
)
