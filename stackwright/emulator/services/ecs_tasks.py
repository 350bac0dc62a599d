"""Tasks of services: what DescribeTasks tells of them, from the definition they were started from."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from moto.core.utils import utcnow

from stackwright.ecs.placement import Task

RUNNING, STOPPED = "RUNNING", "STOPPED"
SCHEDULER = "ServiceSchedulerInitiated"


@dataclass(frozen=True)
class Exit:
    """How a container ended by itself; ECS gives a reason only where it knows more than the code."""

    code: int
    reason: str = ""


class ServiceTask:
    """A task of a service, in place of moto's: it stays as it is when it is described.

    The attributes are those of "Task" in the Amazon ECS API Reference.
    """

    def __init__(self, service: Any, definition: Any, deployment: str, instance: Any, provider: str, zone: str) -> None:
        self.id = uuid.uuid4().hex
        self.cluster_name, self.cluster_arn = service.cluster_name, service.cluster_arn
        base = service.cluster_arn.replace(":cluster/", ":task/")
        self.task_arn = f"{base}/{self.id}"
        self.task_definition_arn = definition.arn
        self.container_instance_arn = instance.container_instance_arn if instance else None
        self.availability_zone = zone
        self.capacity_provider_name = provider or None
        self.launch_type = "FARGATE" if provider.startswith("FARGATE") else service.launch_type or "EC2"
        self.group, self.started_by = f"service:{service.name}", deployment
        self.desired_status = self.last_status = RUNNING
        self.cpu, self.memory = (str(each) for each in (needs(definition).cpu, needs(definition).memory))
        self.created_at = self.started_at = utcnow()
        self.stopped_at: Any = None
        self.stopped_reason: str | None = None
        self.stop_code: str | None = None
        self.overrides: dict[str, Any] = {}
        self.tags = list(service.tags) if getattr(service, "propagate_tags", "") == "SERVICE" else []
        self.containers = [self._container(each) for each in definition.container_definitions]
        self.attachments: list[dict[str, Any]] = []
        self.resource_requirements: dict[str, Any] = {}
        self.takes = needs(definition)

    def _container(self, declared: dict[str, Any]) -> dict[str, Any]:
        own = str(uuid.uuid4())
        return {
            "containerArn": f"{self.task_arn.replace(':task/', ':container/')}/{own}",
            "taskArn": self.task_arn,
            "name": declared.get("name"),
            "image": declared.get("image"),
            "lastStatus": RUNNING,
            "healthStatus": "HEALTHY" if declared.get("healthCheck") else "UNKNOWN",
            "networkInterfaces": [],
        }

    def advance(self) -> None:
        """moto moves its tasks on at each look; these end when they are stopped."""

    def stop(
        self, reason: str, code: str, *, exit_code: int | None = None, exits: Mapping[str, Exit] | None = None
    ) -> None:
        """End the task; without an exit code its containers never ran. `exits` are those that ended by themselves."""
        self.desired_status = self.last_status = STOPPED
        self.stopped_reason, self.stop_code, self.stopped_at = reason, code, utcnow()
        for container in self.containers:
            container["lastStatus"] = STOPPED
            own = (exits or {}).get(container["name"])
            if own is not None:
                container.update({"exitCode": own.code} | ({"reason": own.reason} if own.reason else {}))
            elif exit_code is None:
                container["reason"] = reason
            else:
                container["exitCode"] = exit_code


def scale_in(tasks: Iterable[ServiceTask], by: str) -> None:
    """Stop tasks that a deployment or a task set does not want any more."""
    for each in tasks:
        each.stop(f"Scaling activity initiated by ({by})", SCHEDULER, exit_code=0)


def tell(service: Any, message: str) -> None:
    """Put a message at the head of the service's events."""
    event = {"id": str(uuid.uuid4()), "createdAt": utcnow(), "message": f"(service {service.name}) {message}"}
    service.events.insert(0, event)


def needs(definition: Any) -> Task:
    """Return what a task of the definition takes: of the task if it says so, else of its containers together.

    Source: "TaskDefinition" (cpu, memory) and "ContainerDefinition" (memoryReservation), Amazon ECS API Reference.
    """
    containers: Sequence[dict[str, Any]] = definition.container_definitions
    cpu = sum(int(each.get("cpu") or 0) for each in containers)
    memory = sum(int(each.get("memoryReservation") or each.get("memory") or 0) for each in containers)
    platform = getattr(definition, "runtime_platform", None) or {}
    return Task(
        cpu=amount(definition.cpu) or cpu,
        memory=amount(definition.memory) or memory,
        interfaces=1 if definition.network_mode == "awsvpc" else 0,
        architecture=platform.get("cpuArchitecture", ""),
    )


def amount(given: Any) -> int:
    """Return units of "256", "0.5 vCPU" and "1 GB"."""
    number, _, unit = str(given or "0").strip().partition(" ")
    return int(float(number) * (1024 if unit else 1))


def running(ecs: Any, service: Any) -> list[ServiceTask]:
    """Return the service's running tasks, oldest first."""
    group = f"service:{service.name}"
    tasks = ecs.tasks.get(service.cluster_name, {}).values()
    return [each for each in tasks if isinstance(each, ServiceTask) and each.group == group and _runs(each)]


def of_cluster(ecs: Any, cluster: str) -> list[ServiceTask]:
    """Return the running tasks of all the cluster's services."""
    return [each for each in ecs.tasks.get(cluster, {}).values() if isinstance(each, ServiceTask) and _runs(each)]


def _runs(task: ServiceTask) -> bool:
    return task.last_status == RUNNING


def listed(ecs: Any, cluster: str, wanted: dict[str, Any]) -> list[Any]:
    """Return the tasks that ListTasks answers with; those that run, if no status is given ("ListTasks")."""
    status = wanted.get("desiredStatus") or RUNNING
    filters = {
        "container_instance_arn": wanted.get("containerInstance"),
        "started_by": wanted.get("startedBy"),
        "launch_type": wanted.get("launchType"),
        "group": f"service:{wanted['serviceName'].rpartition('/')[2]}" if wanted.get("serviceName") else None,
    }
    family = wanted.get("family")
    return [
        each
        for each in ecs.tasks.get(cluster, {}).values()
        if each.desired_status == status
        and all(given in (getattr(each, name) or "") for name, given in filters.items() if given)
        and (not family or f"/{family}:" in each.task_definition_arn)
    ]
