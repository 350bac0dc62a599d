"""One resource: made, changed, replaced or removed, with CloudFormation's events around it."""

from __future__ import annotations

import logging

from botocore.exceptions import ClientError

from stackwright.emulator.engine import naming
from stackwright.emulator.engine.errors import Cancelled, ResourceFailed, TimedOut
from stackwright.emulator.engine.operation import Operation
from stackwright.emulator.engine.stacks import STACK_TYPE, Properties, Resource, Stack, Undo
from stackwright.emulator.handlers.shapes import Unstable

log = logging.getLogger(__name__)

INITIATED = "Resource creation Initiated"
REPLACING = "Requested update requires the creation of a new physical resource; hence creating one."


def create(operation: Operation, stack: Stack, resource: Resource) -> None:
    """Make the resource; raises ResourceFailed after its event."""
    store = operation.store
    stack.resources[resource.logical_id] = resource
    store.resource(stack, resource, "CREATE_IN_PROGRESS")
    try:
        _make(operation, stack, resource)
    except Exception as error:
        raise _failed(operation, stack, resource, "create", error) from error
    if resource.type != STACK_TYPE:  # a nested stack is announced before what is in it
        store.resource(stack, resource, "CREATE_IN_PROGRESS", INITIATED)
    operation.pause(resource.type)
    store.resource(stack, resource, "CREATE_COMPLETE")


def update(operation: Operation, stack: Stack, resource: Resource, properties: Properties) -> None:
    """Change the resource in place; raises ResourceFailed after its event."""
    store, old = operation.store, resource.properties
    store.resource(stack, resource, "UPDATE_IN_PROGRESS")
    resource.properties, resource.attributes = properties, None
    try:
        operation.backend(resource.type).update(operation, stack, resource, old)
        operation.pause(resource.type)
    except Exception as error:
        raise _failed(operation, stack, resource, "update", error) from error
    resource.attributes = None
    store.resource(stack, resource, "UPDATE_COMPLETE")


def replace(operation: Operation, stack: Stack, old: Resource, new: Resource, undo: Undo) -> None:
    """Make the new half of a replacement; the old one goes when the update cleans up."""
    store = operation.store
    undo.replaced.append(old)
    new.physical_id, new.generation = old.physical_id, old.generation + 1
    stack.resources[new.logical_id] = new
    try:
        naming.may_replace(new.type, old.properties, new.properties)
        store.resource(stack, new, "UPDATE_IN_PROGRESS", REPLACING)
        _make(operation, stack, new)
    except Exception as error:
        raise _failed(operation, stack, new, "update", error) from error
    store.resource(stack, new, "UPDATE_IN_PROGRESS", INITIATED)
    operation.pause(new.type)
    store.resource(stack, new, "UPDATE_COMPLETE")


def delete(
    operation: Operation,
    stack: Stack,
    resource: Resource,
    *,
    policy: str,
    created_now: bool = False,
) -> bool:
    """Remove the resource as its policy says; return False when it refuses to go."""
    store = operation.store
    if keeps(policy, created_now=created_now, keeps_new=operation.keeps_new):
        store.resource(stack, resource, "DELETE_SKIPPED")
        return True
    store.resource(stack, resource, "DELETE_IN_PROGRESS")
    try:
        backend = operation.backend(resource.type)
        backend.delete(operation, stack, resource, created_now=created_now)
    except Exception as error:
        log.info("%s refused to go", resource.logical_id, exc_info=error)
        store.resource(stack, resource, "DELETE_FAILED", reason_of(error))
        return False
    operation.pause(resource.type)
    store.resource(stack, resource, "DELETE_COMPLETE")
    return True


def keeps(policy: str, *, created_now: bool, keeps_new: bool) -> bool:
    """Whether a deletion policy leaves the resource.

    `keeps_new` is false when the request asked for RetainExceptOnCreate throughout. Source: AWS
    CloudFormation Template Reference, "DeletionPolicy attribute".
    """
    if policy == "RetainExceptOnCreate" or (policy == "Retain" and not keeps_new):
        return not created_now
    return policy == "Retain"


def reason_of(error: Exception) -> str:
    """Return an exception as an event's reason; an API error as AWS words it there."""
    if not isinstance(error, ClientError):
        return str(error) or type(error).__name__
    told = error.response.get("Error", {})
    status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 400)
    return (
        f"{told.get('Message', error)} (Operation: {error.operation_name}, Status Code: {status}, "
        f"Error Code: {told.get('Code', 'Unknown')})"
    )


def _make(operation: Operation, stack: Stack, resource: Resource) -> None:
    """Create what is behind the record; what was made stays its own when it never gets stable."""
    naming.may_name(resource.type, resource.properties, operation.store.all(stack.account, stack.region))
    try:
        resource.physical_id = operation.backend(resource.type).create(operation, stack, resource)
    except Unstable as error:
        resource.physical_id = error.physical_id
        operation.store.resource(stack, resource, resource.status, INITIATED)
        raise


def _failed(operation: Operation, stack: Stack, resource: Resource, verb: str, error: Exception) -> Exception:
    log.info("%s failed to %s", resource.logical_id, verb, exc_info=error)
    status = f"{verb.upper()}_FAILED"
    if isinstance(error, Unstable) and error.waits and stack.timeout and stack.status == "CREATE_IN_PROGRESS":
        # "CreateStack", TimeoutInMinutes: what is in progress when the time is up is cancelled, and the stack fails.
        operation.store.resource(stack, resource, status, "Resource creation cancelled")
        return TimedOut()
    told = naming.taken(resource.type, resource.properties, error) if verb != "delete" else None
    operation.store.resource(stack, resource, status, told or reason_of(error))
    return error if isinstance(error, Cancelled) else ResourceFailed(resource.logical_id, verb)
