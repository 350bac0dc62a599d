"""Any one zone may go: requests still come in, tasks still get out, and there is room for those that must run.

Each zone in turn is taken out of the graph, with its subnets and all that lives in them, and what is left is looked at.
The subnets left must have ways in and out at all: of one without, nobody notices before it is the one that is needed.
Capacity is promised twice. At once: with the least number of tasks on the least number of instances that holds them, no
zone has them all, so that one answers while the rest comes back. And soon: the group launches again in the zones that
are left, up to its largest size, and the least number of tasks of all services fits there. A group that insists on
balance (`balanced-only`) launches nothing again, and must make do with what the other zones have of its largest size.
Not promised: that AWS has instances left in the other zones, and more tasks than the least.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from stackwright.ecs.instance_types import InstanceType
from stackwright.resolve.graph import Graph, Resource
from stackwright.resolve.symbols import Symbol, Value, rendered
from stackwright.verify.deployment import Deployment, at
from stackwright.verify.fleet import Fleet, fleet
from stackwright.verify.interfaces import interfaces
from stackwright.verify.routes import SUBNET, Route, from_internet, is_dead_end, outward, table
from stackwright.verify.rule import Finding, Rule
from stackwright.verify.sharing import Site, Work, at_work, empty, filled, lacking, site, view
from stackwright.verify.tasks import Count, count
from stackwright.verify.zones import GROUP, LOAD_BALANCERS, SERVICE, SPREAD, Spread, lost, spread, zones


@dataclass(frozen=True)
class Loss:
    """One zone's loss: the graph before and after, and the paths of what went."""

    zone: Value
    before: Graph
    after: Graph
    gone: frozenset[str]

    @property
    def without(self) -> str:
        """How a finding begins."""
        return f"without {rendered(self.zone)}"

    def left(self, spread: Spread) -> list[Value]:
        """Return which of a resource's subnets are left."""
        return [each for each in spread.given if not self.took(each)]

    def took(self, value: Value) -> bool:
        """Tell whether a reference leads to what went."""
        return isinstance(value, Symbol) and value.path in self.gone


def check(deployment: Deployment) -> Iterator[Finding]:
    """Yield what a zone's loss takes along: ways in, ways out, all tasks of a service, or the room for them."""
    graph = deployment.graph
    sites = _sites(graph)
    yield from _closed_to_the_internet(graph)
    yield from _closed_to_the_outside(graph)
    for zone in zones(graph):
        gone = lost(graph, zone)
        loss = Loss(zone, graph, graph.without(gone), gone)
        for resource in graph.of_type(*SPREAD):
            yield from _place(loss, resource)
        yield from _ways_out(loss)
        for each in sites:
            yield from _room(loss, each)
    for service in graph.of_type(SERVICE):
        yield from _standing(graph, service)


def _sites(graph: Graph) -> list[Site]:
    fleets: dict[str, Fleet] = {}
    for service in graph.of_type(SERVICE):
        on = fleet(graph, service)
        if on is not None:
            fleets.setdefault(on.group.path, on)
    return [each for each in (site(graph, on) for on in fleets.values()) if each is not None]


def _place(loss: Loss, resource: Resource) -> Iterator[Finding]:
    """Yield what has no subnet left."""
    where = spread(loss.before, resource)
    if where is not None and where.given and not loss.left(where):
        mend = "name a subnet in each of two zones or more"
        yield Finding(resource.path, where.property, list(where.given), f"{loss.without} no subnet is left", mend)


def _closed_to_the_internet(graph: Graph) -> Iterator[Finding]:
    """Yield each subnet of an internet-facing load balancer that the internet does not get into."""
    faces = {each.path: sorted(each.families) for each in interfaces(graph)}
    for resource in graph.of_type(*LOAD_BALANCERS):
        where = spread(graph, resource)
        for subnet in where.given if where else ():
            lacking = [each for each in faces.get(resource.path, ()) if not from_internet(graph, subnet, each)]
            if where and lacking:
                problem = f"{rendered(subnet)} has no {lacking[0]} route to an internet gateway: nobody gets in by it"
                mend = "name subnets whose default route is an internet gateway"
                yield Finding(resource.path, where.property, list(where.given), problem, mend)


