"""A service is created when requests can reach its target groups, not before."""

from __future__ import annotations

from collections.abc import Iterator

from stackwright.resolve.graph import Graph, Resource
from stackwright.verify.deployment import Deployment, at
from stackwright.verify.forwarding import LISTENER, LISTENER_RULE, target_groups
from stackwright.verify.order import ready_before
from stackwright.verify.rule import Finding, Rule
from stackwright.verify.tasks import SERVICE

FORWARDERS = (LISTENER, LISTENER_RULE)


def check(deployment: Deployment) -> Iterator[Finding]:
    """Yield each target group of a service that no listener forwards to when the service is created."""
    graph = deployment.graph
    for service in deployment.of(SERVICE):
        for key, group in target_groups(graph, service):
            yield from _forwarded(graph, service, group, key)


def _forwarded(graph: Graph, service: Resource, group: Resource, key: str) -> Iterator[Finding]:
    forwarders = [each.path for each in graph.users(group, *FORWARDERS)]
    if not forwarders:
        problem = "no listener forwards to this target group, and ECS refuses the service"
        yield Finding(service.path, key, at(service.properties, key), problem, f"forward to {group.path} by a listener")
    elif not set(forwarders) & ready_before(graph, service.path):
        problem = (
            f"may be created before {' or '.join(forwarders)} forwards to this target group, and ECS refuses it then"
        )
        yield Finding(service.path, key, at(service.properties, key), problem, f"let it depend on {forwarders[0]}")


RULE = Rule(
    claim="A service is created only after a listener forwards to each of its target groups.",
    why="ECS refuses a service whose target group hangs on no load balancer, and it depends on timing whether it does.",
    source="Use load balancing to distribute Amazon ECS service traffic (Amazon ECS Developer Guide)",
    about=(SERVICE,),
    check=check,
)
