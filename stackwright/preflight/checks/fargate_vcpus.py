"""vCPUs of tasks on Fargate, On-Demand and Spot, which have a quota each."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from stackwright.aws import listed
from stackwright.ecs.fargate import ON_DEMAND, PROVIDERS, SPOT, Share, shared_out
from stackwright.preflight.asking import items, members
from stackwright.preflight.check import Check, Point, moot, untold
from stackwright.preflight.quotas import Quota, within
from stackwright.verify.deployment import number, whole
from stackwright.verify.tasks import SERVICE, count, percents, task

if TYPE_CHECKING:
    from stackwright.aws import Aws
    from stackwright.preflight.subject import Subject
    from stackwright.resolve.graph import Resource

QUOTAS = {
    ON_DEMAND: Quota("fargate", "L-3032A538", "vCPUs of Fargate On-Demand", 6),
    SPOT: Quota("fargate", "L-36FBB829", "vCPUs of Fargate Spot", 6),
}
UNITS = 1024  # of a vCPU
AT_ONCE = 100  # tasks that DescribeTasks takes


def _ask(subject: Subject) -> Iterator[Point]:
    services = [each for each in subject.resources(SERVICE) if _shares(each)]
    if not services:
        yield moot("the plan has no service on Fargate")
        return
    needed: Counter[str] = Counter()
    for service in services:
        takes = _units(subject, service)
        if takes is None:
            yield untold(f"{service.path}: its tasks or their size are not known before AWS makes them")
            return
        needed += takes
    used = _used(subject, services)
    by = ", ".join(each.path for each in services) + " at most tasks, while they are replaced"
    for provider, units in sorted(needed.items()):
        counted = math.ceil(used[provider] / UNITS)
        yield within(subject.aws, QUOTAS[provider], used=counted, adds=math.ceil(units / UNITS), by=by)


def _shares(service: Resource) -> list[Share]:
    """Return how the tasks of a service are shared out on Fargate, nothing for one that runs elsewhere."""
    strategy = [members(each) for each in items(service.properties.get("CapacityProviderStrategy"))]
    if service.properties.get("LaunchType") == ON_DEMAND:
        strategy = [{"CapacityProvider": ON_DEMAND, "Weight": 1}]
    return [
        Share(each["CapacityProvider"], whole(each.get("Weight"), 0), whole(each.get("Base"), 0))
        for each in strategy
        if each.get("CapacityProvider") in PROVIDERS
    ]


def _units(subject: Subject, service: Resource) -> Counter[str] | None:
    """Return the CPU units of a service on each provider at its most tasks, the old ones beside the new."""
    tasks, size, allowed = count(subject.graph, service), task(subject.graph, service), percents(service)
    if tasks is None or size is None or allowed is None:
        return None
    spread = Counter(shared_out(allowed.most(tasks.most), _shares(service)))
    return Counter({provider: share * size.cpu for provider, share in spread.items()})


def _used(subject: Subject, services: list[Resource]) -> Counter[str]:
    """Return the CPU units that others than these services run on Fargate."""
    own = {f"service:{subject.held[each.path].rpartition('/')[2]}" for each in services if each.path in subject.held}
    used: Counter[str] = Counter()
    for cluster in listed(subject.aws, "ecs", "list_clusters", "clusterArns"):
        for each in _tasks(subject.aws, cluster):
            if each.get("group") not in own:
                used[each.get("capacityProviderName") or ON_DEMAND] += int(number(each.get("cpu")) or 0)
    return used


def _tasks(aws: Aws, cluster: str) -> Iterator[Any]:
    arns = list(listed(aws, "ecs", "list_tasks", "taskArns", cluster=cluster, launchType=ON_DEMAND))
    for start in range(0, len(arns), AT_ONCE):
        yield from aws.call("ecs", "describe_tasks", cluster=cluster, tasks=arns[start : start + AT_ONCE])["tasks"]


CHECK = Check(
    number=18,
    name="fargate-vcpus",
    claim="The account may run the tasks on Fargate at their most, while a deployment replaces them",
    why="A new account may run six vCPUs; tasks beyond the quota do not start, and a deployment waits for them",
    source='"AWS Fargate service quotas" in the Amazon ECS Developer Guide',
    ask=_ask,
)
