"""A deployment can replace every task, at any number of tasks, with the capacity there is."""

from __future__ import annotations

from collections.abc import Iterator

from stackwright.ecs.instance_types import InstanceType
from stackwright.ecs.placement import Percents
from stackwright.resolve.graph import Graph, Resource
from stackwright.verify.deployment import Deployment, at
from stackwright.verify.fleet import fleet
from stackwright.verify.rule import Finding, Rule
from stackwright.verify.sharing import Site, Work, at_work, deployed, lacking, site
from stackwright.verify.tasks import SERVICE, STRATEGY, beside, count, percents

LEAST = "DeploymentConfiguration.MinimumHealthyPercent"
MOST = "DeploymentConfiguration.MaximumPercent"


def check(deployment: Deployment) -> Iterator[Finding]:
    """Yield each service whose deployment comes to a step at which it can neither stop a task nor start one.

    The percentages are held at every desired count from the smallest to the largest. On instances the deployment is
    played at both ends, the fleet's other services at theirs, with instances of each type alone, up to the largest
    size of the group. What does not fit even without a deployment is not looked at here.
    """
    for service in deployment.of(SERVICE):
        stuck = _by_percents(deployment.graph, service) or _by_capacity(deployment.graph, service)
        if stuck is not None:
            yield stuck


def _by_percents(graph: Graph, service: Resource) -> Finding | None:
    many, bound = count(graph, service), percents(service)
    if many is None or bound is None:
        return None
    stuck = next((each for each in range(max(1, many.least), many.most + 1) if not _moves(bound, each)), None)
    if stuck is None:
        return None
    problem = (
        f"of {_tasks(stuck)} at least {bound.least(stuck)} must stay healthy and at most {bound.most(stuck)} may run: "
        "nothing can stop and nothing can start"
    )
    enough = -(-(stuck + 1) * 100 // stuck)
    return Finding(service.path, MOST, at(service.properties, MOST), problem, f"raise {MOST} to {enough} or more")


def _moves(bound: Percents, desired: int) -> bool:
    return bound.least(desired) < desired or bound.most(desired) > desired


def _by_capacity(graph: Graph, service: Resource) -> Finding | None:
    on = fleet(graph, service)
    shared = site(graph, on) if on else None
    work = next((each for each in shared.works if each.service == service), None) if shared else None
    if shared is None or work is None:
        return None
    stalls = (_stall(shared, work, kind, full) for kind in shared.fleet.types for full in (False, True))
    return next((each for each in stalls if each is not None), None)


def _stall(site: Site, work: Work, kind: InstanceType, full: bool) -> Finding | None:
    counts = {each.service.path: each.count.most if full else each.count.least for each in site.works}
    running = at_work(site, kind, counts)
    rollout = deployed(site, running, work) if running else None
    if rollout is None or rollout.complete:
        return None
    desired, most, group = counts[work.service.path], site.fleet.most, site.fleet.group.path
    problem = (
        f"at {_tasks(desired)} on {most} {kind.name} at most, a deployment stalls after {len(rollout.names)}: "
        f"{lacking(work, rollout.stuck)}"
    )
    room = f"let {group} grow beyond {most}, take larger instances, or "
    if beside(work.service):
        given = at(work.service.properties, STRATEGY)
        return Finding(work.service.path, STRATEGY, given, problem, f"{room}deploy by ROLLING, which needs less room")
    mend = f"{room}lower {LEAST} so that old tasks make room"
    return Finding(work.service.path, LEAST, at(work.service.properties, LEAST), problem, mend)


def _tasks(number: int) -> str:
    return f"{number} {'task' if number == 1 else 'tasks'}"


RULE = Rule(
    claim="A deployment can replace every task, from the smallest scale to the largest, with the capacity there is.",
    why="A deployment that finds no place for a new task, and may stop no old one, hangs until somebody helps.",
    source="Deploy Amazon ECS services by replacing tasks (Amazon ECS Developer Guide)",
    about=(SERVICE,),
    check=check,
)
