"""One ECS deployment: its lifecycle events one after the other, on a thread of its own, to its end or back.

A step takes the seconds that `--delay AWS::CodeDeploy::DeploymentGroup=SECONDS` says, whatever minutes a deployment
configuration or a termination wait has; without it none. Sources: "What happens during an Amazon ECS deployment",
"AppSpec 'hooks' section for an Amazon ECS deployment", "Redeploy and roll back a deployment" and "Monitoring
deployments with Amazon CloudWatch alarms", AWS CodeDeploy User Guide. Lambda functions of hooks are not run.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from moto.cloudwatch.models import cloudwatch_backends
from moto.core.utils import utcnow
from moto.ecs.models import ecs_backends

from stackwright.ecs.appspec import AppSpec
from stackwright.emulator.services import codedeploy_traffic, ecs_rollout, ecs_task_sets

FAILURE, ON_ALARM, ON_REQUEST = "DEPLOYMENT_FAILURE", "DEPLOYMENT_STOP_ON_ALARM", "DEPLOYMENT_STOP_ON_REQUEST"
ENDED = ("Succeeded", "Failed", "Stopped")
_WHOLE = 100
_UNHEALTHY = (
    "The deployment timed out while waiting for the replacement task set to become healthy. "
    "This time out period is 60 minutes."
)
_ALARMED = (
    "One or more alarms have been activated according to the Amazon CloudWatch metrics you selected, and the affected "
    "deployments have been stopped."
)
_NOT_BEHIND = (
    "The ELB could not be updated due to the following error: Primary taskset target group must be behind listener {}"
)
_STOPPED = "The deployment was stopped by a request."
_DIED = {"code": "INTERNAL_ERROR", "message": "There was an internal error."}  # "ErrorInformation", API Reference


class Broken(Exception):
    """What ends a deployment: CodeDeploy's error code, its words, and the event that may roll it back."""

    def __init__(self, code: str, message: str, event: str) -> None:
        super().__init__(message)
        self.code, self.message, self.event = code, message, event


@dataclass
class LifecycleEvent:
    """One lifecycle event as GetDeploymentTarget tells of it."""

    name: str
    status: str = "Pending"
    started: datetime | None = None
    ended: datetime | None = None
    message: str = ""


