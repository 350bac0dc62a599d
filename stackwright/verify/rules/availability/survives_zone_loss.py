"""Any one zone may go: requests still come in, tasks still get out, and there is room for those that must run.

Each zone in turn is taken out of the graph, with its subnets and all that lives in them, and what is left is looked at.
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
from stackwright.verify.routes import EVERYWHERE, SUBNET, Route, table
from stackwright.verify.rule import Finding, Rule
from stackwright.verify.sharing import Site, Work, at_work, empty, filled, lacking, site, view
from stackwright.verify.tasks import Count, count
from stackwright.verify.zones import LOAD_BALANCERS, SERVICE, SPREAD, Spread, lost, spread, zones


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
    """Yield what has no subnet left, and a load balancer that none of those left lets the internet in by."""
    where = spread(loss.before, resource)
    left = loss.left(where) if where else []
    if where is None or len(left) == len(where.given):
        return
    mend = "name a subnet in each of two zones or more"
    if not left:
        yield Finding(resource.path, where.property, list(where.given), f"{loss.without} no subnet is left", mend)
    elif _faces_the_internet(resource) and not any(_internet(loss, each) for each in left):
        problem = f"{loss.without} no subnet is left that has a route to an internet gateway"
        yield Finding(resource.path, where.property, list(where.given), problem, mend)


def _faces_the_internet(resource: Resource) -> bool:
    scheme = resource.properties.get("Scheme", "internet-facing")
    return resource.type in LOAD_BALANCERS and resource.properties.get("Type") != "gateway" and scheme != "internal"


def _internet(loss: Loss, value: Value) -> bool:
    """Tell whether the internet reaches a subnet, as far as is known."""
    subnet = loss.after.target(value)
    found = table(loss.after, subnet) if subnet is not None else None
    return found is None or found.unknown or any("internet" in found.ways(each) for each in EVERYWHERE)


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
