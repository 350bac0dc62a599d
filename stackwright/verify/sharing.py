"""A fleet at work: the services of a fleet placed together on instances of one type, and deployments played on it.

Each instance type that a group may launch is played for itself, because all instances may be of the weakest. What is
not known (a task definition or an instance type of elsewhere) leaves nothing to play.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from stackwright.ecs.instance_types import InstanceType
from stackwright.ecs.placement import Instance, Old, Percents, Rollout, Strategy, Task, place, roll, shortage
from stackwright.resolve.graph import Graph, Resource
from stackwright.resolve.symbols import Value, rendered
from stackwright.verify.fleet import Fleet, sharers
from stackwright.verify.tasks import (
    Count,
    alone_on_instance,
    beside,
    count,
    daemon,
    host_ports,
    percents,
    strategies,
    task,
)
from stackwright.verify.zones import named, spread


@dataclass(frozen=True)
class Work:
    """One service on a fleet: its task, how many of it, how they are placed; `zones` empty for wherever it is."""

    service: Resource
    task: Task
    count: Count
    percents: Percents
    strategies: tuple[Strategy, ...]
    alone: str
    ports: frozenset[tuple[int, str]]
    zones: frozenset[str]


@dataclass(frozen=True)
class Site:
    """A fleet and all that runs on it: the services, and what daemons take of every instance."""

    fleet: Fleet
    works: tuple[Work, ...]
    daemons: tuple[Task, ...]


@dataclass(frozen=True)
class Full:
    """A fleet with tasks on it: how many of each service, by path, on each instance, by name; and what is left."""

    instances: tuple[Instance, ...]
    tasks: Mapping[str, Mapping[str, int]]

    def total(self, work: Work) -> int:
        """Return how many of a service's tasks run."""
        return sum(self.tasks.get(work.service.path, {}).values())


def site(graph: Graph, fleet: Fleet) -> Site | None:
    """Return a fleet with its services; None if what any of them takes is not known."""
    services = sharers(graph, fleet)
    daemons = [task(graph, each) for each in services if daemon(each)]
    works = [_work(graph, each) for each in services if not daemon(each)]
    known_daemons, known = [each for each in daemons if each], [each for each in works if each]
    if len(known_daemons) < len(daemons) or len(known) < len(works):
        return None
    return Site(fleet, tuple(known), tuple(known_daemons))


def _work(graph: Graph, service: Resource) -> Work | None:
    takes, many, bound = task(graph, service), count(graph, service), percents(service)
    if takes is None or many is None or bound is None:
        return None
    where = spread(graph, service)
    zones = frozenset(str(rendered(each)) for each in where.zones) if where and named(where.zones) else frozenset()
    alone, ports = alone_on_instance(graph, service), host_ports(graph, service)
    return Work(service, takes, many, bound, strategies(service), alone, ports, zones)


def empty(site: Site, kind: InstanceType, size: int, zones: tuple[Value, ...] | None = None) -> Full:
    """Return that many instances of a type with nothing but the daemons on them."""
    instances = site.fleet.instances(kind, size, zones)
    for each in site.daemons:
        instances = [replace(one.with_task(each), tasks=0) for one in instances]
    return Full(tuple(instances), {})


def at_work(site: Site, kind: InstanceType, counts: Mapping[str, int]) -> Full | None:
    """Return the fleet at its largest with that many tasks of each service on as few instances as hold them.

    None where they do not fit: before a deployment only as many instances run as tasks need.
    """
    whole = empty(site, kind, site.fleet.most)
    sizes = range(max(1, site.fleet.least), site.fleet.most + 1)
    found = bisect_left(sizes, True, key=lambda size: _holds(site, _first(site, whole, size, counts), counts))
    if found == len(sizes):
        return None
    full = _first(site, whole, sizes[found], counts)
    return replace(full, instances=(*full.instances, *whole.instances[sizes[found] :]))


def _first(site: Site, whole: Full, size: int, counts: Mapping[str, int]) -> Full:
    return filled(site, replace(whole, instances=whole.instances[:size]), counts)


def _holds(site: Site, full: Full, counts: Mapping[str, int]) -> bool:
    return all(full.total(each) == counts[each.service.path] for each in site.works)


def filled(site: Site, full: Full, counts: Mapping[str, int]) -> Full:
    """Place that many tasks of each service, by path, one service after the other; fewer where they do not fit."""
    for work in site.works:
        seen = view(site, full, work)
        placed = place(work.task, counts[work.service.path], seen, work.strategies, distinct=bool(work.alone))
        full = _with(full, work, placed.names)
    return full


def deployed(site: Site, full: Full, work: Work) -> Rollout:
    """Play a deployment of one service on a fleet that is at work: all its tasks replaced, the others' stay."""
    on, seen = full.tasks.get(work.service.path, {}), view(site, full, work)
    old = [Old(work.task, name) for name, number in on.items() for _ in range(number)]
    how, alone = work.strategies, bool(work.alone)
    if not beside(work.service):
        return roll(work.task, len(old), seen, old, percents=work.percents, strategies=how, distinct=alone)
    placed = place(work.task, len(old), seen, how, distinct=alone)
    return Rollout(placed.names, len(placed.names) == len(old), placed.fleet)


def lacking(work: Work, instances: Sequence[Instance]) -> str:
    """Return in words why no instance has a place for one more task of a service."""
    if not instances:
        return "no instance of its zones is left to it"
    _, what = shortage(work.task, instances)
    words = {"cpu": "CPU units", "memory": "memory", "interfaces": "network interface"}
    return f"no instance has the {words[what]} for one more" if what else f"{work.alone} keeps instances to one task"


def view(site: Site, full: Full, work: Work) -> tuple[Instance, ...]:
    """Return the instances as a service sees them: in its zones, with its own tasks and whoever holds its ports."""
    own = full.tasks.get(work.service.path, {})
    rivals = [each for each in site.works if each != work and each.ports & work.ports]
    held = {name for each in rivals for name in full.tasks.get(each.service.path, {})}
    bound = work.zones if site.fleet.zones and named(site.fleet.zones) else ()
    there = [each for each in full.instances if not bound or each.zone in bound]
    return tuple(replace(each, tasks=own.get(each.name, 0)) for each in there if each.name not in held)


def _with(full: Full, work: Work, names: Sequence[str]) -> Full:
    more = {name: names.count(name) for name in dict.fromkeys(names)}
    instances = [each.with_task(work.task, more.get(each.name, 0)) for each in full.instances]
    return Full(tuple(instances), {**full.tasks, work.service.path: more})
