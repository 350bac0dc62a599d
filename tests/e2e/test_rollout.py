"""Rollouts behind a load balancer lose no request, with the very numbers of the template.

HAProxy stands in for the load balancer, processes of the application for the tasks. Time runs `ROLLOUT_SPEED` times as
fast, 10 unless told; `-rP` shows the table that docs/rollout.md has.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from support.guarantees import seeded
from support.rollout_balancer import HAPROXY, balancer
from support.rollout_load import Load, load
from support.rollout_numbers import Numbers, numbers
from support.rollout_service import Order, Service

SPEED = int(os.environ.get("ROLLOUT_SPEED", "10"))
NEVER_HEALTHY = """
import app.health
async def health(request):
    return app.health.raw(b"false", status=503)
app.health.health = health
"""

pytestmark = [
    pytest.mark.skipif(not HAPROXY, reason="HAProxy is not installed (Debian's package haproxy)"),
    pytest.mark.skipif(sys.platform != "linux", reason="only Linux has all of 127.0.0.0/8 as loopback addresses"),
]


@dataclass(frozen=True)
class Scene:
    """A service under load."""

    numbers: Numbers
    service: Service
    load: Load


@pytest.fixture
def scene(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Scene]:
    told = numbers(seeded(), speed=SPEED)
    with balancer(told, tmp_path) as front:
        service = Service(told, front, tmp_path)
        try:
            assert len(service.healthy(service.start(told.desired))) == told.desired
            slow, patience = told.wait(5), told.wait(told.idle_timeout)
            began = time.monotonic()
            with load(front.port, slow=slow, patience=patience) as clients:
                time.sleep(1)
                yield Scene(told, service, clients)
                time.sleep(1)
            _show(request.node.name, clients, time.monotonic() - began)
        finally:
            service.end()


def _show(name: str, clients: Load, seconds: float) -> None:
    times = " | ".join(f"{clients.milliseconds(share):.0f} ms" for share in (0.5, 0.99, 0.999))
    counts = f"{len(clients.requests)} | {len(clients.failed)}"
    sys.stdout.write(f"| {name} | {counts} | {times} | {seconds:.0f} s | {clients.faults()}\n")


def settled(scene: Scene) -> Load:
    """Return what came of all requests, a moment after the last event."""
    time.sleep(1)
    return scene.load


@pytest.mark.parametrize("order", ["deregister first", "SIGTERM first"])
def test_replacing_every_task_fails_no_request(scene: Scene, order: Order) -> None:
    old = list(scene.service.running)
    assert scene.service.roll(order)
    assert not {each.name for each in old} & {each.name for each in scene.service.running}
    assert scene.service.statuses == [0] * len(old)
    assert settled(scene).faults() == {}
    known = scene.service.balancer.targets()
    assert all(known[each.name].served for each in [*old, *scene.service.running])


def test_loss_of_a_zone_fails_only_what_its_tasks_were_sent(scene: Scene) -> None:
    told = scene.numbers
    lost = scene.service.lose(scene.service.zones[0])
    killed = time.monotonic()
    time.sleep(told.wait(told.check.out_after))
    failed = settled(scene).failed
    assert failed
    assert max(each.ended for each in failed) - killed <= told.wait(told.check.out_after)
    known = scene.service.balancer.targets()
    assert not any(known[each.name].failed for each in scene.service.running)
    assert len(failed) <= sum(known[each.name].failed for each in lost)


def test_release_that_never_is_healthy_is_rolled_back_unnoticed(scene: Scene) -> None:
    old = list(scene.service.running)
    assert not scene.service.roll(prelude=NEVER_HEALTHY)
    assert scene.service.running == old
    assert settled(scene).faults() == {}
    known = scene.service.balancer.targets()
    served = {name for name, each in known.items() if each.served}
    assert served == {each.name for each in old}
