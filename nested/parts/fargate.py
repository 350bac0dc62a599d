"""Fargate: what AWS takes for a task on it, and which share of the tasks runs on Spot capacity."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from troposphere import Equals, Not, Or, Ref, Template

from nested import inputs
from nested.parts.rules import must

ON_DEMAND = "FARGATE"
SPOT = "FARGATE_SPOT"

# What LATEST has meant for Linux since 2020: named, so that no task starts on another one unasked.
PLATFORM_VERSION = "1.4.0"

# Memory in MiB by CPU units: least, most and step. "Task size", task definition parameters for Fargate, Amazon ECS
# Developer Guide; a quarter of a vCPU is the one whose amounts are no steps.
_GIB = 1024
_QUARTER = ("512", "1024", "2048")
_STEPS = {
    "512": (1, 4, 1),
    "1024": (2, 8, 1),
    "2048": (4, 16, 1),
    "4096": (8, 30, 1),
    "8192": (16, 60, 4),
    "16384": (32, 120, 8),
}


def sizes() -> dict[str, tuple[str, ...]]:
    """Return the amounts of memory, in MiB, that a task may have, by its CPU units."""
    stepped = {
        cpu: tuple(str(gib * _GIB) for gib in range(least, most + 1, step))
        for cpu, (least, most, step) in _STEPS.items()
    }
    return {"256": _QUARTER} | stepped


def add_size_rules(t: Template) -> None:
    """Add the rules that refuse a size which Fargate has not; the template needs TaskCpu and TaskMemory."""
    for cpu, memory in sizes().items():
        t.add_rule(f"MemoryOf{cpu}CpuUnits", _size_rule(cpu, memory))


def _size_rule(cpu: str, memory: tuple[str, ...]) -> dict[str, Any]:
    fits = {"Fn::Contains": [list(memory), Ref(inputs.TASK_MEMORY.name)]}
    text = f"On Fargate a task of {cpu} CPU units has {_spoken(memory)} MiB of memory"
    return must(fits, text, when=Equals(Ref(inputs.TASK_CPU.name), cpu))


def _spoken(memory: tuple[str, ...]) -> str:
    if memory == _QUARTER:
        return "512, 1024 or 2048"
    return f"{memory[0]} to {memory[-1]} in steps of {int(memory[1]) - int(memory[0])}"


def add_weights_rule(t: Template) -> None:
    """Add the rule that refuses two weights of nothing; the template needs FargateWeight and FargateSpotWeight.

    Source: "CapacityProviderStrategyItem", Amazon ECS API Reference: one weight at least is above 0.
    """
    weights = [Not(Equals(Ref(each.name), "0")) for each in (inputs.FARGATE_WEIGHT, inputs.FARGATE_SPOT_WEIGHT)]
    text = "FargateWeight or FargateSpotWeight is above 0, or no task has a place"
    t.add_rule("SomeCapacityHasWeight", must(Or(*weights), text))


def strategy(item: type) -> list[Any]:
    """Return how tasks are shared out, as items of this class; only one provider of a strategy may have a base."""
    return list(_items(item))


def _items(item: type) -> Iterator[Any]:
    base, weight = Ref(inputs.FARGATE_BASE.name), Ref(inputs.FARGATE_WEIGHT.name)
    yield item(CapacityProvider=ON_DEMAND, Base=base, Weight=weight)
    yield item(CapacityProvider=SPOT, Weight=Ref(inputs.FARGATE_SPOT_WEIGHT.name))