@dataclass
class Run:
    """A deployment under way: what it replaces by what, and how far it is.

    `steps` are the shares of traffic in percent; `alarms` the names that stop it; `back` the events that roll it back;
    `rolled_back` is called with the message when it has to go back.
    """

    deployment: Any
    service: Any
    spec: AppSpec
    production: Any
    test: Any
    groups: tuple[str, str]
    steps: list[int]
    pace: float
    alarms: list[str]
    back: frozenset[str]
    waits: bool
    terminates: bool
    rolled_back: Callable[[Run, str], None]
    events: list[LifecycleEvent] = field(default_factory=list)
    sets: list[tuple[Any, str]] = field(default_factory=list)
    status: str = "Pending"
    weight: int = 0
    stop: threading.Event = field(default_factory=threading.Event)
    go_on: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        test = ("AllowTestTraffic", "AfterAllowTestTraffic") if self.test is not None else ()
        names = ("BeforeInstall", "Install", "AfterInstall", *test)
        names += ("BeforeAllowTraffic", "AllowTraffic", "AfterAllowTraffic")
        self.events = [LifecycleEvent(name) for name in names]

    @property
    def ecs(self) -> Any:
        """moto's ECS of the deployment's account and region."""
        return ecs_backends[self.service._account_id][self.service.region_name]

    @property
    def original(self) -> Any:
        """The task set that was in production when the deployment began."""
        return self.sets[0][0]

    @property
    def replacement(self) -> Any:
        """The task set that the deployment made, None before it has."""
        return self.sets[1][0] if len(self.sets) > 1 else None

    def begin(self) -> None:
        """Go through the lifecycle on a thread."""
        self.sets = [(ecs_task_sets.primary(self.service), "Blue")]
        threading.Thread(target=self._run, daemon=True).start()

    def _run(self) -> None:
        self.deployment.status, self.deployment.start_time = "InProgress", utcnow()
        self.status = "InProgress"
        try:
            for event in self.events:
                self._through(event)
            self.status = "Succeeded"
            self._terminate()
            self._end("Succeeded")
        except Broken as broken:
            self._broken(broken)
        finally:
            if self.deployment.status not in ENDED:
                self._died()

    def _through(self, event: LifecycleEvent) -> None:
        event.status, event.started = "InProgress", utcnow()
        self._check()
        action = getattr(self, f"_{event.name}", None)
        try:
            if action:
                action()
            self._wait()
        except Broken as broken:
            event.status, event.ended, event.message = "Failed", utcnow(), broken.message
            raise
        event.status, event.ended = "Succeeded", utcnow()

    def _Install(self) -> None:
        group = self._other_group()
        given = {
            "task_definition": self.ecs.describe_task_definition(self.spec.task_definition).arn,
            "load_balancers": [
                {
                    "targetGroupArn": group,
                    "containerName": self.spec.container,
                    "containerPort": self.spec.port,
                }
            ],
            "platform_version": self.spec.platform_version or "LATEST",
            "external_id": self.deployment.deployment_id,
        }
        if self.spec.network:
            given["network_configuration"] = {"awsvpcConfiguration": _members(self.spec.network)}
        if self.spec.strategy:
            given["capacity_provider_strategy"] = [_members(each) for each in self.spec.strategy]
        made = ecs_task_sets.add(self.ecs, self.service, given)
        self.sets.append((made, "Green"))
        if ecs_task_sets.bring_about(self.ecs, self.service, made):
            raise Broken("TIMEOUT", _UNHEALTHY, FAILURE)

    def _AllowTestTraffic(self) -> None:
        self._shift(self.test, _WHOLE)

    def _BeforeAllowTraffic(self) -> None:
        if self.waits:
            self.deployment.status = self.status = "Ready"
            while not self.go_on.wait(0.05):
                self._check()
            self.deployment.status = self.status = "InProgress"

    def _AllowTraffic(self) -> None:
        for share in self.steps:
            self._shift(self.production, share)
            self.weight = share
            if share < _WHOLE:
                self._wait()
        ecs_task_sets.promote(self.service, self.replacement)

    def _shift(self, listener: Any, share: int) -> None:
        codedeploy_traffic.shift(listener, _group(self.original), _group(self.replacement), share)

    def _other_group(self) -> str:
        original = _group(self.original)
        if original not in self.groups or not codedeploy_traffic.leads_to(self.production, original):
            raise Broken("ECS_UPDATE_ERROR", _NOT_BEHIND.format(self.production.arn), FAILURE)
        return next(each for each in self.groups if each != original)

    def _terminate(self) -> None:
        self._wait()
        if self.terminates:
            ecs_task_sets.remove(self.ecs, self.service, self.original)

    def _wait(self) -> None:
        self.stop.wait(self.pace)
        self._check()

    def _check(self) -> None:
        if self.stop.is_set():
            raise Broken("MANUAL_STOP", _STOPPED, ON_REQUEST)
        known = cloudwatch_backends[self.service._account_id][self.service.region_name].alarms
        if any(name in known and known[name].state_value == "ALARM" for name in self.alarms):
            raise Broken("ALARM_ACTIVE", _ALARMED, ON_ALARM)

    def _broken(self, broken: Broken) -> None:
        for event in self.events:
            event.status = "Skipped" if event.status == "Pending" else event.status
        self.status = "Failed"
        self.deployment.error_information = {"code": broken.code, "message": broken.message}
        if broken.event in self.back:
            self.rolled_back(self, broken.message)
        elif not self.weight:
            self.undo()
        self._end("Failed" if broken.event == FAILURE else "Stopped")

    def _died(self) -> None:
        self.status = "Failed"
        self.deployment.error_information = _DIED
        self.deployment.complete_time = utcnow()
        self.deployment.status = "Failed"

    def undo(self) -> None:
        """Give all traffic back to the original task set and take the replacement away."""
        if self.replacement is None:
            return
        for listener in filter(None, (self.production, self.test)):
            self._shift(listener, 0)
        self.weight = 0
        ecs_task_sets.promote(self.service, self.original)
        ecs_task_sets.remove(self.ecs, self.service, self.replacement)

    def _end(self, status: str) -> None:
        ecs_rollout.recount_cluster(self.ecs, self.ecs._get_cluster(self.service.cluster_name))
        self.deployment.complete_time = utcnow()
        self.deployment.status = status


def undone(run: Run, back: Any, status: str) -> Run:
    """Return the run of the deployment that rolls `run` back: all it has to do is to move the traffic."""
    made = replace(run, deployment=back, sets=run.sets[:1], status=status)
    for each in made.events:
        each.status = status if each.name == "AllowTraffic" else "Skipped"
    return made


def _group(task_set: Any) -> str:
    return str(task_set.load_balancers[0]["targetGroupArn"])


def _members(given: Any) -> dict[str, Any]:
    """Return an AppSpec's properties as the API's members."""
    return {name[0].lower() + name[1:]: value for name, value in given.items()}
