"""What a service wants, brought about: tasks placed and stopped, or a deployment that fails in ECS's own words.

What takes ECS minutes is decided at once: a deployment whose tasks cannot be started or placed, exit or never get
healthy fails as soon as it begins, where the circuit breaker is on; otherwise it stays in progress.
Source: "How the Amazon ECS deployment circuit breaker detects failures" and "Viewing Amazon ECS service event
messages", Amazon ECS Developer Guide.
"""

from __future__ import annotations

import math
import random
from collections.abc import Sequence
from typing import Any

from moto.core.utils import utcnow

from stackwright.ecs.placement import DEFAULT, Old, Percents, Rollout, Strategy, place, roll, shortage
from stackwright.emulator.services import ecs_containers, ecs_fargate, ecs_task_sets
from stackwright.emulator.services.ecs_fleet import Fleet, group_of, recount, zones_of
from stackwright.emulator.services.ecs_tasks import SCHEDULER, ServiceTask, needs, running, scale_in, tell

_UNPLACED = "was unable to place a task because no container instance met all of its requirements."
_GUIDE = "For more information, see the Troubleshooting section of the Amazon ECS Developer Guide."
_LACKING = {
    "cpu": "has insufficient CPU units available.",
    "memory": "has insufficient memory available.",
    "interfaces": 'encountered error "RESOURCE:ENI".',
    "architecture": "is missing an attribute required by your task.",
}


def deployment_id() -> str:
    """Return the id of a new deployment."""
    return f"ecs-svc/{random.randrange(10**18, 10**19)}"


def settle(ecs: Any, service: Any, before: dict[str, Any] | None = None) -> None:
    """Run what the service wants. `before` is the deployment that a failing one goes back to.

    CodeDeploy's services have task sets in place of deployments. Nothing happens for a service that a third controller
    deploys, or that has no task definition.
    """
    if ecs_task_sets.controlled(service):
        ecs_task_sets.settle(ecs, service)
        recount_cluster(ecs, ecs._get_cluster(service.cluster_name))
    if not service.deployments or not service.task_definition:
        return
    change = Change(ecs, service)
    deployment = service.deployments[0]
    service.deployments[1:] = []
    reason = change.bring_about()
    if not reason:
        ended(deployment, "COMPLETED", f"ECS deployment {deployment['id']} completed.")
    elif _breaker(service).get("enable") and not change.scales_only:
        _fail(change, before)
    else:
        ended(deployment, "IN_PROGRESS", f"ECS deployment {deployment['id']} in progress.")
    count(ecs, service)


