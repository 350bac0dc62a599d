"""Backward: delete what a stack has, clean up after an update, or put back what was before it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from stackwright.emulator.engine import resources
from stackwright.emulator.engine.errors import ResourceFailed
from stackwright.emulator.engine.operation import Operation
from stackwright.emulator.engine.stacks import STACK_TYPE, Resource, Stack, Undo, now


def snapshot(stack: Stack) -> Undo:
    """Return what an update that starts now would have to put back.

    What a failed update, its rollback disabled, had replaced is still to be deleted.
    """
    left = stack.undo.replaced if stack.undo else []
    return Undo(
        revision=stack.revision,
        resources={name: each.copy() for name, each in stack.resources.items()},
        outputs=dict(stack.outputs),
        replaced=list(left),
    )


def delete_all(operation: Operation, stack: Stack, *, created_now: bool = False) -> list[str]:
    """Delete every resource, dependents first; return the ids of those that refuse to go.

    What a refusing resource depends on is left alone, because it is still in use.
    """
    failed: list[str] = []
    blocked: set[str] = set()
    for resource in reverse_order(each for each in stack.resources.values() if each.live):
        if resource.logical_id in blocked:
            blocked |= resource.dependencies
        elif not _delete(operation, stack, resource, created_now=created_now):
            failed.append(resource.logical_id)
            blocked |= resource.dependencies
    return failed


def reverse_order(found: Iterable[Resource]) -> list[Resource]:
    """Return the resources so that each comes before what it depends on."""
    waiting = list(found)[::-1]
    ordered: list[Resource] = []
    while waiting:
        needed = {name for each in waiting for name in each.dependencies}
        free = next((each for each in waiting if each.logical_id not in needed), waiting[0])
        ordered.append(free)
        waiting.remove(free)
    return ordered


def clean_up(operation: Operation, stack: Stack) -> None:
    """End a successful update: delete what was replaced or left out, in nested stacks too.

    What refuses to go is left with its event, as AWS leaves it, and the update is still complete.
    """
    undo = stack.undo
    if undo is None:
        return
    store, cleaning = operation.store, "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS"
    if stack.parent is None and stack.status != cleaning:
        store.status(stack, cleaning)
    for child in _touched_children(operation, stack, undo):
        clean_up(operation, child)
    for old in reverse_order([*undo.removed, *undo.replaced]):
        replaced = old in undo.replaced
        policy = old.replace_policy if replaced else old.deletion_policy
        resources.delete(operation, stack, old, policy=policy)
        if not replaced:
            stack.resources.pop(old.logical_id, None)
    stack.undo = None
    if stack.in_progress:
        store.status(stack, "UPDATE_COMPLETE")


def roll_back(operation: Operation, stack: Stack, reason: str) -> None:
    """Put a stack and its nested ones back to what they were before the update.

    Raises ResourceFailed, with the stack in UPDATE_ROLLBACK_FAILED, when something cannot be.
    """
    undo = stack.undo
    if undo is None:
        return
    store = operation.store
    if stack.status != "UPDATE_ROLLBACK_IN_PROGRESS":
        store.status(stack, "UPDATE_ROLLBACK_IN_PROGRESS", reason)
    stack.revision = undo.revision
    failed = [name for name in undo.touched if not _restored(operation, stack, undo, name)]
    if failed:
        undo.touched = failed
        error = ResourceFailed(", ".join(failed), "update")
        store.status(stack, "UPDATE_ROLLBACK_FAILED", str(error))
        raise error
    stack.outputs = undo.outputs
    _forget_new(operation, stack, undo)
    stack.undo = None
    store.status(stack, "UPDATE_ROLLBACK_COMPLETE")


def _delete(operation: Operation, stack: Stack, resource: Resource, *, created_now: bool) -> bool:
    retained = resource.logical_id in operation.retained and stack is operation.root
    policy = "Retain" if retained else resource.deletion_policy
    gone = resources.delete(operation, stack, resource, policy=policy, created_now=created_now)
    return gone or operation.forced


def _restored(operation: Operation, stack: Stack, undo: Undo, logical_id: str) -> bool:
    before, current = undo.resources.get(logical_id), stack.resources.get(logical_id)
    if before is None or not before.live or current is None:
        return True
    if f"{stack.path}/{logical_id}".lstrip("/") in operation.skipped:
        operation.store.resource(stack, current, "UPDATE_COMPLETE")
        return True
    try:
        _restore(operation, stack, undo, current, before)
    except ResourceFailed:
        return False
    return True


def _restore(operation: Operation, stack: Stack, undo: Undo, current: Resource, before: Resource) -> None:
    old = next((each for each in undo.replaced if each.logical_id == current.logical_id), None)
    if old is None:
        resources.update(operation, stack, current, before.properties)
        return
    if current.physical_id != old.physical_id:
        undo.made.append(current)
    stack.resources[old.logical_id] = old
    operation.store.resource(stack, old, "UPDATE_IN_PROGRESS")
    operation.store.resource(stack, old, "UPDATE_COMPLETE")


def _forget_new(operation: Operation, stack: Stack, undo: Undo) -> None:
    operation.store.status(stack, "UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS")
    for name, before in undo.resources.items():
        stack.resources[name].adopt(before)
    known = {name for name, before in undo.resources.items() if before.live}
    added = [each for name, each in stack.resources.items() if name not in known]
    for resource in reverse_order(each for each in [*undo.made, *added] if each.live):
        policy = resource.deletion_policy
        resources.delete(operation, stack, resource, policy=policy, created_now=True)
    for resource in added:
        stack.resources.pop(resource.logical_id, None)


def _touched_children(operation: Operation, stack: Stack, undo: Undo) -> Iterator[Stack]:
    for logical_id in undo.touched:
        resource = stack.resources.get(logical_id)
        if resource is not None and resource.type == STACK_TYPE and resource.live:
            yield operation.store.get(stack.account, stack.region, resource.physical_id)


def mark_deleted(operation: Operation, stack: Stack) -> None:
    """Set a stack to deleted; it can be described by its id from now on."""
    stack.deleted = now()
    operation.store.status(stack, "DELETE_COMPLETE")
