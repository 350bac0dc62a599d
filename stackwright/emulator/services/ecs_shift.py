"""ECS's deployments that shift traffic: BLUE_GREEN, LINEAR and CANARY, stage after stage to their end or back.

The new tasks start beside the old ones; then the weights of the production rule move to the target group that had none.
A stage, and each step of the traffic, takes the seconds that `--delay AWS::ECS::Service=SECONDS` says, whatever minutes
a bake time has, and without it none. Sources: "Amazon ECS blue/green service deployments workflow", "Amazon ECS linear
deployments", "Amazon ECS canary deployments" (lifecycle stages: one that takes 24 hours fails the deployment) and
"Application Load Balancer resources for blue/green, linear, and canary deployments", Amazon ECS Developer Guide.
Lambda functions of hooks are not run. No page lists what the service says of a deployment that goes back; the words
follow those of "Migrating from a CodeDeploy blue/green to an Amazon ECS blue/green service deployment".
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from moto.core.utils import utcnow
from moto.elbv2.models import elbv2_backends

from stackwright.emulator.services import codedeploy_traffic, ecs_alarms, ecs_rollout
from stackwright.emulator.services.ecs_images import behaviour
from stackwright.emulator.services.ecs_tasks import running, tell

SHIFTING = ("BLUE_GREEN", "LINEAR", "CANARY")
STAGES = (
    "PRE_SCALE_UP",
    "SCALE_UP",
    "POST_SCALE_UP",
    "TEST_TRAFFIC_SHIFT",
    "POST_TEST_TRAFFIC_SHIFT",
    "PRE_PRODUCTION_TRAFFIC_SHIFT",
    "PRODUCTION_TRAFFIC_SHIFT",
    "POST_PRODUCTION_TRAFFIC_SHIFT",
    "BAKE_TIME",
    "CLEAN_UP",
)
_WHOLE = Decimal(100)
_TIMED_OUT = "the stage {}, which timed out after 24 hours"


class Failed(Exception):
    """What ends a deployment; `alarms` are those that rang."""

    def __init__(self, reason: str, alarms: tuple[str, ...] = ()) -> None:
        super().__init__(reason)
        self.reason, self.alarms = reason, alarms


@dataclass
class Traffic:
    """The rules that a deployment moves, and the groups it moves between: `blue` has production now."""

    rules: list[Any]
    blue: str
    green: str

    def move(self, rule: Any, share: Decimal) -> None:
        """Give green this share of a rule's traffic in percent, blue the rest; a weight has no decimals."""
        scale = 1 if share == share.to_integral_value() else 10
        weights = {self.green: int(share * scale), self.blue: int((_WHOLE - share) * scale)}
        codedeploy_traffic.rewrite(rule.listener, rule.found, weights)


@dataclass(frozen=True)
class _Rule:
    listener: Any
    found: Any


@dataclass
class Run:
    """One deployment under way: what `before` was, what moves, and how far it is."""

    ecs: Any
    service: Any
    before: dict[str, Any]
    pace: float
    arn: str = ""
    status: str = "PENDING"
    reason: str = ""
    stage: str = ""
    share: Decimal = Decimal(0)
    began: datetime = field(default_factory=utcnow)
    ended: datetime | None = None
    rung: tuple[str, ...] = ()
    stop: threading.Event = field(default_factory=threading.Event)
    over: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        self.deployment = self.service.deployments[0]
        base = self.service.arn.replace(":service/", ":service-deployment/")
        self.arn = f"{base}/{self.deployment['id'].partition('/')[2]}"
        self.watch = ecs_alarms.Watch(self.service)
        self.traffic = _traffic(self.service)
        self.change = ecs_rollout.Change(self.ecs, self.service, keeps_old=True)

    def go(self) -> None:
        """Go through the stages."""
        self.status = "IN_PROGRESS"
        try:
            for self.stage in STAGES:
                getattr(self, f"_{self.stage.lower()}", lambda: None)()
                self._wait()
            self._end("SUCCESSFUL", "")
        except Failed as failed:
            self._back(failed)
        finally:
            if self.ended is None:
                self._end("ROLLBACK_FAILED", "the local AWS failed")
            self._over()

    def _over(self) -> None:
        try:
            ecs_rollout.count(self.ecs, self.service)
        finally:
            self.over.set()

    def _scale_up(self) -> None:
        reason = self.change.bring_about()
        ecs_rollout.count(self.ecs, self.service)
        if not reason:
            return
        metrics = set(ecs_alarms.FAILED_TASKS if self._failing() else ())
        metrics |= ecs_alarms.UNHEALTHY_TARGETS if "ELB health checks" in reason else set()
        rung = self.watch.ring(metrics)
        raise _alarmed(rung) if rung else Failed(f"{_TIMED_OUT.format(self.stage)}: {reason}")

    def _failing(self) -> bool:
        """Tell whether any task of the new revision was started at all."""
        tasks = self.ecs.tasks.get(self.service.cluster_name, {}).values()
        return any(each.started_by == self.change.id for each in tasks)

    def _test_traffic_shift(self) -> None:
        for rule in self.traffic.rules[1:]:
            self.traffic.move(rule, _WHOLE)

    def _production_traffic_shift(self) -> None:
        for share in shares(self.service.deployment_configuration):
            for rule in self.traffic.rules[:1]:
                self.traffic.move(rule, share)
            self.share = share
            if self._broken():
                self.watch.ring(ecs_alarms.SERVER_ERRORS)
            self._wait()

    def _broken(self) -> bool:
        containers = self.change.definition.container_definitions
        return any(behaviour(each.get("image", "")).broken for each in containers)

    def _clean_up(self) -> None:
        self.change.leave_old()
        self.service.deployments[1:] = []
        text = f"ECS deployment {self.deployment['id']} completed."
        ecs_rollout.ended(self.deployment, "COMPLETED", text)

    def _wait(self) -> None:
        self.stop.wait(self.pace)
        if self.stop.is_set():
            raise Failed("a request")
        ringing = self.watch.ringing()
        if ringing:
            raise _alarmed(ringing)

    def _back(self, failed: Failed) -> None:
        self.status, self.rung = "ROLLBACK_IN_PROGRESS", failed.alarms
        tell(self.service, f"(deployment {self.deployment['id']}) deployment failed because of {failed.reason}.")
        tell(self.service, f"rolling back to deployment {self.before['id']}.")
        for rule in self.traffic.rules:
            self.traffic.move(rule, Decimal(0))
        self.share = Decimal(0)
        ids = self.deployment["id"]
        ecs_rollout.stop([each for each in running(self.ecs, self.service) if each.started_by == ids], ids)
        ecs_rollout.ended(self.deployment, "FAILED", f"ECS deployment failed because of {failed.reason}.")
        ecs_rollout.ended(self.before, "COMPLETED", f"ECS deployment {self.before['id']} completed.")
        ecs_rollout.gone_back(self.service, {**self.before, "status": "PRIMARY"}, self.deployment)
        self.watch.quiet()
        self._end("ROLLBACK_SUCCESSFUL", f"Service deployment rolled back because of {failed.reason}.")

    def _end(self, status: str, reason: str) -> None:
        self.status, self.reason, self.ended = status, reason, utcnow()


