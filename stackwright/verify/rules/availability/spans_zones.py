"""What serves is in two zones at least."""

from __future__ import annotations

from collections.abc import Iterator

from stackwright.resolve.graph import Graph, Resource
from stackwright.verify.deployment import Deployment
from stackwright.verify.fleet import fleet
from stackwright.verify.rule import Finding, Rule
from stackwright.verify.zones import SERVICE, SPREAD, Spread, named, spread

ENOUGH = 2


def check(deployment: Deployment) -> Iterator[Finding]:
    """Yield what has all its subnets in one zone, and each service that has only one zone with its instances."""
    for resource in deployment.of(*SPREAD):
        found = spread(deployment.graph, resource)
        if found is not None:
            yield from (
                _alone(resource, found) if len(found.zones) < ENOUGH else _apart(deployment.graph, resource, found)
            )


def _alone(resource: Resource, found: Spread) -> Iterator[Finding]:
    zone = found.zones[0] if isinstance(found.zones[0], str) and found.zones[0] != found.given[0] else "one zone"
    problem = f"is in {zone} only, and gone when that zone is"
    mend = "name a subnet in each of two zones or more"
    yield Finding(resource.path, found.property, list(found.given), problem, mend)


def _apart(graph: Graph, service: Resource, found: Spread) -> Iterator[Finding]:
    """Yield a service whose subnets and whose instances are not in the same zones: a task needs both in one."""
    on = fleet(graph, service) if service.type == SERVICE else None
    if on is None or len(on.zones) < ENOUGH or not (named(found.zones) and named(on.zones)):
        return
    both = [each for each in found.zones if each in on.zones]
    if len(both) < ENOUGH:
        where = f"only {both[0]}" if both else "no zone"
        problem = (
            f"shares {where} with the instances of {on.group.path}, and a task needs subnet and instance in one zone"
        )
        mend = f"name subnets in the zones of {on.group.path}"
        yield Finding(service.path, found.property, list(found.given), problem, mend)


RULE = Rule(
    claim="Every load balancer, Auto Scaling group, service and endpoint is in two zones at least.",
    why="Zones fail one at a time; what is in one of them only fails with it, however many copies there are.",
    source="Deploy the workload to multiple locations (AWS Well-Architected Framework, Reliability Pillar)",
    about=SPREAD,
    check=check,
)
