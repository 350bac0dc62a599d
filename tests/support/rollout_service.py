"""ECS's part of a rollout: tasks as processes, one loopback network for each zone, replaced as the service says.

Source: "Deploy Amazon ECS services by replacing tasks" and "How the Amazon ECS deployment circuit breaker detects
failures", Amazon ECS Developer Guide.
"""

from __future__ import annotations

import contextlib
import random
import signal
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from support.application import Application, end, spawn
from support.rollout_balancer import Balancer
from support.rollout_numbers import Numbers

from stackwright.ecs.placement import Instance, place

Order = Literal["deregister first", "SIGTERM first"]

# The service reads its settings as the task definition has them, and only then time runs faster.
FASTER = """
import dataclasses, app.config as config
read, margin = config.read, config.MARGIN
def faster(environment):
    found = read(environment)
    times = [each.name for each in dataclasses.fields(found) if each.name.endswith(("_time", "_timeout"))]
    config.MARGIN = margin / {speed}
    return dataclasses.replace(found, **{{name: getattr(found, name) / {speed} for name in times}})
config.read = faster
"""
GLANCE = 0.05  # seconds


@dataclass(frozen=True)
class Running:
    """One task."""

    name: str
    zone: str
    address: str
    application: Application


class Service:
    """The tasks of one service behind a load balancer."""

    def __init__(self, numbers: Numbers, balancer: Balancer, folder: Path) -> None:
        self.numbers, self.balancer, self.folder = numbers, balancer, folder
        self.running: list[Running] = []
        self.all: list[Running] = []
        self.statuses: list[int] = []
        self.zones = [f"{at + 1}" for at in range(numbers.zones)]
        # Several runs on one machine get networks of their own.
        self.network = f"127.{random.randint(1, 254)}"

    # -- What ECS does to one task ---------------------------------------------------------------------------------

    def start(self, count: int, prelude: str = "") -> list[Running]:
        """Start tasks where the strategies place them, and register each at once, as ECS does."""
        new = [self._start(zone, prelude) for zone in self._places(count)]
        self.running += new
        return new

    def _places(self, count: int) -> tuple[str, ...]:
        room, per = 100, self.numbers.task
        fleet = [Instance(zone, zone, room * per.cpu, room * per.memory, room) for zone in self.zones]
        held = [each.with_task(per, sum(task.zone == each.zone for task in self.running)) for each in fleet]
        return place(per, count, held, self.numbers.strategies).names

    def _start(self, zone: str, prelude: str) -> Running:
        number = len(self.all) + 1
        name, address = f"task{number}", f"{self.network}.{zone}.{number}"
        log = self.folder / f"{name}.log"
        prelude += FASTER.format(speed=self.numbers.speed) if self.numbers.speed != 1 else ""
        # What the tests start otherwise does not drain: empty is the application's own default again.
        process = spawn(log, {"DRAIN_TIME": "", **self.numbers.environment, "HOST": address}, prelude)
        self.all.append(Running(name, zone, address, Application(process, log, [self.numbers.port])))
        self.balancer.register(name, f"{address}:{self.numbers.port}")
        return self.all[-1]

    def stop(self, tasks: Sequence[Running], order: Order = "deregister first") -> None:
        """Stop tasks at once, each in this order, and wait for the last."""
        one = self._deregister_first if order == "deregister first" else self._terminate_first
        with ThreadPoolExecutor() as pool:
            self.statuses += pool.map(one, tasks)
        self.running = [each for each in self.running if each not in tasks]

    def _deregister_first(self, task: Running) -> int:
        self.balancer.deregister(task.name)
        self._until(lambda: not self.balancer.targets()[task.name].busy, self.numbers.deregistration_delay)
        self.balancer.cut(task.name)
        return self._terminate(task)

    def _terminate_first(self, task: Running) -> int:
        """Deregister only when nothing is left: then health checks alone must have taken the task out in time."""
        status = self._terminate(task)
        self.balancer.cut(task.name)
        return status

    def _terminate(self, task: Running) -> int:
        task.application.tell()
        try:
            return task.application.process.wait(self.numbers.wait(self.numbers.stop_timeout))
        except subprocess.TimeoutExpired:
            task.application.tell(signal.SIGKILL)
            return task.application.process.wait()

    # -- What happens to all ---------------------------------------------------------------------------------------

    def healthy(self, tasks: Sequence[Running]) -> list[Running]:
        """Return which tasks are in service when all are, or the grace for starting is over.

        The grace begins when the processes listen: starting one does not go faster because time does.
        """
        for each in tasks:
            each.application.wait_for("Serving")

        def passed() -> list[Running]:
            known = self.balancer.targets()
            return [each for each in tasks if known[each.name].healthy]

        self._until(lambda: len(passed()) == len(tasks), self.numbers.grace)
        return passed()

    def roll(self, order: Order = "deregister first", prelude: str = "") -> bool:
        """Replace all tasks in the rounds that the percents allow; False where the circuit breaker ended it.

        Then the new tasks are stopped again; until one round was in service, no old one has been.
        """
        percents, desired = self.numbers.percents, self.numbers.desired
        waiting, new, failed = list(self.running), list[Running](), 0
        while waiting or len(new) < desired:
            going = waiting[: max(0, len(self.running) - percents.least(desired))]
            del waiting[: len(going)]
            self.stop(going, order)
            started = self.start(min(desired - len(new), percents.most(desired) - len(self.running)), prelude)
            passed = self.healthy(started)
            new += passed
            failed += len(started) - len(passed)
            self.stop([each for each in started if each not in passed])
            if failed >= self.numbers.failures:
                self.stop(new)
                return False
            assert going or started, "neither may stop nor start"
        return True

    def lose(self, zone: str) -> list[Running]:
        """Kill every task of a zone at once, and tell nobody."""
        lost = [each for each in self.running if each.zone == zone]
        for each in lost:
            each.application.tell(signal.SIGKILL)
        self.running = [each for each in self.running if each not in lost]
        return lost

    def _until(self, done: Callable[[], bool], seconds: float) -> None:
        deadline = time.monotonic() + self.numbers.wait(seconds)
        while not done() and time.monotonic() < deadline:
            time.sleep(GLANCE)


@contextlib.contextmanager
def running(numbers: Numbers, balancer: Balancer, folder: Path) -> Iterator[Service]:
    """Return a service without tasks, and kill in the end whatever it still runs."""
    service = Service(numbers, balancer, folder)
    try:
        yield service
    finally:
        for each in service.all:
            end(each.application)
