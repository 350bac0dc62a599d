"""Into a task come its load balancer's requests and health checks, what other tasks ask of it, and nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from stackwright.resolve.graph import Graph, Resource
from stackwright.resolve.symbols import Value
from stackwright.verify.deployment import Deployment, listed
from stackwright.verify.forwarding import behind, deliveries, load_balancers
from stackwright.verify.groups import GROUP, Opening, Ports
from stackwright.verify.interfaces import SERVICE, Interface
from stackwright.verify.reach import Reach, undeclared
from stackwright.verify.rule import Finding, Rule

VPC = "AWS::EC2::VPC"
# Who else may call a task by a group of the template: other tasks, and API Gateway in front of them.
_CALLERS = (SERVICE, "AWS::ApiGatewayV2::VpcLink")
_WITHOUT_PORTS = ("icmp", "icmpv6")


@dataclass(frozen=True)
class _Entry:
    """How requests come to a service: by load balancers with these groups, to these ports.

    `known` says whether every load balancer is in the template; `ranges` whether one of them has no group of its own,
    so that tasks can tell its requests by their addresses only.
    """

    groups: frozenset[Value]
    ports: list[Ports]
    known: bool
    ranges: bool


def check(deployment: Deployment) -> Iterator[Finding]:
    """Yield each rule of a task's group that lets in somebody else, or its load balancer to another port."""
    reach = Reach(deployment.graph)
    tasks = [each for each in reach.interfaces if each.kind == "task"]
    for task in tasks:
        entry = _entry(reach, deployment.graph.resources[task.path])
        for opening in (each for group in task.groups for each in reach.of_group(group)):
            problem = None if opening.ports.protocol in _WITHOUT_PORTS else _problem(deployment.graph, entry, opening)
            if problem:
                yield _finding(task, entry, opening, problem)


def _entry(reach: Reach, service: Resource) -> _Entry:
    graph = reach.graph
    target_groups = [group for group, _ in behind(graph, service)]
    sent = [each for group in target_groups for each in deliveries(graph, group) if each.target == service.path]
    balancers = [load_balancers(graph, each) for each in target_groups]
    paths = {each.path for found in balancers for each in found}
    faces = [each for each in reach.interfaces if each.path in paths]
    return _Entry(
        groups=frozenset(group for each in faces for group in each.groups),
        ports=[port for each in sent for port in (*each.ports, *each.checks)],
        known=all(balancers) and len(target_groups) >= len(listed(service.properties.get("LoadBalancers"))),
        ranges=any(not each.filtered for each in faces),
    )


def _problem(graph: Graph, entry: _Entry, opening: Opening) -> str | None:
    if opening.peer in entry.groups or (entry.ranges and _is_range(graph, opening.peer)):
        if entry.ports and undeclared(opening.ports, entry.ports):
            return f"{opening.ports} is open to the load balancer, which sends requests and checks elsewhere"
        return None
    if _is_range(graph, opening.peer):
        return _of_range(entry, opening)
    return _of_group(graph, entry, opening)


def _of_range(entry: _Entry, opening: Opening) -> str | None:
    if entry.groups or opening.world():
        return f"{opening.peer} can call the tasks, past the load balancer, its log and its limits"
    return None


def _of_group(graph: Graph, entry: _Entry, opening: Opening) -> str | None:
    found = graph.resources.get(opening.peer) if isinstance(opening.peer, str) else None
    if found is None or found.type != GROUP or not entry.known or graph.users(found, *_CALLERS):
        return None
    return f"members of {opening.peer} can call the tasks, and are neither their load balancer nor tasks"


def _is_range(graph: Graph, peer: Value) -> bool:
    if isinstance(peer, str):
        return "/" in peer and peer not in graph.resources
    found = graph.target(peer)
    return found is not None and found.type == VPC


def _finding(task: Interface, entry: _Entry, opening: Opening, problem: str) -> Finding:
    ports = f" on {', '.join(dict.fromkeys(map(str, entry.ports)))}" if entry.ports else ""
    peers = " or ".join(sorted(map(str, entry.groups))) or "other tasks' groups"
    value = f"{opening.ports} from {opening.peer}"
    return Finding(
        opening.path, opening.property, value, f"{problem}: {task.path}", f"let in {peers}{ports}, nothing else"
    )


RULE = Rule(
    claim="Tasks admit only their load balancer, on the ports it sends to, and other tasks.",
    why="Who reaches a task past its load balancer passes by TLS, access log, limits and the web's firewall.",
    source="Security groups for your Application Load Balancer (User Guide for Application Load Balancers)",
    about=(SERVICE,),
    check=check,
)
