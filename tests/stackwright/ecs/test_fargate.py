"""Fargate's sizes, and who gets the next task."""

from __future__ import annotations

from collections import Counter

import pytest

from nested.parts import fargate as emitted
from stackwright.ecs import fargate
from stackwright.ecs.fargate import Share, has_size, shared_out

ON_DEMAND, SPOT = fargate.ON_DEMAND, fargate.SPOT


@pytest.mark.parametrize(
    ("cpu", "memory", "there"),
    [
        (256, 512, True),
        (256, 1536, False),
        (512, 512, False),
        (1024, 8192, True),
        (2048, 3072, False),
        (4096, 30720, True),
        (4096, 31744, False),
        (8192, 61440, True),
        (8192, 18432, False),
        (16384, 122880, True),
        (300, 512, False),
    ],
)
def test_sizes(cpu: int, memory: int, there: bool) -> None:
    assert has_size(cpu, memory) is there


def test_templates_refuse_what_the_local_aws_refuses() -> None:
    ours = {str(cpu): tuple(map(str, memory)) for cpu, memory in fargate.SIZES.items()}
    assert emitted.sizes() == ours


def test_bases_come_before_weights() -> None:
    strategy = [Share(ON_DEMAND, base=2), Share(SPOT, weight=1)]
    assert shared_out(4, strategy) == [ON_DEMAND, ON_DEMAND, SPOT, SPOT]


def test_weights_share_out_what_is_beyond_the_base() -> None:
    strategy = [Share(ON_DEMAND, weight=1, base=2), Share(SPOT, weight=3)]
    assert Counter(shared_out(10, strategy)) == {ON_DEMAND: 4, SPOT: 6}


def test_what_runs_counts() -> None:
    strategy = [Share(ON_DEMAND, weight=1), Share(SPOT, weight=1)]
    assert shared_out(2, strategy, [ON_DEMAND, ON_DEMAND]) == [SPOT, SPOT]


def test_a_weight_of_nothing_gets_nothing() -> None:
    strategy = [Share(ON_DEMAND, weight=1), Share(SPOT, weight=0)]
    assert set(shared_out(5, strategy)) == {ON_DEMAND}
