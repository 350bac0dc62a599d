"""Where the stacks are: by account and region, found by name or id."""

from __future__ import annotations

import itertools
import threading
import uuid
from collections.abc import Iterator

from stackwright.emulator.engine.errors import Invalid, NoSuchChangeSet
from stackwright.emulator.engine.stacks import ChangeSet, Event, Output, Resource, Stack, now


class Store:
    """Every stack of every account and region, and the way to wait for one to change."""

    def __init__(self) -> None:
        self._stacks: dict[tuple[str, str], dict[str, Stack]] = {}
        self._numbers = itertools.count(1)
        self.changed = threading.Condition()

    def add(self, stack: Stack) -> Stack:
        """Keep a new stack."""
        self._stacks.setdefault((stack.account, stack.region), {})[stack.id] = stack
        return stack

    def forget(self, stack: Stack) -> None:
        """Drop a stack that never was more than a review."""
        self._stacks.get((stack.account, stack.region), {}).pop(stack.id, None)

    def all(self, account: str, region: str) -> list[Stack]:
        """Return the stacks of an account and region, newest first."""
        return list(self._stacks.get((account, region), {}).values())[::-1]

    def find(self, account: str, region: str, name_or_id: str) -> Stack | None:
        """Return the stack with that id, or the one of that name that is not deleted."""
        known = self._stacks.get((account, region), {})
        if name_or_id in known:
            return known[name_or_id]
        living = (stack for stack in known.values() if not stack.gone)
        return next((stack for stack in living if stack.name == name_or_id), None)

    def get(self, account: str, region: str, name_or_id: str) -> Stack:
        """Return the stack; one that is not there is refused as AWS does when it describes."""
        stack = self.find(account, region, name_or_id)
        if stack is None:
            raise Invalid(f"Stack with id {name_or_id} does not exist")
        return stack

    def children(self, stack: Stack) -> Iterator[Stack]:
        """Yield the nested stacks of a stack, one level down."""
        for candidate in list(self._stacks.get((stack.account, stack.region), {}).values()):
            if candidate.parent is stack:
                yield candidate

    def change_set(self, account: str, region: str, name: str, stack_name: str | None) -> ChangeSet:
        """Return the change set with that id, or that name on that stack."""
        stacks = (
            self.all(account, region)
            if name.startswith("arn:") or stack_name is None
            else [self.get(account, region, stack_name)]
        )
        for stack in stacks:
            for change_set in reversed(stack.change_sets.values()):
                if name in (change_set.id, change_set.name):
                    return change_set
        raise NoSuchChangeSet(f"ChangeSet [{name}] does not exist")

    def exports(self, account: str, region: str) -> dict[str, tuple[Stack, Output]]:
        """Return every export by its name."""
        return {
            output.export: (stack, output)
            for stack in self.all(account, region)
            if not stack.gone
            for output in stack.outputs.values()
            if output.export
        }

    def importers(self, account: str, region: str) -> dict[str, list[str]]:
        """Return the names of the stacks that import each export."""
        found: dict[str, list[str]] = {}
        for stack in self.all(account, region):
            for name in () if stack.gone else sorted(stack.imports):
                found.setdefault(name, []).append(stack.name)
        return found

    def status(self, stack: Stack, status: str, reason: str | None = None) -> None:
        """Set a stack's status, write its event and wake who waits."""
        stack.status, stack.reason = status, reason
        own = Resource(stack.name, "AWS::CloudFormation::Stack", stack.id, status=status)
        self._write(stack, own, reason)
        with self.changed:
            self.changed.notify_all()

    def resource(self, stack: Stack, resource: Resource, status: str, reason: str | None = None) -> None:
        """Set a resource's status and write its event."""
        resource.status, resource.reason, resource.updated = status, reason, now()
        self._write(stack, resource, reason)

    def wait(self, stack: Stack, seconds: float) -> None:
        """Block until the stack is not in progress, at most that long."""
        with self.changed:
            self.changed.wait_for(lambda: not stack.in_progress, timeout=seconds)

    def _write(self, stack: Stack, resource: Resource, reason: str | None) -> None:
        moment = now()
        number = f"{resource.logical_id}-{resource.status}-{next(self._numbers):08d}"
        own = resource.physical_id == stack.id
        stack.events.append(
            Event(
                id=str(uuid.uuid4()) if own else number,
                stack_id=stack.id,
                stack_name=stack.name,
                logical_id=resource.logical_id,
                physical_id=resource.physical_id,
                type=resource.type,
                status=resource.status,
                reason=reason,
                time=moment,
            )
        )
