"""One root operation while it runs, and what makes a resource real in it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from stackwright.emulator.engine.errors import Cancelled
from stackwright.emulator.engine.evaluation import Services
from stackwright.emulator.engine.stacks import STACK_TYPE, Properties, Resource, Stack
from stackwright.emulator.engine.store import Store


class Backend(Protocol):
    """What creates, updates and deletes the resources of a type."""

    def create(self, operation: Operation, stack: Stack, resource: Resource) -> str:
        """Make it and return its physical id."""

    def update(self, operation: Operation, stack: Stack, resource: Resource, old: Properties) -> None:
        """Change it from the old properties to those of the record."""

    def delete(self, operation: Operation, stack: Stack, resource: Resource, *, created_now: bool) -> None:
        """Remove it; `created_now` when what is rolled back is its own creation."""


class NestedBackend(Backend, Protocol):
    """What handles nested stacks, whose templates may change although no property does."""

    def stale(self, operation: Operation, stack: Stack, resource: Resource, properties: Properties) -> bool:
        """Whether anything inside would change if the nested stack were updated now."""


@dataclass
class Operation:
    """A create, update or delete of a root stack and everything nested in it.

    `reserved` holds the stacks that a change set made for review, by path. `skipped` are the
    paths of resources that a continued rollback leaves as they are. `forced` deletes on although
    a resource refuses to go. `backwards` is set while it rolls back.
    """

    services: Services
    nested: NestedBackend
    root: Stack
    reserved: Mapping[str, Stack] = field(default_factory=dict)
    skipped: frozenset[str] = frozenset()
    retained: frozenset[str] = frozenset()
    forced: bool = False
    keeps_new: bool = True
    backwards: bool = False

    @property
    def store(self) -> Store:
        """Where stacks are and events go."""
        return self.services.store

    def backend(self, resource_type: str) -> Backend:
        """Return what handles the type."""
        return self.nested if resource_type == STACK_TYPE else SERVICE

    def updatable(self, resource_type: str) -> bool:
        """Whether the type knows an update in place."""
        return resource_type == STACK_TYPE or self.services.handler_for(resource_type).update is not None

    def pause(self, resource_type: str) -> None:
        """Take as long as the type was asked to take; a cancelled update goes on at once."""
        seconds = self.services.delays.get(resource_type, 0.0)
        if seconds > 0:
            self.root.cancelled.wait(seconds)

    def check(self) -> None:
        """Raise Cancelled once somebody cancelled the update."""
        if self.root.cancelled.is_set():
            raise Cancelled("Update cancelled by user. ")


class _Service:
    """Real API calls, by the handlers."""

    def create(self, operation: Operation, stack: Stack, resource: Resource) -> str:
        services = operation.services
        handler = services.handler_for(resource.type)
        return handler.create(services.context(stack, resource), resource.properties)

    def update(self, operation: Operation, stack: Stack, resource: Resource, old: Properties) -> None:
        services = operation.services
        change = services.handler_for(resource.type).update
        if change is not None:
            context = services.context(stack, resource)
            change(context, resource.physical_id, resource.properties, old)

    def delete(self, operation: Operation, stack: Stack, resource: Resource, *, created_now: bool) -> None:
        services = operation.services
        handler = services.handler_for(resource.type)
        context = services.context(stack, resource)
        handler.delete(context, resource.physical_id, resource.properties)


SERVICE: Backend = _Service()
