"""Rollouts behind a load balancer lose no request, with the very numbers of the template.

HAProxy stands in for the load balancer, processes of the application for the tasks. Time runs `ROLLOUT_SPEED` times as
fast, 10 unless told; `-rP` shows the table that docs/rollout.md has.
"""

from __future__ import annotations

import http.client
import os
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from support.application import received
from support.guarantees import seeded
from support.rollout_balancer import HAPROXY, balancer
from support.rollout_load import Load, load
from support.rollout_numbers import Numbers, numbers
from support.rollout_service import Order, Service, running

SPEED = int(os.environ.get("ROLLOUT_SPEED", "10"))

# Seconds of the template that a slow request takes: well below what the application grants to send one.
SLOW = 3

# Real seconds under load before anything happens, and after.
CALM = 1

CONNECTIONS = 20
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
def told() -> Numbers:
    return numbers(seeded(), speed=SPEED)


@pytest.fixture
def scene(request: pytest.FixtureRequest, told: Numbers, tmp_path: Path) -> Iterator[Scene]:
    with balancer(told, tmp_path) as front, running(told, front, tmp_path) as service:
        assert len(service.healthy(service.start(told.desired))) == told.desired
        with load(front.port, slow=told.wait(SLOW), patience=told.wait(told.idle_timeout)) as clients:
            time.sleep(CALM)
            began = time.monotonic()
            yield Scene(told, service, clients)
            seconds = told.speed * (time.monotonic() - began - CALM)
        _show(request.node.name, clients, seconds)


def _show(name: str, clients: Load, seconds: float) -> None:
    times = " | ".join(f"{clients.milliseconds(share):.0f} ms" for share in (0.5, 0.99, 0.999))
    counts = f"{len(clients.requests):,} | {len(clients.failed):,}"
    _line(f"| {name.removeprefix('test_')} | {counts} | {times} | {seconds:.0f} s | {clients.faults()}")


def _line(text: str) -> None:
    sys.stdout.write(f"{text}\n")


def settled(scene: Scene) -> Load:
    """Return what came of all requests, a moment after the last event."""
    time.sleep(CALM)
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
    lasted = max(each.ended for each in failed) - killed
    _line(f"requests failed for {lasted * told.speed:.0f} s of at most {told.check.out_after} s")
    assert lasted <= told.wait(told.check.out_after)
    known = scene.service.balancer.targets()
    survivors = [known[each.name] for each in scene.service.running]
    assert sum(each.lost + each.faults for each in survivors) == 0
    assert len(failed) <= sum(known[each.name].lost for each in lost)


def test_release_that_never_is_healthy_is_rolled_back_unnoticed(scene: Scene) -> None:
    old = list(scene.service.running)
    assert not scene.service.roll(prelude=NEVER_HEALTHY)
    assert scene.service.running == old
    assert settled(scene).faults() == {}
    known = scene.service.balancer.targets()
    assert {name for name, each in known.items() if each.served} == {each.name for each in old}
    # The breaker counts tasks; the round in which it opens is started whole.
    told = scene.numbers
    at_once = told.percents.most(told.desired) - told.desired
    assert len(known) - len(old) == -(-told.failures // at_once) * at_once


def test_connection_that_the_load_balancer_keeps_is_never_closed_by_a_task(told: Numbers, tmp_path: Path) -> None:
    """HAProxy sees at once that a connection was closed; a load balancer further away sends a request on it first."""
    with balancer(told, tmp_path) as front, running(told, front, tmp_path) as service:
        (task,) = service.start(1)
        assert service.healthy([task])
        kept = [http.client.HTTPConnection(task.address, told.port) for _ in range(CONNECTIONS)]
        assert {_status(each) for each in kept} == {200}
        sockets = [each.sock for each in kept]
        time.sleep(told.wait(told.idle_timeout))
        assert {_status(each) for each in kept} == {200}
        assert [each.sock for each in kept] == sockets, "closed and opened again"
        for each in kept:
            each.close()


def _status(connection: http.client.HTTPConnection) -> int:
    connection.request("GET", "/status")
    return received(connection.getresponse()).status