class Change:
    """From the tasks that run to the tasks that are wanted; with `keeps_old` the old ones stay beside them."""

    def __init__(self, ecs: Any, service: Any, *, keeps_old: bool = False) -> None:
        self.ecs, self.service, self.keeps_old = ecs, service, keeps_old
        self.cluster = ecs._get_cluster(service.cluster_name)
        self.definition = ecs.describe_task_definition(service.task_definition)
        self.task = needs(self.definition)
        self.id = service.deployments[0]["id"]
        tasks = running(ecs, service)
        self.new = [each for each in tasks if each.started_by == self.id]
        self.old = [each for each in tasks if each.started_by != self.id]
        self.scales_only = service.deployments[0]["rolloutState"] == "COMPLETED"

    def bring_about(self) -> str:
        """Start and stop tasks; return why not all that are wanted run, "" if they do."""
        wanted = self.service.desired_count
        stop(self.new[wanted:], self.id)
        missing = max(0, wanted - len(self.new))
        unstarted = self._unstartable() if missing else ""
        reason = unstarted or self._place(missing)
        if reason:
            return reason
        if not self.keeps_old:
            self.leave_old()
        return ""

    def leave_old(self) -> None:
        """Stop the old tasks."""
        stop(self.old, self.id)
        tell(self.service, "has reached a steady state.")

    def _unstartable(self) -> str:
        """Fail the tasks whose secrets cannot be read or whose images cannot be pulled; return why."""
        reason = ecs_containers.unstartable(self.ecs, self.definition)
        for _ in range(_threshold(self.service) if reason else 0):
            self._start([""])[0].stop(reason, "TaskFailedToStart")
        return reason

    def _place(self, missing: int) -> str:
        providers = _providers(self.ecs, self.service)
        if not providers:
            return self._run([""] * missing)
        fleet = Fleet(self.ecs, self.cluster, self.service, providers)
        outcome = self._rolled(fleet, missing)
        while not outcome.complete and fleet.grow(self.task):
            outcome = self._rolled(fleet, missing)
        ended = self._run(outcome.names, fleet.members()) if outcome.complete or not self.old else ""
        if outcome.complete:
            return ended
        name, lacking = shortage(self.task, outcome.stuck)
        tell(self.service, reason := _unplaced(name, lacking))
        return reason

    def _rolled(self, fleet: Fleet, missing: int) -> Rollout:
        instances = fleet.instances()
        distinct = {"type": "distinctInstance"} in (getattr(self.service, "placement_constraints", None) or [])
        strategies = _strategies(self.service)
        if self.new or not self.old or self.keeps_old:
            placed = place(self.task, missing, instances, strategies, distinct=distinct)
            return Rollout(placed.names, len(placed.names) == missing, placed.fleet)
        hosts = {each.container_instance_arn: key for key, each in fleet.members().items()}
        old = [Old(each.takes, hosts.get(each.container_instance_arn, "")) for each in self.old]
        percents = _percents(self.service)
        return roll(self.task, missing, instances, old, percents=percents, strategies=strategies, distinct=distinct)

    def _run(self, names: Sequence[str], members: dict[str, Any] | None = None) -> str:
        """Start tasks; return why they end again, one after the other until the circuit breaker's count is full."""
        end = ecs_containers.end_of(self.service, self.definition) if names else None
        if end is None:
            for task in self._start(names, members):
                ecs_containers.log(self.ecs, task, self.definition)
            return ""
        for number in range(_threshold(self.service)):
            (task,) = self._start([names[number % len(names)]], members)
            ecs_containers.log(self.ecs, task, self.definition)
            if end.told:
                tell(self.service, end.told)
            task.stop(end.reason, end.code, exit_code=0, exits=end.exits)
        tell(self.service, f"is unable to consistently start tasks successfully. {_GUIDE}")
        return end.reason

    def _start(self, names: Sequence[str], members: dict[str, Any] | None = None) -> list[ServiceTask]:
        started = []
        zones = zones_of(self.ecs, self.service) or [f"{self.ecs.region_name}a"]
        shares = ecs_fargate.providers(self.service, len(names), self.new)
        for number, name in enumerate(names, start=len(self.new)):
            instance = (members or {}).get(name)
            zone = instance.zone if instance else zones[number % len(zones)]
            provider = instance.capacity_provider_name if instance else shares[number - len(self.new)]
            task = ServiceTask(self.service, self.definition, self.id, instance, provider, zone)
            ecs_fargate.equip(self.ecs, task, self.service, self.definition)
            self.ecs.tasks.setdefault(self.cluster.name, {})[task.task_arn] = task
            started.append(task)
        if started:
            ids = " ".join(f"(task {each.id})" for each in started)
            tell(self.service, f"has started {len(started)} tasks: {ids}.")
        return started


def _unplaced(name: str, lacking: str) -> str:
    if not name:
        return f"{_UNPLACED} Reason: No Container Instances were found in your capacity provider."
    return f"{_UNPLACED} The closest matching (container-instance {name}) {_LACKING.get(lacking, '')} {_GUIDE}"


def _providers(ecs: Any, service: Any) -> tuple[str, ...]:
    """Return the providers with instances of their own that the service's strategy names."""
    strategy = getattr(service, "capacity_provider_strategy", None) or []
    names = [each["capacityProvider"] for each in strategy]
    return tuple(each for each in names if group_of(ecs, each) is not None)


