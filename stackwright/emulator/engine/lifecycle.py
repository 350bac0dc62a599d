"""Root operations from first status to last. Each runs in a thread of its own and never raises.

A create that fails rolls back, deletes or stops, as asked; an update that fails is rolled back,
nested stacks included, unless that was disabled. Statuses and their order: AWS CloudFormation User
Guide, "Stack status codes".
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from functools import partial

from stackwright.emulator.engine.backward import (
    clean_up,
    delete_all,
    mark_deleted,
    roll_back,
    snapshot,
)
from stackwright.emulator.engine.errors import Cancelled, ResourceFailed
from stackwright.emulator.engine.forward import forward
from stackwright.emulator.engine.operation import Operation
from stackwright.emulator.engine.resources import reason_of
from stackwright.emulator.engine.stacks import REVIEW, Revision, now

log = logging.getLogger(__name__)


def start(operation: Operation, run: Callable[[Operation], None]) -> threading.Thread:
    """Run the operation in a thread; whatever it raises becomes the stack's status."""
    name = f"cloudformation-{operation.root.name}"
    thread = threading.Thread(target=partial(_guarded, operation, run), name=name, daemon=True)
    operation.root.worker = thread
    thread.start()
    return thread


def create(operation: Operation, on_failure: str) -> None:
    """Create a root stack; `on_failure` is ROLLBACK, DELETE or DO_NOTHING."""
    stack, store = operation.root, operation.store
    try:
        forward(operation, stack)
    except Cancelled:
        return  # by a delete, which waits for this thread to end
    except Exception as error:
        _note(operation, error)
        _after_failed_create(operation, on_failure, reason_of(error))
        return
    store.status(stack, "CREATE_COMPLETE")


def update(operation: Operation, revision: Revision) -> None:
    """Update a root stack, whose status says so already."""
    stack, store = operation.root, operation.store
    stack.undo = snapshot(stack)
    stack.revision, stack.updated = revision, now()
    try:
        forward(operation, stack, stack.undo)
    except Exception as error:
        _note(operation, error)
        _after_failed_update(operation, error)
        return
    store.status(stack, "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS")
    clean_up(operation, stack)


def continue_rollback(operation: Operation) -> None:
    """Go on with a rollback that failed."""
    _roll_back(operation, "User Initiated")


def delete(operation: Operation, before: threading.Thread | None = None) -> None:
    """Delete a root stack, whose status says so already, once what ran `before` has ended."""
    if before is not None:
        before.join()
    failed = delete_all(operation, operation.root)
    if failed:
        reason = f"The following resource(s) failed to delete: [{', '.join(failed)}]. "
        operation.store.status(operation.root, "DELETE_FAILED", reason)
        return
    mark_deleted(operation, operation.root)


def _after_failed_create(operation: Operation, on_failure: str, reason: str) -> None:
    stack, store = operation.root, operation.store
    if on_failure == "DO_NOTHING":
        store.status(stack, "CREATE_FAILED", reason)
        return
    deleting = on_failure == "DELETE"
    verb = "DELETE" if deleting else "ROLLBACK"
    asked = f"{'Delete' if deleting else 'Rollback'} requested by user."
    operation.backwards = True
    store.status(stack, f"{verb}_IN_PROGRESS", f"{reason.rstrip(' .')}. {asked}")
    failed = delete_all(operation, stack, created_now=True)
    if failed:
        left = f"The following resource(s) failed to delete: [{', '.join(failed)}]. "
        store.status(stack, f"{verb}_FAILED", left)
    elif deleting:
        mark_deleted(operation, stack)
    else:
        store.status(stack, "ROLLBACK_COMPLETE")


def _after_failed_update(operation: Operation, error: Exception) -> None:
    if operation.root.disable_rollback and not isinstance(error, Cancelled):
        operation.store.status(operation.root, "UPDATE_FAILED", reason_of(error))
        return
    _roll_back(operation, reason_of(error))


def _roll_back(operation: Operation, reason: str) -> None:
    operation.backwards = True
    try:
        roll_back(operation, operation.root, reason)
    except ResourceFailed:
        log.info("%s could not be rolled back", operation.root.name)


def _note(operation: Operation, error: Exception) -> None:
    level = logging.INFO if isinstance(error, ResourceFailed | Cancelled) else logging.WARNING
    log.log(level, "%s failed: %s", operation.root.name, reason_of(error))


def _guarded(operation: Operation, run: Callable[[Operation], None]) -> None:
    stack = operation.root
    try:
        run(operation)
    except Exception as error:
        log.exception("the operation on %s broke", stack.name)
        verb = "DELETE" if stack.status.startswith("DELETE") else stack.status.split("_")[0]
        operation.store.status(stack, f"{verb}_FAILED", reason_of(error))
    finally:
        stack.cancelled.clear()
        if stack.status == REVIEW:
            log.error("%s was left under review", stack.name)
