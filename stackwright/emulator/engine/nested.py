"""Nested stacks: stacks of the same engine, whose operations are part of their root's."""

from __future__ import annotations

from stackwright.emulator.engine import admission, changes, revisions
from stackwright.emulator.engine.backward import delete_all, mark_deleted, roll_back, snapshot
from stackwright.emulator.engine.children import new_child
from stackwright.emulator.engine.errors import Cancelled, Invalid, ResourceFailed
from stackwright.emulator.engine.forward import forward
from stackwright.emulator.engine.operation import Operation
from stackwright.emulator.engine.resources import INITIATED, reason_of
from stackwright.emulator.engine.stacks import Properties, Resource, Stack


class Nested:
    """`AWS::CloudFormation::Stack`, as an operation's backend."""

    def create(self, operation: Operation, stack: Stack, resource: Resource) -> str:
        """Create the nested stack; raises what AWS writes into the parent's event."""
        child = self._child(operation, stack, resource)
        resource.physical_id = child.id
        child.timeout = resource.properties.get("TimeoutInMinutes")
        operation.store.resource(stack, resource, "CREATE_IN_PROGRESS", INITIATED)
        operation.store.status(child, "CREATE_IN_PROGRESS", "User Initiated")
        try:
            child.revision = revisions.nested(operation.services, child, stack.revision, resource.properties)
            forward(operation, child)
        except Cancelled:
            raise
        except Exception as error:
            operation.store.status(child, "CREATE_FAILED", reason_of(error))
            raise Invalid(f"Embedded stack {child.id} was not successfully created: {reason_of(error)}") from error
        operation.store.status(child, "CREATE_COMPLETE")
        return child.id

    def update(self, operation: Operation, stack: Stack, resource: Resource, old: Properties) -> None:
        """Update the nested stack, or roll it back when its root rolls back."""
        child = self._existing(operation, stack, resource)
        if operation.backwards:
            self._roll_back(operation, child)
            return
        revision = revisions.nested(operation.services, child, stack.revision, resource.properties)
        admission.same_types(child.revision.template, revision.template)
        child.undo, child.revision = snapshot(child), revision
        operation.store.status(child, "UPDATE_IN_PROGRESS", "User Initiated")
        try:
            forward(operation, child, child.undo)
        except Exception as error:
            raise self._failed(operation, child, error) from error
        if child.undo.replaced or child.undo.removed:
            operation.store.status(child, "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS")
        else:
            operation.store.status(child, "UPDATE_COMPLETE")

    def delete(self, operation: Operation, stack: Stack, resource: Resource, *, created_now: bool) -> None:
        """Delete the nested stack with everything in it."""
        child = operation.store.find(stack.account, stack.region, resource.physical_id)
        if child is None or child.gone:
            return
        operation.store.status(child, "DELETE_IN_PROGRESS", "User Initiated")
        failed = delete_all(operation, child, created_now=created_now)
        if failed:
            reason = f"The following resource(s) failed to delete: [{', '.join(failed)}]. "
            operation.store.status(child, "DELETE_FAILED", reason)
            raise Invalid(f"Embedded stack {child.id} was not successfully deleted: {reason}")
        mark_deleted(operation, child)

    def stale(self, operation: Operation, stack: Stack, resource: Resource, properties: Properties) -> bool:
        """Whether the nested stack's template, read again, asks for any change."""
        child = self._existing(operation, stack, resource)
        revision = revisions.nested(operation.services, child, stack.revision, properties)
        return changes.needed(operation.services, child, revision)

    def _child(self, operation: Operation, stack: Stack, resource: Resource) -> Stack:
        path = f"{stack.path}/{resource.logical_id}".lstrip("/")
        reserved = operation.reserved.get(path)
        return reserved or operation.store.add(new_child(stack, resource.logical_id))

    def _existing(self, operation: Operation, stack: Stack, resource: Resource) -> Stack:
        return operation.store.get(stack.account, stack.region, resource.physical_id)

    def _roll_back(self, operation: Operation, child: Stack) -> None:
        try:
            roll_back(operation, child, "")
        except ResourceFailed as error:
            raise _not_updated(child, reason_of(error)) from error

    def _failed(self, operation: Operation, child: Stack, error: Exception) -> Exception:
        if isinstance(error, Cancelled):
            return error
        reason = reason_of(error)
        back = not operation.root.disable_rollback
        status = "UPDATE_ROLLBACK_IN_PROGRESS" if back else "UPDATE_FAILED"
        operation.store.status(child, status, reason)
        return _not_updated(child, reason)


def _not_updated(child: Stack, reason: str) -> Invalid:
    return Invalid(
        f"Embedded stack {child.id} was not successfully updated. Currently in {child.status} with reason: {reason}"
    )
