"""Scaling ranges are ranges, reach what they scale, and find room for all they may ask for."""

from __future__ import annotations

from collections.abc import Iterator

from stackwright.ecs.instance_types import InstanceType
from stackwright.resolve.graph import Graph, Resource
from stackwright.verify.deployment import Deployment, at, number
from stackwright.verify.fleet import CLUSTER, GROUP, fleet
from stackwright.verify.rule import Finding, Rule
from stackwright.verify.sharing import Site, empty, filled, lacking, site, view
from stackwright.verify.tasks import SCALABLE_TARGET, SERVICE, Range, ranges

DIMENSION = "ecs:service:DesiredCount"


def check(deployment: Deployment) -> Iterator[Finding]:
    """Yield each range upside down, each target that scales no service, and each service that outgrows its fleet."""
    graph = deployment.graph
    for each in deployment.of(GROUP):
        least, most = (number(each.properties.get(name)) for name in ("MinSize", "MaxSize"))
        yield from _upside_down(each, Range(least, most, "MinSize", "MaxSize"))
    for each in deployment.of(SCALABLE_TARGET):
        for limits in ranges(each):
            yield from _upside_down(each, limits)
        yield from _reaches(graph, each)
    groups: set[str] = set()
    for service in deployment.of(SERVICE):
        on = fleet(graph, service)
        shared = site(graph, on) if on and on.group.path not in groups else None
        if shared is not None:
            groups.add(shared.fleet.group.path)
            yield from _room(shared)


def _upside_down(scaled: Resource, limits: Range) -> Iterator[Finding]:
    least, most = limits.least, limits.most
    if least is not None and most is not None and least > most:
        given = at(scaled.properties, limits.most_by)
        problem = f"is below {limits.least_by}, {least:g}"
        yield Finding(scaled.path, limits.most_by, given, problem, f"raise it to {least:g} or more")


def _reaches(graph: Graph, target: Resource) -> Iterator[Finding]:
    if target.properties.get("ServiceNamespace") != "ecs":
        return
    dimension = target.properties.get("ScalableDimension")
    if isinstance(dimension, str) and dimension != DIMENSION:
        problem = "is no dimension of an ECS service"
        yield Finding(target.path, "ScalableDimension", dimension, problem, f"write {DIMENSION}")
    named = graph.mentioned(target.properties.get("ResourceId"))
    clusters = [each for each in named if each.type == CLUSTER]
    for service in (each for each in named if each.type == SERVICE):
        own = graph.target(service.properties.get("Cluster"))
        if own is not None and clusters and own not in clusters:
            problem = f"names another cluster than {service.path} runs in"
            yield Finding(target.path, "ResourceId", target.properties["ResourceId"], problem, f"name {own.path}")


def _room(site: Site) -> Iterator[Finding]:
    short: dict[str, Finding] = {}
    for kind in site.fleet.types:
        for each in _short(site, kind):
            short.setdefault(each.resource, each)
    yield from short.values()


def _short(site: Site, kind: InstanceType) -> Iterator[Finding]:
    most, group = site.fleet.most, site.fleet.group.path
    full = filled(site, empty(site, kind, most), {each.service.path: each.count.most for each in site.works})
    for work in site.works:
        placed, wanted = full.total(work), work.count.most
        if placed < wanted:
            why = lacking(work, view(site, full, work))
            problem = f"{placed} of {wanted} tasks of {work.service.path} fit on {most} {kind.name}: {why}"
            mend = f"let {group} grow beyond {most}, take larger instances, or ask for fewer tasks"
            yield Finding(work.count.path, work.count.most_by, wanted, problem, mend)


RULE = Rule(
    claim="Scaling ranges agree with each other: the most tasks that services may ask for fit on the most instances.",
    why="Tasks that scaling asks for and no instance can hold stay pending when load is highest.",
    source="Automatically manage Amazon ECS capacity with cluster auto scaling (Amazon ECS Developer Guide)",
    about=(SCALABLE_TARGET, GROUP, SERVICE),
    check=check,
)
