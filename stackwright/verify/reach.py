"""Every way from the internet to a port of the deployment.

    internet -> Vpc/InternetGateway -> LoadBalancer/SecurityGroup (tcp 22) -> LoadBalancer/LoadBalancer

A way leads through an internet gateway that the subnet's routes name, the subnet's network ACL and a security group
to something that has a public address (`direct`), or through a service of AWS that has one (API Gateway, CloudFront).
From a load balancer it goes on through the listener to the targets that admit it. It ends at what runs code: what
that passes on is the code's affair, not the network's. What the template leaves open counts as a way: a subnet made
elsewhere has the routes that a public address needs.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property

from stackwright.resolve.graph import Graph, Resource
from stackwright.resolve.symbols import Value
from stackwright.verify import routes
from stackwright.verify.acls import let_in, without
from stackwright.verify.deployment import at, listed, whole
from stackwright.verify.forwarding import Listener, deliveries, forwarded, listeners
from stackwright.verify.groups import Family, Opening, Ports, openings, world_of
from stackwright.verify.interfaces import LOAD_BALANCER, Interface, interfaces

INTERNET = "internet"
REST_API = "AWS::ApiGateway::RestApi"
REST_STAGE = "AWS::ApiGateway::Stage"
HTTP_API = "AWS::ApiGatewayV2::Api"
HTTP_STAGE = "AWS::ApiGatewayV2::Stage"
REST_LINK = "AWS::ApiGateway::VpcLink"
LINK_V2 = "AWS::ApiGatewayV2::VpcLink"
HTTP_INTEGRATION = "AWS::ApiGatewayV2::Integration"
DISTRIBUTION = "AWS::CloudFront::Distribution"
VPC_ORIGIN = "AWS::CloudFront::VpcOrigin"

_HTTPS = Ports("tcp", 443, 443)
_HTTP = Ports("tcp", 80, 80)


@dataclass(frozen=True)
class Hop:
    """One station of a way: a resource, and the ports that it lets through where it says so."""

    path: str
    ports: Ports | None = None

    def __str__(self) -> str:
        return f"{self.path} ({self.ports})" if self.ports else self.path


@dataclass(frozen=True)
class Way:
    """One way: from a source through stations, the last of which is the target, to these ports of it.

    `source` is the internet or a prefix list; `opening` the security group's rule that lets the first interface be
    reached, None where no group has a say.
    """

    source: str
    hops: tuple[Hop, ...]
    ports: Ports
    opening: Opening | None = None

    def __str__(self) -> str:
        return " -> ".join([self.source, *map(str, self.hops)])

    @property
    def target(self) -> str:
        """The path of what is reached."""
        return self.hops[-1].path


@dataclass(frozen=True)
class Reach:
    """The network of one graph, read once."""

    graph: Graph

    @cached_property
    def interfaces(self) -> list[Interface]:
        """Everything with an address."""
        return interfaces(self.graph)

    @cached_property
    def ingress(self) -> list[Opening]:
        """Every rule of a security group about what comes in."""
        return openings(self.graph, "Ingress")

    @cached_property
    def listeners(self) -> list[Listener]:
        """Every listener whose port is known."""
        return listeners(self.graph)

    def of_group(self, group: Value) -> list[Opening]:
        """Return what lets anything into a group."""
        return [each for each in self.ingress if each.group == group]

    def ports_of(self, load_balancer: str) -> list[Ports]:
        """Return the ports that a load balancer listens on."""
        return [ports for each in self.listeners if each.load_balancer == load_balancer for ports in each.ports]


def ways(graph: Graph) -> Iterator[Way]:
    """Yield every way from the internet, or a prefix list, to anything in the graph."""
    reach = Reach(graph)
    first = [*direct(reach), *served(reach)]
    yield from first
    for each in first:
        yield from _onward(reach, each)


def undeclared(ports: Ports, declared: list[Ports]) -> bool:
    """Tell whether a range holds any port that none of the declared ones is."""
    left = [ports]
    for each in declared:
        left = [part for one in left for part in without(one, each)]
    return bool(left)


def direct(reach: Reach) -> Iterator[Way]:
    """Yield every way to a public address, one for each rule that opens it."""
    for interface in reach.interfaces:
        found = {
            way: None for opened in _opened(reach, interface) for way in _arrivals(reach.graph, interface, *opened)
        }
        yield from found


def _opened(reach: Reach, interface: Interface) -> Iterator[tuple[str, Family, Ports, Opening | None]]:
    """Yield who may send what to an interface, by addresses of which kind, and by which rule."""
    if not interface.filtered:
        for family in sorted(interface.families):
            yield from ((INTERNET, family, ports, None) for ports in reach.ports_of(interface.path))
        return
    for opening in (each for group in interface.groups for each in reach.of_group(group)):
        world = opening.world()
        if world is not None and world in interface.families:
            yield INTERNET, world, opening.ports, opening
        if str(opening.peer).startswith("pl-"):
            yield from ((opening.peer, family, opening.ports, opening) for family in sorted(interface.families))


def _arrivals(
    graph: Graph, interface: Interface, source: str, family: Family, ports: Ports, opening: Opening | None
) -> Iterator[Way]:
    through = () if opening is None else (Hop(str(opening.group), ports),)
    for subnet in interface.subnets or (None,):
        for gateway in _gateways(graph, subnet, family):
            for let in let_in(graph, subnet, family, ports):
                target = Hop(interface.path) if through else Hop(interface.path, let)
                yield Way(source, (*gateway, *through, target), let, opening)


def _gateways(graph: Graph, subnet: Value, family: Family) -> list[tuple[Hop, ...]]:
    """Return the internet gateways that a subnet's routes lead to; one nobody knows for a subnet from elsewhere."""
    found = graph.target(subnet)
    table = routes.table(graph, found) if found is not None and found.type == routes.SUBNET else None
    if table is None:
        return [()]
    leading = [each for each in table.routes if each.way in ("internet", "unknown")]
    return [_gateway(graph, each.target) for each in leading if world_of(each.destination) == family]