def _closed_to_the_outside(graph: Graph) -> Iterator[Finding]:
    """Yield each default route that leads nowhere, and each subnet that has none although its neighbours have."""
    dead: dict[str, Route] = {}
    for resource in graph.of_type(SERVICE, GROUP):
        where = spread(graph, resource)
        known = [(each, outward(graph, each)) for each in where.given] if where else []
        routes = [route for _, found in known for route in found or ()]
        dead |= {each.path: each for each in routes if is_dead_end(graph, each)}
        for subnet in (each for each, found in known if found == [] and routes and where):
            problem = f"{rendered(subnet)} has no default route, as the other subnets have: nothing gets out of it"
            mend = "give its route table a default route to a NAT gateway"
            yield Finding(resource.path, where.property if where else "", rendered(subnet), problem, mend)
    for route in dead.values():
        problem = "this NAT gateway is in a subnet without a route to an internet gateway, and lets nothing out"
        yield Finding(route.path, route.key, route.target, problem, "put it into a subnet that has one")


def _ways_out(loss: Loss) -> Iterator[Finding]:
    """Yield each default route that leads into the lost zone, with the subnets that are left and have it."""
    routes: dict[str, Route] = {}
    subnets: dict[str, list[str]] = {}
    for subnet in loss.after.of_type(SUBNET):
        found = table(loss.after, subnet)
        for each in found.routes if found else ():
            if each.default and loss.took(each.target):
                routes[each.path] = each
                subnets.setdefault(each.path, []).append(subnet.path)
    for path, route in routes.items():
        problem = f"{loss.without} there is no way out of {', '.join(subnets[path])}"
        mend = "give each zone a NAT gateway of its own, or use a regional one"
        yield Finding(path, route.key, route.target, problem, mend)


def _room(loss: Loss, site: Site) -> Iterator[Finding]:
    """Yield the group whose instances in the zones left cannot hold the least number of tasks."""
    on = site.fleet
    left = tuple(each for each in on.zones if each != loss.zone)
    if not left or len(left) == len(on.zones):
        return
    size = on.most - (-(-on.most // len(on.zones)) if _stays_balanced(on) else 0)
    short = (_short(loss, site, kind, size, left) for kind in on.types)
    yield from [each for each in short if each is not None][:1]


def _stays_balanced(on: Fleet) -> bool:
    wanted = "AvailabilityZoneDistribution.CapacityDistributionStrategy"
    return bool(at(on.group.properties, wanted) == "balanced-only")


def _short(loss: Loss, site: Site, kind: InstanceType, size: int, left: tuple[Value, ...]) -> Finding | None:
    least = {each.service.path: each.count.least for each in site.works}
    full = filled(site, empty(site, kind, size, left), least)
    work = next((each for each in site.works if full.total(each) < least[each.service.path]), None)
    if work is None or at_work(site, kind, least) is None:
        return None
    problem = (
        f"{loss.without} {size} {kind.name} hold {full.total(work)} of the {work.count.least} tasks that "
        f"{work.service.path} runs at least: {lacking(work, view(site, full, work))}"
    )
    group = site.fleet.group
    return Finding(group.path, "MaxSize", group.properties.get("MaxSize"), problem, "let the group grow larger")


def _standing(graph: Graph, service: Resource) -> Iterator[Finding]:
    """Yield a service that one zone may have all tasks of, when it runs as few as it may."""
    many = count(graph, service)
    if many is None or not many.least:
        return
    if many.least == 1:
        problem = f"the only task of {service.path} goes with its zone, and nothing answers until another has started"
        yield Finding(many.path, many.least_by, many.least, problem, f"raise {many.least_by} to 2 or more")
        return
    on = fleet(graph, service)
    shared = site(graph, on) if on and len(on.zones) > 1 else None
    work = next((each for each in shared.works if each.service == service), None) if shared else None
    if shared and work and any(_together(shared, work, kind) for kind in shared.fleet.types):
        yield _all_together(service, many, shared.fleet)


def _together(site: Site, work: Work, kind: InstanceType) -> bool:
    full = at_work(site, kind, {each.service.path: each.count.least for each in site.works})
    zone = {each.name: each.zone for each in full.instances} if full else {}
    return full is not None and len({zone[name] for name in full.tasks[work.service.path]}) == 1


def _all_together(service: Resource, many: Count, on: Fleet) -> Finding:
    given = service.properties.get("PlacementStrategies")
    problem = f"all of its {many.least} tasks may be in one zone when {on.group.path} is at its smallest"
    mend = f"spread tasks over attribute:ecs.availability-zone first, and keep MinSize of {on.group.path} at 2 or more"
    return Finding(service.path, "PlacementStrategies", given, problem, mend)


RULE = Rule(
    claim="Losing any one zone leaves a way in, a way out, a task that answers and room for the others.",
    why="A zone is the largest thing that AWS expects to fail; what hangs on one that is not its own fails with it.",
    source="Static stability using Availability Zones (Amazon Builders' Library)",
    about=(*SPREAD, SUBNET),
    check=check,
)
