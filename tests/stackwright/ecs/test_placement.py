"""Placement never overfills, spreads evenly, packs tightly; a rolling update keeps within its percents."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stackwright.ecs.placement import ZONE, Instance, Old, Percents, Strategy, Task, place, roll, shortage

PACKED = (Strategy("binpack", "cpu"),)
SPREAD = (Strategy("spread", ZONE), Strategy("spread", "instanceId"))

tasks = st.builds(Task, st.integers(1, 2048), st.integers(1, 4096), st.integers(0, 1))
sizes = st.tuples(st.integers(0, 4096), st.integers(0, 8192), st.integers(0, 4))
fleets = st.lists(st.tuples(st.sampled_from("abc"), sizes), max_size=8).map(
    lambda rows: [Instance(f"i-{n}", zone, *size) for n, (zone, size) in enumerate(rows)]
)


def medium(name: str, zone: str = "a") -> Instance:
    return Instance(name, zone, cpu=2048, memory=3992, interfaces=2, architecture="X86_64")


@given(task=tasks, fleet=fleets, count=st.integers(0, 20), strategies=st.sampled_from([PACKED, SPREAD, ()]))
def test_nothing_is_overfilled(task: Task, fleet: list[Instance], count: int, strategies: tuple[Strategy, ...]) -> None:
    placed = place(task, count, fleet, strategies)
    on = Counter(placed.names)
    for each in fleet:
        assert on[each.name] * task.cpu <= each.cpu
        assert on[each.name] * task.memory <= each.memory
        assert on[each.name] * task.interfaces <= each.interfaces
    assert len(placed.names) == count or all(each.lacks(task) for each in placed.fleet)


@given(count=st.integers(0, 18), zones=st.integers(1, 3), each=st.integers(1, 3))
def test_spread_over_alike_zones_differs_by_one_at_most(count: int, zones: int, each: int) -> None:
    fleet = [medium(f"i-{zone}{n}", zone) for zone in "abc"[:zones] for n in range(each)]
    placed = place(Task(256, 512, 1), count, fleet, SPREAD)
    zone_of = {instance.name: instance.zone for instance in fleet}
    held = Counter(dict.fromkeys("abc"[:zones], 0))
    held.update(zone_of[name] for name in placed.names)
    assert max(held.values()) - min(held.values()) <= 1


@given(task=tasks, count=st.integers(0, 12), size=sizes)
def test_binpack_uses_no_more_instances_than_spread(task: Task, count: int, size: tuple[int, int, int]) -> None:
    fleet = [Instance(f"i-{n}", "abc"[n % 3], *size) for n in range(6)]
    packed, spread = (set(place(task, count, fleet, each).names) for each in (PACKED, SPREAD))
    assert len(packed) <= len(spread)


@given(
    task=tasks,
    count=st.integers(1, 6),
    fleet=fleets,
    minimum=st.integers(0, 100),
    maximum=st.integers(100, 200),
)
def test_complete_update_has_every_task_wanted(
    task: Task, count: int, fleet: list[Instance], minimum: int, maximum: int
) -> None:
    before = place(task, count, fleet)
    old = [Old(task, name) for name in before.names]
    done = roll(task, count, before.fleet, old, percents=Percents(minimum, maximum))
    assert not done.complete or len(done.names) == count
    on = Counter(done.names)
    assert all(on[each.name] * task.memory <= each.memory for each in fleet)


def test_interfaces_limit_before_memory_does() -> None:
    assert len(place(Task(256, 512, 1), 5, [medium("i-1")]).names) == 2
    assert len(place(Task(256, 512, 0), 9, [medium("i-1")]).names) == 7


def test_distinct_instances_hold_one_task_each() -> None:
    assert place(Task(256, 512), 3, [medium("i-1"), medium("i-2")], distinct=True).names == ("i-1", "i-2")


@pytest.mark.parametrize(
    ("task", "lacking"),
    [
        (Task(4096, 512, 1), "cpu"),
        (Task(256, 8192, 1), "memory"),
        (Task(256, 512, 3), "interfaces"),
        (Task(256, 512, 1, "ARM64"), "architecture"),
        (Task(256, 512, 1, "X86_64"), ""),
    ],
)
def test_shortage_is_named(task: Task, lacking: str) -> None:
    assert shortage(task, [medium("i-1")]) == ("i-1", lacking)


def test_update_needs_room_for_what_may_not_stop_yet() -> None:
    task = Task(256, 512, 1)
    full = place(task, 2, [medium("i-1")])
    old = [Old(task, name) for name in full.names]
    assert not roll(task, 2, full.fleet, old, percents=Percents(100, 200)).complete
    assert roll(task, 2, full.fleet, old, percents=Percents(50, 100)).complete


def test_update_that_may_neither_stop_nor_start_is_stuck() -> None:
    task = Task(256, 512, 1)
    held = place(task, 1, [medium("i-1")])
    assert not roll(task, 1, held.fleet, [Old(task, "i-1")], percents=Percents(100, 100)).complete