def _gateway(graph: Graph, target: Value) -> tuple[Hop, ...]:
    found = graph.target(target)
    return (Hop(found.path),) if found is not None else ()


def served(reach: Reach) -> Iterator[Way]:
    """Yield the ways through services of AWS that have public addresses of their own, and into the network."""
    for entrance, ports in _entrances(reach.graph):
        yield from (Way(INTERNET, (Hop(entrance.path, each),), each) for each in ports)
        for stations, arrival in _into_network(reach, entrance):
            yield Way(INTERNET, (Hop(entrance.path, _HTTPS), *stations), arrival)


def _entrances(graph: Graph) -> Iterator[tuple[Resource, tuple[Ports, ...]]]:
    for api in graph.of_type(REST_API):
        if "PRIVATE" not in listed(at(api.properties, "EndpointConfiguration.Types")):
            yield api, (_HTTPS,)
    yield from ((api, (_HTTPS,)) for api in graph.of_type(HTTP_API))
    # Whether CloudFront redirects on port 80 or not, it answers there.
    yield from ((each, (_HTTPS, _HTTP)) for each in graph.of_type(DISTRIBUTION))


def _into_network(reach: Reach, entrance: Resource) -> Iterator[tuple[tuple[Hop, ...], Ports]]:
    if entrance.type == REST_API:
        yield from _rest_links(reach, entrance)
    elif entrance.type == HTTP_API:
        yield from _http_links(reach, entrance)
    else:
        yield from _vpc_origins(reach, entrance)


def _rest_links(reach: Reach, api: Resource) -> Iterator[tuple[tuple[Hop, ...], Ports]]:
    graph = reach.graph
    used = {link.path: link for each in graph.users(api) for link in graph.mentioned(each.properties)}
    used |= {link.path: link for link in graph.mentioned(api.properties)}
    for link in used.values():
        for target in _linked(graph, api, link):
            for ports in reach.ports_of(target.path):
                yield (Hop(link.path), Hop(target.path, ports)), ports


def _linked(graph: Graph, api: Resource, link: Resource) -> list[Resource]:
    """Return the load balancers behind a link; by one of version 2 the API's own definition names them."""
    if link.type == REST_LINK:
        return graph.mentioned(link.properties.get("TargetArns"))
    if link.type == LINK_V2:
        return [each for each in graph.mentioned(api.properties) if each.type == LOAD_BALANCER]
    return []


def _http_links(reach: Reach, api: Resource) -> Iterator[tuple[tuple[Hop, ...], Ports]]:
    for integration in reach.graph.users(api, HTTP_INTEGRATION):
        link = reach.graph.target(integration.properties.get("ConnectionId"))
        listener = reach.graph.target(integration.properties.get("IntegrationUri"))
        for each in reach.listeners:
            if link is not None and listener is not None and each.path == listener.path:
                owner = str(each.load_balancer)
                yield from (((Hop(link.path), Hop(owner, ports)), ports) for ports in each.ports)


def _vpc_origins(reach: Reach, distribution: Resource) -> Iterator[tuple[tuple[Hop, ...], Ports]]:
    for origin in reach.graph.mentioned(at(distribution.properties, "DistributionConfig.Origins")):
        given = at(origin.properties, "VpcOriginEndpointConfig")
        target = reach.graph.target(at(given, "Arn"))
        if origin.type != VPC_ORIGIN or target is None:
            continue
        policy = at(given, "OriginProtocolPolicy", "match-viewer")
        for name, default, unused in (("HTTPPort", 80, "https-only"), ("HTTPSPort", 443, "http-only")):
            port = whole(at(given, name), default)
            if policy != unused:
                ports = Ports("tcp", port, port)
                yield (Hop(origin.path), Hop(target.path, ports)), ports


def _onward(reach: Reach, way: Way) -> Iterator[Way]:
    """Yield the way on from a load balancer, through each listener that the way arrives at, to each target."""
    mine = [each for each in reach.listeners if each.load_balancer == way.target and each.path in reach.graph.resources]
    for listener in mine:
        arrived = next((both for each in listener.ports if (both := way.ports.overlap(each))), None)
        if arrived is None or listener.path == way.target:
            continue
        for target_group in forwarded(reach.graph, listener.path):
            hops = (*way.hops, Hop(listener.path, arrived), Hop(target_group.path))
            yield from _delivered(reach, replace(way, hops=hops), way.target, target_group)


def _delivered(reach: Reach, way: Way, load_balancer: str, target_group: Resource) -> Iterator[Way]:
    faces = {each.path: each for each in reach.interfaces}
    sender = faces.get(load_balancer)
    for each in deliveries(reach.graph, target_group):
        for ports in each.ports:
            admitted = _admitted(reach, sender, faces.get(each.target), ports)
            if admitted is not None:
                yield replace(way, hops=(*way.hops, *admitted, Hop(each.target, ports)), ports=ports)


def _admitted(reach: Reach, sender: Interface | None, target: Interface | None, ports: Ports) -> tuple[Hop, ...] | None:
    """Return the target's group that lets a load balancer in; none where nobody knows, None where none does."""
    if sender is None or target is None or not all(each in reach.graph.resources for each in target.groups):
        return ()
    for opening in (each for group in target.groups for each in reach.of_group(group)):
        range_or_unknown = opening.peer not in reach.graph.resources
        if opening.ports.covers(ports) and (opening.peer in sender.groups or range_or_unknown):
            return (Hop(str(opening.group), opening.ports),)
    return None
