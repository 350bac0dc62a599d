"""Fargate: the sizes of task that it has, and how tasks are shared out by a capacity provider strategy.

Pure functions over plain values. Sources: "Task size" in the task definition parameters for Fargate, Amazon ECS
Developer Guide, and "CapacityProviderStrategyItem", Amazon ECS API Reference.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

ON_DEMAND = "FARGATE"
SPOT = "FARGATE_SPOT"
PROVIDERS = frozenset({ON_DEMAND, SPOT})

# What a task takes for its image and its files without asking for more.
STORAGE_GIB = 20

_GIB = 1024

# Memory in MiB by CPU units.
SIZES: dict[int, tuple[int, ...]] = {
    256: (512, _GIB, 2 * _GIB),
    512: tuple(range(1 * _GIB, 4 * _GIB + 1, _GIB)),
    1024: tuple(range(2 * _GIB, 8 * _GIB + 1, _GIB)),
    2048: tuple(range(4 * _GIB, 16 * _GIB + 1, _GIB)),
    4096: tuple(range(8 * _GIB, 30 * _GIB + 1, _GIB)),
    8192: tuple(range(16 * _GIB, 60 * _GIB + 1, 4 * _GIB)),
    16384: tuple(range(32 * _GIB, 120 * _GIB + 1, 8 * _GIB)),
}


@dataclass(frozen=True)
class Share:
    """One item of a strategy: the least tasks on a provider, and its share of the others."""

    provider: str
    weight: int = 0
    base: int = 0


def has_size(cpu: int, memory: int) -> bool:
    """Tell whether Fargate has a task of these CPU units and MiB."""
    return memory in SIZES.get(cpu, ())


def shared_out(count: int, strategy: Sequence[Share], running: Iterable[str] = ()) -> list[str]:
    """Return the providers of that many more tasks beside those that run: bases first, then by weight."""
    now, chosen = Counter(running), list[str]()
    for _ in range(count):
        provider = _next(strategy, now)
        now[provider] += 1
        chosen.append(provider)
    return chosen


def _next(strategy: Sequence[Share], now: Counter[str]) -> str:
    for each in strategy:
        if now[each.provider] < each.base:
            return each.provider
    weighed = [each for each in strategy if each.weight] or list(strategy)
    return min(weighed, key=lambda each: (now[each.provider] - each.base + 1) / (each.weight or 1)).provider
