"""What has an address in a network: load balancers, tasks, instances, databases; in which subnets, behind which groups.

A service whose tasks use the instance's own network has no address: its instances have.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from stackwright.resolve.graph import Graph, Resource
from stackwright.resolve.symbols import Value, is_symbolic
from stackwright.verify.deployment import at, listed, on, whole
from stackwright.verify.groups import Family, identity
from stackwright.verify.launch import LAUNCH_CONFIGURATION as LAUNCH_CONFIGURATION
from stackwright.verify.launch import LAUNCH_TEMPLATE as LAUNCH_TEMPLATE
from stackwright.verify.launch import launch_data, launches

LOAD_BALANCER = "AWS::ElasticLoadBalancingV2::LoadBalancer"
CLASSIC = "AWS::ElasticLoadBalancing::LoadBalancer"
SERVICE = "AWS::ECS::Service"
AUTO_SCALING_GROUP = "AWS::AutoScaling::AutoScalingGroup"
INSTANCE = "AWS::EC2::Instance"
NETWORK_INTERFACE = "AWS::EC2::NetworkInterface"
DATABASE = "AWS::RDS::DBInstance"
ASSOCIATION = "AWS::EC2::EIPAssociation"
ADDRESS = "AWS::EC2::EIP"

Kind = Literal["load balancer", "task", "instance", "database", "interface"]


@dataclass(frozen=True)
class Cause:
    """Why something has a public address: which resource's property says so, with which value."""

    family: Family
    path: str
    property: str
    value: Value


@dataclass(frozen=True)
class Interface:
    """One thing with addresses: the resource it belongs to, its subnets and groups, and why it is public, if it is.

    `filtered` is False for a network load balancer without security groups: its listeners are open to anybody.
    """

    path: str
    kind: Kind
    subnets: tuple[Value, ...]
    groups: tuple[Value, ...]
    causes: tuple[Cause, ...] = field(default=())
    filtered: bool = True

    @property
    def families(self) -> frozenset[Family]:
        """The kinds of public addresses it has."""
        return frozenset(each.family for each in self.causes)


def interfaces(graph: Graph) -> list[Interface]:
    """Return everything that has an address in a network."""
    return [found for each in graph.resources.values() if each.type in _READ for found in _READ[each.type](graph, each)]


def _made(graph: Graph, resource: Resource, kind: Kind, subnets: Value, groups: Value, *causes: Cause) -> Interface:
    known = dict.fromkeys(
        identity(graph, each) for each in listed(groups) if isinstance(each, str) or is_symbolic(each)
    )
    return Interface(resource.path, kind, tuple(listed(subnets)), tuple(known), causes)


def is_internet_facing(load_balancer: Resource) -> bool:
    """Tell whether a load balancer has public addresses: the default. Source: CreateLoadBalancer, API Reference."""
    return bool(load_balancer.properties.get("Scheme", "internet-facing") == "internet-facing")


def _load_balancer(graph: Graph, found: Resource) -> Iterator[Interface]:
    given = found.properties
    if given.get("Type") in ("gateway", "gateway-load-balancer"):
        return
    kind = given.get("IpAddressType", "ipv4")
    families: list[Family] = [] if kind == "dualstack-without-public-ipv4" else ["IPv4"]
    families += ["IPv6"] if str(kind).startswith("dualstack") else []
    scheme = given.get("Scheme", "internet-facing")
    causes = [Cause(each, found.path, "Scheme", scheme) for each in families if is_internet_facing(found)]
    subnets = given.get("Subnets") or [at(each, "SubnetId") for each in listed(given.get("SubnetMappings"))]
    made = _made(graph, found, "load balancer", subnets, given.get("SecurityGroups"), *causes)
    filtered = given.get("Type", "application") != "network" or bool(made.groups)
    yield Interface(made.path, made.kind, made.subnets, made.groups, made.causes, filtered)


def _service(graph: Graph, found: Resource) -> Iterator[Interface]:
    given = at(found.properties, "NetworkConfiguration.AwsvpcConfiguration")
    if not isinstance(given, Mapping):
        return
    name = "NetworkConfiguration.AwsvpcConfiguration.AssignPublicIp"
    assigned = given.get("AssignPublicIp")
    causes = [Cause("IPv4", found.path, name, assigned)] if assigned == "ENABLED" else []
    # "Amazon ECS task networking options for Fargate": a task in a subnet with IPv6 addresses has one.
    causes += _of_subnets(graph, given.get("Subnets"), "IPv6", "Ipv6CidrBlock", bool)
    yield _made(graph, found, "task", given.get("Subnets"), given.get("SecurityGroups"), *causes)


