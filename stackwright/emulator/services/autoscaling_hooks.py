"""Lifecycle hooks that hold what moto's do not: an instance on its way out waits until its hooks are completed.

ECS puts such a hook on the group of a capacity provider with managed draining, and completes it itself when the
instance has no tasks any more ("Safely stop Amazon ECS workloads running on EC2 instances"). Once no cluster has the
provider nobody does, and the instance waits for the hook's heartbeat to run out: an hour, which here is seconds.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from typing import Any

from moto.autoscaling.exceptions import ValidationError
from moto.ecs.models import ecs_backends

from stackwright.emulator.services.ecs_fleet import group_of

DRAINING = "ecs-managed-draining-termination-hook"
TERMINATING = "autoscaling:EC2_INSTANCE_TERMINATING"
WAITING = "Terminating:Wait"
HEARTBEAT = 3600  # seconds, of the hook that ECS makes
HEARTBEAT_HERE = 3.0  # seconds that any hook holds an instance here


def put_draining(group: Any) -> None:
    """Put the hook of managed draining on a group, as ECS does when a cluster takes the provider."""
    hook = group.autoscaling_backend.create_lifecycle_hook(DRAINING, group.name, TERMINATING, HEARTBEAT, "CONTINUE")
    hook.role_arn = hook.notification_target_arn = None


def take_draining(group: Any) -> None:
    """Take it away again, as ECS does when managed draining is switched off."""
    group.autoscaling_backend.delete_lifecycle_hook(group.name, DRAINING)


def scaled(group: Any, capacity: int | None, scale: Callable[[Any, int | None], None]) -> None:
    """Let `scale` bring a group to its capacity, but for instances that a hook holds back from ending."""
    hooks = _ending(group)
    if hooks:
        _hold(group, group.min_size if capacity is None else capacity, hooks)
    held = [each for each in group.instance_states if each.lifecycle_state == WAITING]
    group.instance_states = [each for each in group.instance_states if each not in held]
    scale(group, capacity)
    group.instance_states += held
    if _drained(group):
        _completed(group, held, {DRAINING})


def complete(group: Any, hook: str, instance_id: str, result: str) -> None:
    """Complete a hook for an instance ("CompleteLifecycleAction"): ABANDON stops the other hooks' waits too."""
    held = [each for each in group.instance_states if each.instance_id == instance_id]
    waiting = [each for each in held if hook in getattr(each, "hooks", ())]
    if not waiting:
        raise ValidationError(f"No active Lifecycle Action found with instance ID {instance_id}")
    for each in waiting:
        _completed(group, [each], {hook} if result == "CONTINUE" else set(each.hooks))


def expire(group: Any) -> None:
    """End the instances whose hooks have waited long enough."""
    late = time.monotonic() - HEARTBEAT_HERE
    for each in list(group.instance_states):
        if each.lifecycle_state == WAITING and each.held_since < late:
            _completed(group, [each], set(each.hooks))


def forget(group: Any) -> None:
    """Take a group's hooks away, and end what they hold: the group goes ("DeleteAutoScalingGroup")."""
    backend = group.autoscaling_backend
    for hook in backend.describe_lifecycle_hooks(group.name):
        backend.delete_lifecycle_hook(group.name, hook.name)
    for each in list(group.instance_states):
        if each.lifecycle_state == WAITING:
            _completed(group, [each], set(each.hooks))


def _ending(group: Any) -> set[str]:
    hooks = group.autoscaling_backend.describe_lifecycle_hooks(group.name)
    return {each.name for each in hooks if each.lifecycle_transition == TERMINATING}


def _hold(group: Any, capacity: int, hooks: set[str]) -> None:
    active = group.active_instances()
    free = [each for each in active if not each.protected_from_scale_in]
    for each in free[: max(len(active) - int(capacity), 0)]:
        each.lifecycle_state, each.hooks, each.held_since = WAITING, set(hooks), time.monotonic()


def _completed(group: Any, states: Iterable[Any], hooks: set[str]) -> None:
    for each in states:
        each.hooks -= hooks
    ended = [each for each in states if not each.hooks]
    if ended:
        group.autoscaling_backend.ec2_backend.terminate_instances([each.instance_id for each in ended])
        group.instance_states = [each for each in group.instance_states if each not in ended]


def _drained(group: Any) -> bool:
    """Tell whether a cluster has a provider of the group with managed draining: its tasks go, and the hook is done."""
    here = group.autoscaling_backend
    ecs = ecs_backends[here.account_id][here.region_name]
    taken = {name for cluster in ecs.clusters.values() for name in cluster.capacity_providers or []}
    ours = (ecs._get_provider(name) for name in taken if group_of(ecs, name) is group)
    return any(each.auto_scaling_group_provider.get("managedDraining") == "ENABLED" for each in ours)
