"""What load balancers do with requests: their listeners, the target groups these forward to, and who is in those."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from stackwright.resolve.graph import Graph, Resource
from stackwright.resolve.symbols import Value
from stackwright.verify.deployment import at, listed, number
from stackwright.verify.fleet import fleet
from stackwright.verify.groups import Ports
from stackwright.verify.interfaces import AUTO_SCALING_GROUP, CLASSIC, SERVICE
from stackwright.verify.tasks import containers, definition

LISTENER = "AWS::ElasticLoadBalancingV2::Listener"
LISTENER_RULE = "AWS::ElasticLoadBalancingV2::ListenerRule"
TARGET_GROUP = "AWS::ElasticLoadBalancingV2::TargetGroup"

# "CreateListener", Elastic Load Balancing API Reference: what a protocol of a listener is on the wire.
_ON_THE_WIRE = {
    **dict.fromkeys(("HTTP", "HTTPS", "SSL", "TCP", "TLS"), ("tcp",)),
    **dict.fromkeys(("QUIC", "UDP"), ("udp",)),
    **dict.fromkeys(("TCP_QUIC", "TCP_UDP"), ("tcp", "udp")),
}


@dataclass(frozen=True)
class Listener:
    """A listener: whose resource it is, its load balancer (a path, or what names one elsewhere), and its ports."""

    path: str
    load_balancer: Value
    ports: tuple[Ports, ...]


@dataclass(frozen=True)
class Delivery:
    """A target behind a target group, the ports that requests arrive at there, and those of health checks.

    The target is what has the address: a service whose tasks have their own, else the group of their instances.
    """

    target: str
    ports: tuple[Ports, ...]
    checks: tuple[Ports, ...]


def listeners(graph: Graph) -> list[Listener]:
    """Return every listener whose port and protocol are known."""
    made = [_listener(graph, each) for each in graph.of_type(LISTENER)]
    made += [one for each in graph.of_type(CLASSIC) for one in _classic(each)]
    return [each for each in made if each.ports]


def _listener(graph: Graph, listener: Resource) -> Listener:
    given = listener.properties
    found = graph.target(given.get("LoadBalancerArn"))
    owner = found.path if found is not None else given.get("LoadBalancerArn")
    return Listener(listener.path, owner, _wire(given.get("Protocol"), given.get("Port")))


def _classic(load_balancer: Resource) -> Iterator[Listener]:
    for each in listed(load_balancer.properties.get("Listeners")):
        ports = _wire(str(at(each, "Protocol")).upper(), at(each, "LoadBalancerPort"))
        yield Listener(load_balancer.path, load_balancer.path, ports)


def _wire(protocol: Value, port: Value) -> tuple[Ports, ...]:
    found = number(port)
    if found is None or not isinstance(protocol, str):
        return ()
    return tuple(Ports(each, int(found), int(found)) for each in _ON_THE_WIRE.get(protocol, ()))


def forwarded(graph: Graph, listener: str) -> list[Resource]:
    """Return the target groups that the listener of this path forwards to, by default or by a rule."""
    found = graph.resources[listener]
    rules = [each for each in graph.of_type(LISTENER_RULE) if graph.target(each.properties.get("ListenerArn")) == found]
    actions = [found.properties.get("DefaultActions"), *(each.properties.get("Actions") for each in rules)]
    return [each for each in graph.mentioned(actions) if each.type == TARGET_GROUP]


def load_balancers(graph: Graph, target_group: Resource) -> list[Resource]:
    """Return the load balancers that send requests to a target group, by a listener or by its rules."""
    senders = graph.users(target_group, LISTENER, LISTENER_RULE)
    those = [
        graph.target(each.properties.get("ListenerArn")) if each.type == LISTENER_RULE else each for each in senders
    ]
    found = [graph.target(each.properties.get("LoadBalancerArn")) for each in those if each]
    return list({each.path: each for each in found if each}.values())


def behind(graph: Graph, service: Resource) -> Iterator[tuple[Resource, Mapping[str, Any]]]:
    """Yield each target group of a service, of those that are known, with the container that answers for it."""
    by_name = {str(each.get("Name")): each for each in containers(graph, service)}
    for key, group in target_groups(graph, service):
        _, index, *_ = key.split(".")
        container = at(service.properties, f"LoadBalancers.{index}.ContainerName")
        yield group, by_name.get(str(container), {})


def target_groups(graph: Graph, service: Resource) -> Iterator[tuple[str, Resource]]:
    """Yield each target group of a service and the property that names it; blue and green are two."""
    for index, each in enumerate(listed(service.properties.get("LoadBalancers"))):
        for key in ("TargetGroupArn", "AdvancedConfiguration.AlternateTargetGroupArn"):
            group = graph.target(at(each, key))
            if group is not None and group.type == TARGET_GROUP:
                yield f"LoadBalancers.{index}.{key}", group


def deliveries(graph: Graph, target_group: Resource) -> Iterator[Delivery]:
    """Yield every target behind a target group: services, Auto Scaling groups and what it lists itself."""
    for target, port in _targets(graph, target_group):
        wire = _wire(target_group.properties.get("Protocol"), port)
        yield Delivery(target, wire, _checked(target_group, wire))


def _targets(graph: Graph, target_group: Resource) -> Iterator[tuple[str, Value]]:
    for service in graph.of_type(SERVICE):
        for each in listed(service.properties.get("LoadBalancers")):
            if target_group in graph.mentioned(each):
                yield _answering(graph, service, at(each, "ContainerPort"))
    port = target_group.properties.get("Port")
    for group in graph.of_type(AUTO_SCALING_GROUP):
        if target_group in graph.mentioned(group.properties.get("TargetGroupARNs")):
            yield group.path, port
    for each in listed(target_group.properties.get("Targets")):
        found = graph.target(at(each, "Id"))
        if found is not None:
            yield found.path, at(each, "Port", port)


def _answering(graph: Graph, service: Resource, port: Value) -> tuple[str, Value]:
    """Return who answers for a service's container port, and on which port: its tasks, or the instances they are on.

    In bridge mode the port is the mapping's on the host, unknown where one is chosen for each task.
    """
    used = fleet(graph, service)
    if used is None or at(service.properties, "NetworkConfiguration.AwsvpcConfiguration") is not None:
        return service.path, port
    found = definition(graph, service)
    if found is None or found.properties.get("NetworkMode") == "host":
        return used.group.path, port
    for container in listed(found.properties.get("ContainerDefinitions")):
        for each in listed(at(container, "PortMappings")):
            if str(at(each, "ContainerPort")) == str(port):
                return used.group.path, at(each, "HostPort") or None
    return used.group.path, None


def _checked(target_group: Resource, traffic: tuple[Ports, ...]) -> tuple[Ports, ...]:
    """Return where health checks go; they are TCP, whatever the traffic."""
    port = target_group.properties.get("HealthCheckPort", "traffic-port")
    if port == "traffic-port":
        return tuple(dict.fromkeys(Ports("tcp", each.first, each.last) for each in traffic))
    return _wire("TCP", port)
