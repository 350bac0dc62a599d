"""Task sets: the tasks of a service that CodeDeploy deploys, the replacement's beside the original's.

A set's tasks start and end at once, or fail in ECS's own words, as its images say (`ecs_images`). Each set has as many
tasks as the service wants; instances are not counted. Sources: "TaskSet", "CreateTaskSet" and
"UpdateServicePrimaryTaskSet", Amazon ECS API Reference.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from moto.core.utils import utcnow
from moto.ecs.models import TaskSet

from stackwright.emulator.services import ecs_containers, ecs_fargate
from stackwright.emulator.services.ecs_fleet import zones_of
from stackwright.emulator.services.ecs_tasks import ServiceTask, running, scale_in, tell

CODE_DEPLOY = "CODE_DEPLOY"

# How often ECS is seen to try tasks that end at once, before nobody waits any longer.
_TRIES = 3


def controlled(service: Any) -> bool:
    """Tell whether CodeDeploy deploys the service."""
    return bool(service.deployment_controller["type"] == CODE_DEPLOY)


def add(ecs: Any, service: Any, given: Mapping[str, Any]) -> TaskSet:
    """Add a set to the service: `given` is what it has of its own, in the members of CreateTaskSet."""
    own = {
        "task_definition": service.task_definition,
        "load_balancers": service.load_balancers,
        "network_configuration": getattr(service, "network_configuration", None),
        "capacity_provider_strategy": getattr(service, "capacity_provider_strategy", None),
        "launch_type": service.launch_type,
        "platform_version": service.platform_version,
        **given,
    }
    made = TaskSet(service.name, service.cluster_name, account_id=ecs.account_id, region_name=ecs.region_name, **own)
    made.service_arn, made.cluster_arn, made.started_by = service.arn, service.cluster_arn, CODE_DEPLOY
    service.task_sets.append(made)
    return made


def promote(service: Any, task_set: TaskSet) -> None:
    """Make the set the service's primary one, whose definition and target group are the service's."""
    for each in service.task_sets:
        each.status = "PRIMARY" if each is task_set else "ACTIVE"
    service.task_definition, service.load_balancers = task_set.task_definition, task_set.load_balancers


def primary(service: Any) -> TaskSet | None:
    """Return the set that is in production."""
    found: TaskSet | None = next((each for each in service.task_sets if each.status == "PRIMARY"), None)
    return found


def remove(ecs: Any, service: Any, task_set: TaskSet) -> None:
    """Stop a set's tasks and take it away."""
    scale_in(_tasks(ecs, service, task_set), f"task-set {task_set.id}")
    service.task_sets.remove(task_set)
    count(ecs, service)


def settle(ecs: Any, service: Any) -> None:
    """Bring every set to the number of tasks that the service wants."""
    for each in service.task_sets:
        bring_about(ecs, service, each)


def bring_about(ecs: Any, service: Any, task_set: TaskSet) -> str:
    """Start and stop a set's tasks; return why not all that are wanted run, "" if they do."""
    tasks = _tasks(ecs, service, task_set)
    scale_in(tasks[service.desired_count :], f"task-set {task_set.id}")
    reason = _started(ecs, service, task_set, service.desired_count - len(tasks))
    count(ecs, service)
    return reason


def _started(ecs: Any, service: Any, task_set: TaskSet, missing: int) -> str:
    if missing <= 0:
        return ""
    definition = ecs.describe_task_definition(task_set.task_definition)
    unstarted = ecs_containers.unstartable(ecs, definition)
    end = None if unstarted else ecs_containers.end_of(task_set, definition)
    for number in range(_TRIES if unstarted or end else missing):
        task = _start(ecs, service, task_set, definition, number)
        if unstarted:
            task.stop(unstarted, "TaskFailedToStart")
            continue
        ecs_containers.log(ecs, task, definition)
        if end:
            tell(service, f"(task-set {task_set.id}) {end.told or end.reason}")
            task.stop(end.reason, end.code, exit_code=0, exits=end.exits)
    return unstarted or (end.reason if end else "")


def _start(ecs: Any, service: Any, task_set: TaskSet, definition: Any, number: int) -> ServiceTask:
    zones = zones_of(ecs, service) or [f"{ecs.region_name}a"]
    (provider,) = ecs_fargate.providers(task_set, 1, _tasks(ecs, service, task_set))
    task = ServiceTask(service, definition, task_set.id, None, provider, zones[number % len(zones)])
    ecs_fargate.equip(ecs, task, task_set, definition)
    ecs.tasks.setdefault(service.cluster_name, {})[task.task_arn] = task
    tell(service, f"(task-set {task_set.id}) has started 1 tasks: (task {task.id}).")
    return task


def _tasks(ecs: Any, service: Any, task_set: TaskSet) -> list[ServiceTask]:
    return [each for each in running(ecs, service) if each.started_by == task_set.id]


def count(ecs: Any, service: Any) -> None:
    """Say how many tasks each set and the service have; the service's are those of its primary set."""
    for each in service.task_sets:
        each.running_count = len(_tasks(ecs, service, each))
        each.computed_desired_count = service.desired_count
        each.pending_count = max(0, service.desired_count - each.running_count)
        each.stability_status = "STABILIZING" if each.pending_count else "STEADY_STATE"
        each.updated_at = utcnow()
    in_production = primary(service)
    service.running_count = in_production.running_count if in_production else 0
    service.pending_count = max(0, service.desired_count - service.running_count)
