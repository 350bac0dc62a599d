"""Where a subnet's traffic leaves it: its route table, and the gateways that the routes lead to.

What the template does not decide stays unknown: a subnet made elsewhere, or a route table made elsewhere, has no
`Table` here, and a target that nobody knows goes the way "unknown".
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from stackwright.resolve.graph import Graph, Resource
from stackwright.resolve.symbols import Value, is_symbolic
from stackwright.verify.deployment import listed
from stackwright.verify.groups import Family, world_of

SUBNET = "AWS::EC2::Subnet"
ASSOCIATION = "AWS::EC2::SubnetRouteTableAssociation"
ROUTE = "AWS::EC2::Route"
ROUTE_TABLE = "AWS::EC2::RouteTable"
ENDPOINT = "AWS::EC2::VPCEndpoint"
EVERYWHERE = ("0.0.0.0/0", "::/0")

Way = Literal["internet", "egress-only", "nat", "other", "unknown"]

_DESTINATIONS = ("DestinationCidrBlock", "DestinationIpv6CidrBlock", "DestinationPrefixListId")
# "AWS::EC2::Route", CloudFormation Template Reference Guide: every property that names where the traffic goes.
_TARGETS: dict[str, Way] = {
    "GatewayId": "unknown",
    "EgressOnlyInternetGatewayId": "egress-only",
    "NatGatewayId": "nat",
    "CarrierGatewayId": "other",
    "CoreNetworkArn": "other",
    "InstanceId": "other",
    "LocalGatewayId": "other",
    "NetworkInterfaceId": "other",
    "OdbNetworkArn": "other",
    "TransitGatewayId": "other",
    "VpcEndpointId": "other",
    "VpcPeeringConnectionId": "other",
}


@dataclass(frozen=True)
class Route:
    """One route: where to (`0.0.0.0/0`, a prefix list, an unknown), which way, and by which property and value."""

    path: str
    destination: Value
    way: Way
    key: str
    target: Value

    @property
    def default(self) -> bool:
        """Whether it takes everything, of IPv4 or of IPv6, that no other route takes."""
        return self.destination in EVERYWHERE

    @property
    def outward(self) -> bool:
        """Whether it may take what goes to the internet: all of it, half of it, or a prefix list."""
        known = isinstance(self.destination, str) and not self.destination.startswith("pl-")
        return not known or world_of(self.destination) is not None


@dataclass(frozen=True)
class Table:
    """A subnet's route table: its path, empty for the VPC's main one; its routes; its gateway endpoints' paths."""

    path: str
    routes: tuple[Route, ...] = ()
    endpoints: tuple[str, ...] = ()

    @property
    def unknown(self) -> bool:
        """Whether some route leads nobody knows where, or nobody knows which way."""
        return any(each.way == "unknown" or is_symbolic(each.destination) for each in self.routes)

    def ways(self, destination: str) -> set[Way]:
        """Return which ways the routes to exactly this destination go; none where there is no such route."""
        return {each.way for each in self.routes if each.destination == destination}


def table(graph: Graph, subnet: Resource) -> Table | None:
    """Return a subnet's route table, None where the template does not say which.

    Without an association a subnet has its VPC's main table. That of a VPC in the template holds the local route
    only: CloudFormation has no name for it that a route could be added by.
    Source: "Subnet route tables", Amazon VPC User Guide.
    """
    mine = [each for each in graph.of_type(ASSOCIATION) if graph.target(each.properties.get("SubnetId")) == subnet]
    if mine:
        found = graph.target(mine[0].properties.get("RouteTableId"))
        return of_table(graph, found) if found and found.type == ROUTE_TABLE else None
    if graph.target(subnet.properties.get("VpcId")) is None or any(_for_anyone(graph, each) for each in _pairs(graph)):
        return None
    return Table("")


def of_table(graph: Graph, found: Resource) -> Table:
    """Return what a route table of the template holds."""
    routes = [each for each in graph.of_type(ROUTE) if graph.target(each.properties.get("RouteTableId")) == found]
    return Table(found.path, tuple(_route(graph, each) for each in routes), tuple(_endpoints(graph, found)))


def from_internet(graph: Graph, subnet: Value, family: Family) -> bool:
    """Tell whether a subnet has a route to an internet gateway; one that is made elsewhere may have.

    Without one, what has a public address there neither hears the internet nor answers it.
    """
    found = _known(graph, subnet)
    if found is None or found.unknown:
        return True
    return any(each.way == "internet" and world_of(each.destination) in (family, None) for each in found.routes)


def outward(graph: Graph, subnet: Value) -> list[Route] | None:
    """Return a subnet's routes that may take what goes to the internet; None where nobody knows them."""
    found = _known(graph, subnet)
    return None if found is None or found.unknown else [each for each in found.routes if each.outward]


def is_dead_end(graph: Graph, route: Route) -> bool:
    """Tell whether a route leads to a NAT gateway that does not get to the internet itself.

    Source: "NAT gateway basics", Amazon VPC User Guide: a public one is in a subnet with a route to the gateway.
    """
    gateway = graph.target(route.target) if route.way == "nat" else None
    if gateway is None or gateway.properties.get("ConnectivityType", "public") != "public":
        return False
    subnet = gateway.properties.get("SubnetId")
    return subnet is not None and not from_internet(graph, subnet, "IPv4")


def _known(graph: Graph, subnet: Value) -> Table | None:
    found = graph.target(subnet)
    return table(graph, found) if found is not None and found.type == SUBNET else None


def _pairs(graph: Graph) -> Iterator[Value]:
    return (each.properties.get("SubnetId") for each in graph.of_type(ASSOCIATION))


def _for_anyone(graph: Graph, subnet: Value) -> bool:
    """Tell whether an association's subnet is not known, and so may be any."""
    return is_symbolic(subnet) and graph.target(subnet) is None


def _route(graph: Graph, route: Resource) -> Route:
    given = route.properties
    destination = next((given[each] for each in _DESTINATIONS if each in given), None)
    name = next((each for each in _TARGETS if each in given), "")
    target = given.get(name)
    way = _gateway(graph, target) if name == "GatewayId" else _TARGETS.get(name, "unknown")
    return Route(route.path, destination, way, name, target)


def _gateway(graph: Graph, target: Value) -> Way:
    found = graph.target(target)
    if found is not None:
        return "internet" if found.type == "AWS::EC2::InternetGateway" else "other"
    if isinstance(target, str):
        return "internet" if target.startswith("igw-") else "other"
    return "unknown"


def _endpoints(graph: Graph, found: Resource) -> Iterator[str]:
    for each in graph.of_type(ENDPOINT):
        if any(graph.target(value) == found for value in listed(each.properties.get("RouteTableIds"))):
            yield each.path