def _strategies(service: Any) -> tuple[Strategy, ...]:
    given = getattr(service, "placement_strategy", None) or []
    return tuple(Strategy(each["type"], each.get("field", "")) for each in given) or DEFAULT


def _configuration(service: Any) -> dict[str, Any]:
    return getattr(service, "deployment_configuration", None) or {}


def _percents(service: Any) -> Percents:
    given = _configuration(service)
    return Percents(given.get("minimumHealthyPercent", 100), given.get("maximumPercent", 200))


def _breaker(service: Any) -> dict[str, Any]:
    return _configuration(service).get("deploymentCircuitBreaker") or {}


def _threshold(service: Any) -> int:
    """Return how many tasks may fail: what the service says, else half of the tasks, 3 to 200."""
    given = _breaker(service).get("thresholdConfiguration") or {}
    if given.get("type") == "COUNT":
        return int(given["value"])
    half: int = math.ceil(service.desired_count / 2)
    return min(200, max(3, half))


def _fail(change: Change, before: dict[str, Any] | None) -> None:
    """End the deployment as the circuit breaker does, and go back to the one before if it may."""
    service, failed = change.service, change.service.deployments[0]
    stop([each for each in running(change.ecs, service) if each.started_by == failed["id"]], failed["id"])
    tell(service, f"(deployment {failed['id']}) deployment failed: tasks failed to start.")
    ended(failed, "FAILED", "ECS deployment circuit breaker: tasks failed to start.")
    failed.update(failedTasks=_threshold(service))
    if before is None or not _breaker(service).get("rollback"):
        return
    tell(service, f"rolling back to deployment {before['id']}.")
    back = f"ECS deployment circuit breaker: rolling back to deploymentId {before['id']}."
    ended(before, "COMPLETED", back)
    gone_back(service, before, failed)


def gone_back(service: Any, before: dict[str, Any], failed: dict[str, Any]) -> None:
    """Let the deployment before be the service's again, and the failed one its last."""
    failed.update(status="INACTIVE", runningCount=0, desiredCount=0)
    service.task_definition = before["taskDefinition"]
    service.deployments[:] = [before, failed]


def stop(tasks: Sequence[ServiceTask], deployment: str) -> None:
    """Stop tasks that a deployment does not want any more."""
    scale_in(tasks, f"deployment {deployment}")


def ended(deployment: dict[str, Any], state: str, reason: str) -> None:
    """Say what state a deployment is in, and why."""
    deployment.update(rolloutState=state, rolloutStateReason=reason, updatedAt=utcnow())


def count(ecs: Any, service: Any) -> None:
    """Say how many tasks run: of the service, its deployment, its cluster and each instance."""
    tasks = running(ecs, service)
    service.running_count = len(tasks)
    service.pending_count = max(0, service.desired_count - service.running_count)
    for each in service.deployments:
        if each["status"] != "INACTIVE":
            own = sum(1 for task in tasks if task.started_by == each["id"])
            wanted = service.desired_count
            each.update(desiredCount=wanted, runningCount=own, pendingCount=max(0, wanted - own))
    service.deployments[0].update(launchType=service.launch_type, taskDefinition=service.task_definition)
    recount_cluster(ecs, ecs._get_cluster(service.cluster_name))


def recount_cluster(ecs: Any, cluster: Any) -> None:
    """Bring the cluster's own numbers up to date."""
    services = [each for each in ecs.services.values() if each.cluster_name == cluster.name]
    cluster.running_tasks_count = sum(each.running_count for each in services)
    cluster.pending_tasks_count = sum(each.pending_count for each in services)
    recount(ecs, cluster)


def end(ecs: Any, service: Any) -> None:
    """Stop all the service's tasks: it is deleted."""
    for task in running(ecs, service):
        task.stop("Task stopped by the service's deletion", SCHEDULER, exit_code=0)
    service.desired_count = service.running_count = service.pending_count = 0
    recount_cluster(ecs, ecs._get_cluster(service.cluster_name))
