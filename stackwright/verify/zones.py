"""Availability zones: where resources are spread, and what goes when one zone goes.

A zone is its name (`us-east-1a`) or, where nobody knows the name, the unknown value itself: two equal unknowns are one
zone. A subnet made elsewhere is a zone of its own, because it may be.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from stackwright.resolve.graph import Graph, Resource
from stackwright.resolve.symbols import Symbol, Value
from stackwright.verify.deployment import at, listed
from stackwright.verify.routes import ASSOCIATION, SUBNET

LOAD_BALANCER = "AWS::ElasticLoadBalancingV2::LoadBalancer"
CLASSIC = "AWS::ElasticLoadBalancing::LoadBalancer"
LOAD_BALANCERS = (LOAD_BALANCER, CLASSIC)
GROUP = "AWS::AutoScaling::AutoScalingGroup"
SERVICE = "AWS::ECS::Service"
INTERFACE_ENDPOINT = "AWS::EC2::VPCEndpoint"

# Where each type says which subnets, or else which zones, it is in; of a list of maps, the key of each.
_PLACES: Mapping[str, tuple[tuple[str, str], ...]] = {
    LOAD_BALANCER: (("Subnets", ""), ("SubnetMappings", "SubnetId")),
    CLASSIC: (("Subnets", ""), ("AvailabilityZones", "")),
    GROUP: (("VPCZoneIdentifier", ""), ("AvailabilityZones", "")),
    SERVICE: (("NetworkConfiguration.AwsvpcConfiguration.Subnets", ""),),
    INTERFACE_ENDPOINT: (("SubnetIds", ""),),
}
SPREAD = tuple(_PLACES)

# What lives in one subnet and goes with it; a route that leads there stays, and leads nowhere.
_LIVE_IN_A_SUBNET = (
    ASSOCIATION,
    "AWS::EC2::NatGateway",
    "AWS::EC2::Instance",
    "AWS::EC2::NetworkInterface",
    "AWS::EFS::MountTarget",
)


@dataclass(frozen=True)
class Spread:
    """Where a resource is: the property that says so, its subnets or zones as given, and the zones, each once."""

    property: str
    given: tuple[Value, ...]
    zones: tuple[Value, ...]


def zone_of(subnet: Resource) -> Value:
    """Return a subnet's zone, by name or id; the subnet's own reference where AWS chooses."""
    found = subnet.properties.get("AvailabilityZone") or subnet.properties.get("AvailabilityZoneId")
    return found if found is not None else Symbol(subnet.path, "AvailabilityZone")


def spread(graph: Graph, resource: Resource) -> Spread | None:
    """Return where a resource is spread; None for one that is in no subnet, or in nobody knows which."""
    for path, key in _PLACES.get(resource.type, ()):
        value = at(resource.properties, path)
        if value is None:
            continue
        given = tuple(at(each, key) if key else each for each in _items(value))
        known = given and not any(_is_list(graph, each) for each in given)
        return Spread(path, given, distinct(_zone(graph, each) for each in given)) if known else None
    return None


def named(zones: Iterable[Value]) -> bool:
    """Tell whether all of these zones are known by name, and none is a subnet that was made elsewhere."""
    return all(isinstance(each, str) and not each.startswith("subnet-") for each in zones)


def zones(graph: Graph) -> tuple[Value, ...]:
    """Return every zone that a subnet of the template is in."""
    return distinct(zone_of(each) for each in graph.of_type(SUBNET))


def lost(graph: Graph, zone: Value) -> frozenset[str]:
    """Return the paths of all that goes when a zone goes: its subnets, and what lives in one of them.

    A NAT gateway in regional mode has no subnet, and stays; addresses and route tables are of the region.
    """
    subnets = {each.path for each in graph.of_type(SUBNET) if zone_of(each) == zone}
    inside = {each.path for each in graph.of_type(*_LIVE_IN_A_SUBNET) if _home(each) in subnets}
    return frozenset(subnets | inside)


def distinct(values: Iterable[Value]) -> tuple[Value, ...]:
    """Return the values in their order, each once; they need not be hashable."""
    found: list[Value] = []
    for each in values:
        if each not in found:
            found.append(each)
    return tuple(found)


def _items(value: Value) -> list[Value]:
    """Return a list's items; subnets may be one text with commas."""
    return value.split(",") if isinstance(value, str) else listed(value)


def _is_list(graph: Graph, value: Value) -> bool:
    """Tell whether a value may stand for several: an unknown that is no subnet of the template."""
    return not isinstance(value, str) and graph.target(value) is None


def _zone(graph: Graph, value: Value) -> Value:
    found = graph.target(value)
    return zone_of(found) if found is not None and found.type == SUBNET else value


def _home(resource: Resource) -> str:
    subnet = resource.properties.get("SubnetId") or at(resource.properties, "NetworkInterfaces.0.SubnetId")
    return subnet.path if isinstance(subnet, Symbol) else ""
