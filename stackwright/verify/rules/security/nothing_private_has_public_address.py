"""What answers behind a load balancer has no address of its own in the internet.

Private are the tasks of services, the instances of Auto Scaling groups, those that a target group lists, and databases.
An instance beside them may be a bastion or a NAT instance, and a load balancer is the entrance.
"""

from __future__ import annotations

from collections.abc import Iterator

from stackwright.resolve.graph import Graph
from stackwright.verify.deployment import Deployment
from stackwright.verify.forwarding import TARGET_GROUP
from stackwright.verify.interfaces import AUTO_SCALING_GROUP, DATABASE, INSTANCE, SERVICE, Cause, Interface, interfaces
from stackwright.verify.routes import SUBNET, table
from stackwright.verify.rule import Finding, Rule

_PRIVATE = (SERVICE, AUTO_SCALING_GROUP, DATABASE)


def check(deployment: Deployment) -> Iterator[Finding]:
    """Yield what gives tasks, instances and databases a public address, once for each property that does."""
    graph = deployment.graph
    for interface in interfaces(graph):
        if _is_private(graph, interface):
            causes = [each for each in interface.causes if _leads_out(graph, interface, each)]
            for cause in {(each.path, each.property): each for each in causes}.values():
                yield _finding(interface, cause)


def _is_private(graph: Graph, interface: Interface) -> bool:
    found = graph.resources[interface.path]
    return found.type in _PRIVATE or (found.type == INSTANCE and bool(graph.users(found, TARGET_GROUP)))


def _leads_out(graph: Graph, interface: Interface, cause: Cause) -> bool:
    """Tell whether an address is one in the internet: every IPv4 one that is public, IPv6 behind an open gateway."""
    if cause.family == "IPv4":
        return True
    subnets = [each for each in map(graph.target, interface.subnets) if each is not None and each.type == SUBNET]
    tables = [found for each in subnets if (found := table(graph, each)) is not None]
    return any("internet" in each.ways("::/0") for each in tables)


def _finding(interface: Interface, cause: Cause) -> Finding:
    problem = f"gives the {interface.kind}s of {interface.path} a public {cause.family} address"
    mend = "take private subnets and no public address; the way out is a NAT gateway, or VPC endpoints"
    return Finding(cause.path, cause.property, cause.value, problem, mend)


RULE = Rule(
    claim="Tasks, databases and the instances behind load balancers have no address in the internet.",
    why="With an address of its own, one rule of a security group is all that is left between it and everybody.",
    source="Connect Amazon ECS applications to the internet (Amazon ECS Developer Guide)",
    about=(SERVICE, AUTO_SCALING_GROUP, INSTANCE, DATABASE),
    check=check,
)