def _group(graph: Graph, found: Resource) -> Iterator[Interface]:
    given = found.properties
    subnets = given.get("VPCZoneIdentifier")
    made = [_launched(graph, found, each, launch_data(each), subnets) for each in launches(graph, found)]
    if made:
        groups = tuple(dict.fromkeys(group for each in made for group in each.groups))
        yield replace(made[0], groups=groups, causes=tuple(cause for each in made for cause in each.causes))


def _instance(graph: Graph, found: Resource) -> Iterator[Interface]:
    yield _launched(graph, found, found, ("", found.properties), found.properties.get("SubnetId"))


def _launched(
    graph: Graph, owner: Resource, said: Resource, data: tuple[str, Mapping[str, Any]], subnets: Value
) -> Interface:
    prefix, given = data
    cards = [each for each in listed(given.get("NetworkInterfaces")) if isinstance(each, Mapping)]
    groups = [*listed(given.get("SecurityGroupIds")), *listed(given.get("SecurityGroups"))]
    groups += [group for card in cards for name in ("Groups", "GroupSet") for group in listed(card.get(name))]
    subnets = subnets or [card["SubnetId"] for card in cards if "SubnetId" in card]
    causes = list(_explicit(said, prefix, given, cards))
    if not any("AssociatePublicIpAddress" in each for each in (given, *cards)):
        causes += _of_subnets(graph, subnets, "IPv4", "MapPublicIpOnLaunch", on)
    causes += _of_subnets(graph, subnets, "IPv6", "AssignIpv6AddressOnCreation", on)
    causes += _elastic(graph, owner)
    return _made(graph, owner, "instance", subnets, groups, *causes)


def _explicit(said: Resource, prefix: str, given: Mapping[str, Any], cards: list[Mapping[str, Any]]) -> Iterator[Cause]:
    places = [(prefix, given), *((f"{prefix}NetworkInterfaces.{index}.", card) for index, card in enumerate(cards))]
    for place, each in places:
        if on(each.get("AssociatePublicIpAddress")):
            name = f"{place}AssociatePublicIpAddress"
            yield Cause("IPv4", said.path, name, each["AssociatePublicIpAddress"])
        for name in ("Ipv6AddressCount", "Ipv6Addresses"):
            if isinstance(each.get(name), list) or whole(each.get(name), 0) > 0:
                yield Cause("IPv6", said.path, f"{place}{name}", each[name])


def _of_subnets(graph: Graph, subnets: Value, family: Family, name: str, holds: Callable[[Value], bool]) -> list[Cause]:
    found = [subnet for subnet in map(graph.target, listed(subnets)) if subnet is not None]
    return [Cause(family, each.path, name, each.properties[name]) for each in found if holds(each.properties.get(name))]


def _elastic(graph: Graph, owner: Resource) -> Iterator[Cause]:
    for each in graph.of_type(ASSOCIATION, ADDRESS):
        for name in ("InstanceId", "NetworkInterfaceId"):
            if graph.target(each.properties.get(name)) == owner:
                yield Cause("IPv4", each.path, name, each.properties[name])


def _card(graph: Graph, found: Resource) -> Iterator[Interface]:
    given = found.properties
    causes = list(_elastic(graph, found))
    yield _made(graph, found, "interface", given.get("SubnetId"), given.get("GroupSet"), *causes)


def _database(graph: Graph, found: Resource) -> Iterator[Interface]:
    given = found.properties
    subnets = graph.target(given.get("DBSubnetGroupName"))
    public = given.get("PubliclyAccessible")
    causes = [Cause("IPv4", found.path, "PubliclyAccessible", public)] if on(public) else []
    inside = subnets.properties.get("SubnetIds") if subnets is not None else None
    yield _made(graph, found, "database", inside, given.get("VPCSecurityGroups"), *causes)


_READ: dict[str, Callable[[Graph, Resource], Iterator[Interface]]] = {
    LOAD_BALANCER: _load_balancer,
    CLASSIC: _load_balancer,
    SERVICE: _service,
    AUTO_SCALING_GROUP: _group,
    INSTANCE: _instance,
    NETWORK_INTERFACE: _card,
    DATABASE: _database,
}