def _alarmed(names: list[str]) -> Failed:
    return Failed(f"alarms: {', '.join(names)}", tuple(names))


def shifts(service: Any) -> bool:
    """Tell whether the service's deployments shift traffic."""
    return (getattr(service, "deployment_configuration", None) or {}).get("strategy") in SHIFTING


def begin(ecs: Any, service: Any, before: dict[str, Any], *, pace: float) -> None:
    """Deploy what the service has become; `before` is the deployment whose tasks run now.

    On a thread where stages take time: UpdateService does not wait for them.
    """
    service.deployments[1:] = [{**before, "status": "ACTIVE"}]
    run = Run(ecs, service, before, pace)
    runs(service).insert(0, run)
    if pace:
        threading.Thread(target=run.go, daemon=True).start()
    else:
        run.go()


def runs(service: Any) -> list[Run]:
    """Return the service's deployments that shifted traffic, the newest first."""
    found: list[Run] = service.__dict__.setdefault("shift_runs", [])
    return found


def await_end(service: Any) -> None:
    """Wait for the deployment that is under way, if any: one after the other, where ECS would reconcile them."""
    for each in runs(service)[:1]:
        each.over.wait()


def shares(configuration: dict[str, Any]) -> Iterator[Decimal]:
    """Yield the share of the traffic that the new revision has after each step, in percent.

    Defaults: "LinearConfiguration" and "CanaryConfiguration", Amazon ECS API Reference.
    """
    strategy = configuration.get("strategy")
    if strategy == "CANARY":
        yield Decimal(str((configuration.get("canaryConfiguration") or {}).get("canaryPercent", 5)))
    if strategy == "LINEAR":
        step = Decimal(str((configuration.get("linearConfiguration") or {}).get("stepPercent", 10)))
        share = step
        while share < _WHOLE:
            yield share
            share += step
    yield _WHOLE


def _traffic(service: Any) -> Traffic:
    """Return what the service's load balancer says may be moved; nothing for one without."""
    for each in service.load_balancers or []:
        moved = each.get("advancedConfiguration") or {}
        named = (moved.get("productionListenerRule"), moved.get("testListenerRule"))
        rules = [found for found in (_rule(service, arn) for arn in named if arn) if found]
        if rules:
            pair = (each["targetGroupArn"], moved["alternateTargetGroupArn"])
            weights = codedeploy_traffic.weights_of(rules[0].found)
            blue = max(pair, key=lambda group: weights.get(group, 0))
            return Traffic(rules, blue, next(group for group in pair if group != blue))
    return Traffic([], "", "")


def _rule(service: Any, arn: str) -> _Rule | None:
    for balancer in elbv2_backends[service._account_id][service.region_name].load_balancers.values():
        for listener in balancer.listeners.values():
            if arn in listener.rules:
                return _Rule(listener, listener.rules[arn])
    return None
