"""Where ECS puts tasks, and how it replaces running ones: pure functions over plain values.

`place` fills a fleet by the task placement process: instances that have not enough left or another architecture fall
away, then the strategies choose, each among what the one before it left equal. `roll` plays a rolling update in the
rounds that minimum and maximum healthy percent allow, old tasks holding their places until they may stop.
Source: "How Amazon ECS places tasks on container instances" and "Deploy Amazon ECS services by replacing tasks",
Amazon ECS Developer Guide.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

ZONE = "attribute:ecs.availability-zone"


@dataclass(frozen=True)
class Task:
    """What one task takes: CPU units, MiB, network interfaces (one in awsvpc mode, else none)."""

    cpu: int
    memory: int
    interfaces: int = 0
    architecture: str = ""


@dataclass(frozen=True)
class Instance:
    """A container instance and what is left on it; `tasks` of the service run there already."""

    name: str
    zone: str
    cpu: int
    memory: int
    interfaces: int
    architecture: str = ""
    tasks: int = 0

    def lacks(self, task: Task) -> str:
        """Return what is missing for the task ("cpu", "memory", "interfaces", "architecture"), "" if it fits."""
        if task.architecture and self.architecture and task.architecture != self.architecture:
            return "architecture"
        return next((each for each in ("cpu", "memory", "interfaces") if getattr(self, each) < getattr(task, each)), "")

    def with_task(self, task: Task, count: int = 1) -> Instance:
        """Return the instance with that many more tasks on it, fewer if negative."""
        return replace(
            self,
            cpu=self.cpu - count * task.cpu,
            memory=self.memory - count * task.memory,
            interfaces=self.interfaces - count * task.interfaces,
            tasks=self.tasks + count,
        )


@dataclass(frozen=True)
class Strategy:
    """One placement strategy, as in the service: binpack by cpu or memory, spread over zones or instances."""

    type: Literal["binpack", "spread", "random"]
    field: str = ""


# "If no strategy is specified": the scheduler spreads a service over zones.
DEFAULT = (Strategy("spread", ZONE),)


@dataclass(frozen=True)
class Placement:
    """Names of instances, one for each task placed, and the fleet with those tasks on it."""

    names: tuple[str, ...]
    fleet: tuple[Instance, ...]


def place(
    task: Task,
    count: int,
    fleet: Sequence[Instance],
    strategies: Sequence[Strategy] = DEFAULT,
    *,
    distinct: bool = False,
) -> Placement:
    """Place up to `count` tasks; fewer names come back when no instance is left that one fits on."""
    held = {each.name: each for each in fleet}
    names: list[str] = []
    while len(names) < count:
        chosen = _choose(task, tuple(held.values()), strategies, distinct)
        if chosen is None:
            break
        held[chosen.name] = chosen.with_task(task)
        names.append(chosen.name)
    return Placement(tuple(names), tuple(held.values()))


def _choose(task: Task, fleet: tuple[Instance, ...], strategies: Sequence[Strategy], distinct: bool) -> Instance | None:
    able = [each for each in fleet if not each.lacks(task) and not (distinct and each.tasks)]
    if not able:
        return None
    return min(able, key=lambda each: tuple(_rank(each, strategy, fleet) for strategy in strategies))


def _rank(instance: Instance, strategy: Strategy, fleet: tuple[Instance, ...]) -> int:
    """Return how well an instance serves a strategy: the least is the best."""
    if strategy.type == "binpack":
        return instance.memory if strategy.field.lower() == "memory" else instance.cpu
    if strategy.type == "spread" and strategy.field in (ZONE, "ecs.availability-zone"):
        return sum(each.tasks for each in fleet if each.zone == instance.zone)
    return instance.tasks if strategy.type == "spread" else 0


def shortage(task: Task, fleet: Sequence[Instance]) -> tuple[str, str]:
    """Return the closest matching instance and what it lacks for one more task; two empty texts for no instances.

    Closest is the one that lacks the last thing checked, and has the most left.
    """
    order = ("architecture", "cpu", "memory", "interfaces", "")
    closest = max(fleet, key=lambda each: (order.index(each.lacks(task)), each.memory), default=None)
    return (closest.name, closest.lacks(task)) if closest else ("", "")


@dataclass(frozen=True)
class Percents:
    """Minimum and maximum healthy percent of a service's deployment configuration."""

    minimum: int = 100
    maximum: int = 200

    def least(self, desired: int) -> int:
        """Tasks that must stay running, rounded up."""
        return -(-desired * self.minimum // 100)

    def most(self, desired: int) -> int:
        """Tasks that may run at once, rounded down."""
        return desired * self.maximum // 100


@dataclass(frozen=True)
class Old:
    """A running task of the deployment before: what it takes, and where."""

    task: Task
    instance: str


@dataclass(frozen=True)
class Rollout:
    """Where the new tasks are, and whether the update got to its end; `stuck` is the fleet where it did not."""

    names: tuple[str, ...]
    complete: bool
    stuck: tuple[Instance, ...] = ()


def roll(
    task: Task,
    desired: int,
    fleet: Sequence[Instance],
    old: Sequence[Old] = (),
    *,
    percents: Percents | None = None,
    strategies: Sequence[Strategy] = DEFAULT,
    distinct: bool = False,
) -> Rollout:
    """Replace `old` by `desired` new tasks. `fleet` is what is left with the old tasks still on it.

    Each round stops old tasks down to the minimum, then starts new ones up to the maximum; a round in which nothing
    can stop or start ends it incomplete.
    """
    names: list[str] = []
    percents, waiting, now = percents or Percents(), list(old), tuple(fleet)
    while waiting or len(names) < desired:
        surplus = len(waiting) + len(names) - percents.least(desired)
        going = waiting[: max(0, surplus)]
        del waiting[: len(going)]
        now = _without(now, going)
        room = min(desired - len(names), max(0, percents.most(desired) - len(waiting) - len(names)))
        placed = place(task, room, now, strategies, distinct=distinct)
        if not going and not placed.names:
            return Rollout(tuple(names), complete=False, stuck=now)
        names, now = [*names, *placed.names], placed.fleet
    return Rollout(tuple(names), complete=True)


def _without(fleet: tuple[Instance, ...], going: Sequence[Old]) -> tuple[Instance, ...]:
    held = {each.name: each for each in fleet}
    for each in going:
        if each.instance in held:
            held[each.instance] = held[each.instance].with_task(each.task, -1)
    return tuple(held.values())
