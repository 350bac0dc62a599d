"""What becomes of a task's containers once they run: they log, and they may exit, run out of memory or stay unhealthy.

How a container behaves is told by its image (`ecs_images.Behaviour`). Reasons and codes: "Stopped tasks error codes",
"Viewing Amazon ECS service event messages" (Amazon ECS Developer Guide) and "Task" (stopCode, stoppedReason) in the
Amazon ECS API Reference.
"""

from __future__ import annotations

import time
from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from moto.logs.models import logs_backends

from stackwright.emulator.services.ecs_images import Behaviour, behaviour, unpullable
from stackwright.emulator.services.ecs_secrets import unreadable
from stackwright.emulator.services.ecs_tasks import Exit, ServiceTask

_OUT_OF_MEMORY = Exit(137, "OutOfMemoryError: Container killed due to memory usage")


@dataclass(frozen=True)
class End:
    """How each task of a service ends soon after its start; `told` is the service's event about it."""

    reason: str
    code: str
    told: str = ""
    exits: Mapping[str, Exit] = field(default_factory=dict)


def unstartable(ecs: Any, definition: Any) -> str:
    """Return why a secret cannot be read or an image cannot be pulled, "" when the tasks can start."""
    images = [each.get("image", "") for each in definition.container_definitions]
    return unreadable(ecs, definition) or next(filter(None, map(unpullable, images)), "")


def end_of(service: Any, definition: Any) -> End | None:
    """Return how the tasks end, None when they run on."""
    containers = {each["name"]: each for each in definition.container_definitions}
    behaves = {name: behaviour(each.get("image", "")) for name, each in containers.items()}
    essential = [name for name, each in containers.items() if each.get("essential", True)]
    exits = {name: _exit(behaves[name], _limit(containers[name], definition)) for name in essential}
    gone = {name: each for name, each in exits.items() if each is not None}
    if gone:
        return End("Essential container in task exited", "EssentialContainerExited", exits=gone)
    if any(containers[name].get("healthCheck") and not behaves[name].healthy for name in essential):
        return End("Task failed container health checks", "ServiceSchedulerInitiated")
    return _unreachable(service, {name for name, each in behaves.items() if not each.reachable})


def _exit(behaves: Behaviour, limit: int) -> Exit | None:
    if limit and behaves.memory > limit:
        return _OUT_OF_MEMORY
    return None if behaves.exit_code is None else Exit(behaves.exit_code)


def _limit(container: Mapping[str, Any], definition: Any) -> int:
    """Return the MiB at which a container is killed: its own hard limit, else what the task has, 0 for none."""
    return int(container.get("memory") or definition.memory or 0)


def _unreachable(service: Any, silent: Container[str]) -> End | None:
    """Return how a load balancer's health check ends the tasks, None if it asks none of the silent containers."""
    for each in service.load_balancers or []:
        if each.get("targetGroupArn") and each.get("containerName") in silent:
            group = f"(target-group {each['targetGroupArn']})"
            told = f"(port {each['containerPort']}) is unhealthy in {group} due to (reason Health checks failed)."
            return End(f"Task failed ELB health checks in {group}", "ServiceSchedulerInitiated", told)
    return None


def log(ecs: Any, task: ServiceTask, definition: Any) -> None:
    """Write what the containers say to where their awslogs options point, into streams prefix/container/task.

    Source: "Send Amazon ECS logs to CloudWatch", Amazon ECS Developer Guide.
    """
    for container in definition.container_definitions:
        lines = behaviour(container.get("image", "")).log
        configuration = container.get("logConfiguration") or {}
        if lines and configuration.get("logDriver") == "awslogs":
            _write(ecs, configuration["options"], f"{container['name']}/{task.id}", lines)


def _write(ecs: Any, options: Mapping[str, str], stream: str, lines: Iterable[str]) -> None:
    logs = logs_backends[ecs.account_id][options.get("awslogs-region", ecs.region_name)]
    group, prefix = options["awslogs-group"], options.get("awslogs-stream-prefix")
    if group not in logs.groups or not prefix:
        return
    name = f"{prefix}/{stream}"
    logs.create_log_stream(group, name)
    now = int(time.time() * 1000)
    events = [{"timestamp": now, "message": line} for line in lines]
    logs.put_log_events(group, name, events)
