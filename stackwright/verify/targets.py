"""A service and the load balancing it stands behind: its containers, target groups and their load balancers.

What is named elsewhere (a target group of another stack, a task definition by its ARN) is not in the graph, and so is
left out.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from stackwright.resolve.graph import Graph, Resource
from stackwright.verify.deployment import at, listed

SERVICE = "AWS::ECS::Service"
TASK_DEFINITION = "AWS::ECS::TaskDefinition"
TARGET_GROUP = "AWS::ElasticLoadBalancingV2::TargetGroup"
LISTENER = "AWS::ElasticLoadBalancingV2::Listener"
LISTENER_RULE = "AWS::ElasticLoadBalancingV2::ListenerRule"
LOAD_BALANCER = "AWS::ElasticLoadBalancingV2::LoadBalancer"


def task_definition(graph: Graph, service: Resource) -> Resource | None:
    """Return the task definition that a service runs."""
    return graph.target(service.properties.get("TaskDefinition"))


def containers(graph: Graph, service: Resource) -> list[Mapping[str, Any]]:
    """Return the definitions of the containers in a service's tasks."""
    definition = task_definition(graph, service)
    given = listed(definition.properties.get("ContainerDefinitions")) if definition else []
    return [each for each in given if isinstance(each, Mapping)]


def behind(graph: Graph, service: Resource) -> Iterator[tuple[Resource, Mapping[str, Any]]]:
    """Yield each target group of a service with the container that answers for it."""
    by_name = {str(each.get("Name")): each for each in containers(graph, service)}
    for each in listed(service.properties.get("LoadBalancers")):
        group = graph.target(at(each, "TargetGroupArn"))
        if group:
            yield group, by_name.get(str(at(each, "ContainerName")), {})


def load_balancers(graph: Graph, target_group: Resource) -> list[Resource]:
    """Return the load balancers that send requests to a target group, by a listener or by its rules."""
    senders = graph.users(target_group, LISTENER, LISTENER_RULE)
    listeners = [
        graph.target(each.properties.get("ListenerArn")) if each.type == LISTENER_RULE else each for each in senders
    ]
    found = [graph.target(each.properties.get("LoadBalancerArn")) for each in listeners if each]
    return list({each.path: each for each in found if each}.values())
