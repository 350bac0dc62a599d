"""The engine as its callers see it: one method per operation that starts or changes something."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from functools import partial
from typing import Any

from stackwright.emulator.engine import admission, changes, changesets, lifecycle, revisions
from stackwright.emulator.engine.children import new_root
from stackwright.emulator.engine.errors import Invalid
from stackwright.emulator.engine.evaluation import Services
from stackwright.emulator.engine.nested import Nested
from stackwright.emulator.engine.operation import Operation
from stackwright.emulator.engine.stacks import REVIEW, ChangeSet, Revision, Stack
from stackwright.emulator.engine.stacksets import StackSets

Request = Mapping[str, Any]


class Engine:
    """CloudFormation of every account and region of one local AWS."""

    def __init__(self, services: Services) -> None:
        self.services = services
        self.store = services.store
        self.stack_sets = StackSets(self)
        self._lock = threading.Lock()

    def create_stack(self, account: str, region: str, request: Request) -> Stack:
        """Start creating a root stack and return it."""
        name = request["StackName"]
        admission.name_allowed(name)
        admission.may_create(name, self.store.find(account, region, name))
        stack = new_root(account, region, name)
        stack.revision = revisions.requested(self.services, stack, request)
        stack.termination_protection = bool(request.get("EnableTerminationProtection"))
        stack.timeout = request.get("TimeoutInMinutes")
        stack.policy = request.get("StackPolicyBody")
        with self._lock:
            admission.may_create(name, self.store.find(account, region, name))
            self.store.add(stack)
        self._create(stack, _on_failure(request), {}, request)
        return stack

    def update_stack(self, account: str, region: str, request: Request) -> Stack:
        """Start updating a root stack and return it; refuses when nothing would change."""
        stack = self._existing(account, region, request["StackName"])
        admission.may_update(stack)
        revision = revisions.requested(self.services, stack, request, stack.revision)
        admission.same_types(stack.revision.template, revision.template)
        if not changes.needed(self.services, stack, revision):
            raise Invalid("No updates are to be performed.")
        self._update(stack, revision, {}, request)
        return stack

    def delete_stack(self, account: str, region: str, request: Request) -> None:
        """Start deleting a root stack; one that is not there is deleted already."""
        stack = self.store.find(account, region, request["StackName"])
        if stack is None or stack.gone or stack.status == "DELETE_IN_PROGRESS":
            return
        retained = frozenset(request.get("RetainResources") or ())
        admission.may_delete(stack)
        admission.may_retain(stack, retained)
        admission.exports_free(stack, self.importers(account, region))
        if stack.status == REVIEW:
            self._forget(stack)
            return
        forced = request.get("DeletionMode") == "FORCE_DELETE_STACK"
        operation = self._operation(stack, retained=retained, forced=forced)
        if stack.status == "CREATE_IN_PROGRESS":
            stack.cancelled.set()
        self.store.status(stack, "DELETE_IN_PROGRESS", "User Initiated")
        lifecycle.start(operation, partial(lifecycle.delete, before=stack.worker))

    def create_change_set(self, account: str, region: str, request: Request) -> ChangeSet:
        """Return the change set, computed."""
        return changesets.create(self.services, account, region, request)

    def execute_change_set(self, change_set: ChangeSet, request: Request) -> None:
        """Start what the change set says."""
        changesets.executable(change_set)
        stack = change_set.stack
        if change_set.type == "UPDATE":
            admission.may_update(stack)
        reserved = changesets.begin(change_set)
        if change_set.type == "UPDATE":
            self._update(stack, change_set.revision, reserved, request)
            return
        stack.revision = change_set.revision
        default = "DO_NOTHING" if request.get("DisableRollback") else "ROLLBACK"
        self._create(stack, change_set.on_failure or default, reserved, request)

    def continue_update_rollback(self, account: str, region: str, request: Request) -> None:
        """Go on with a failed rollback, leaving the named resources as they are."""
        stack = self._existing(account, region, request["StackName"])
        if stack.status != "UPDATE_ROLLBACK_FAILED":
            raise Invalid(f"Stack:{stack.id} is in {stack.status} state and can not continue update rollback.")
        skipped = (self._path(stack, each) for each in request.get("ResourcesToSkip") or ())
        operation = self._operation(stack, skipped=frozenset(skipped))
        self.store.status(stack, "UPDATE_ROLLBACK_IN_PROGRESS", "User Initiated")
        lifecycle.start(operation, lifecycle.continue_rollback)

    def cancel_update(self, account: str, region: str, name: str) -> None:
        """Make a running update roll back."""
        stack = self._existing(account, region, name)
        if stack.status != "UPDATE_IN_PROGRESS":
            raise Invalid("CancelUpdateStack cannot be called from current stack status")
        stack.cancelled.set()

    def importers(self, account: str, region: str) -> dict[str, list[str]]:
        """Return the names of the stacks that import each export."""
        return self.store.importers(account, region)

    def _create(self, stack: Stack, on_failure: str, reserved: Mapping[str, Stack], request: Request) -> None:
        stack.disable_rollback = on_failure == "DO_NOTHING"
        self.store.status(stack, "CREATE_IN_PROGRESS", "User Initiated")
        operation = self._operation(stack, reserved=reserved, keeps_new=_keeps(request))
        run = partial(lifecycle.create, on_failure=on_failure)
        lifecycle.start(operation, run)

    def _update(self, stack: Stack, revision: Revision, reserved: Mapping[str, Stack], request: Request) -> None:
        with self._lock:
            admission.may_update(stack)
            self.store.status(stack, "UPDATE_IN_PROGRESS", "User Initiated")
        stack.disable_rollback = bool(request.get("DisableRollback"))
        operation = self._operation(stack, reserved=reserved, keeps_new=_keeps(request))
        run = partial(lifecycle.update, revision=revision)
        lifecycle.start(operation, run)

    def _operation(self, stack: Stack, **options: Any) -> Operation:
        return Operation(self.services, Nested(), stack, **options)

    def _existing(self, account: str, region: str, name: str) -> Stack:
        stack = self.store.find(account, region, name)
        if stack is None or stack.gone:
            raise Invalid(f"Stack [{name}] does not exist")
        return stack

    def _forget(self, stack: Stack) -> None:
        """Delete a stack under review, nested or not, and no other.

        Those nested in it go with the change set that made them ("DeleteChangeSet"), as long as it is there.
        """
        stack.change_sets.clear()
        self.store.status(stack, "DELETE_COMPLETE")
        self.store.forget(stack)

    def _path(self, root: Stack, skipped: str) -> str:
        """Return the path of `Logical` or `Child.Logical`, the child by logical id or name."""
        holder, dot, logical_id = skipped.rpartition(".")
        if not dot:
            return logical_id
        for stack in self._tree(root):
            if holder in (stack.name, stack.path.replace("/", ".")):
                return f"{stack.path}/{logical_id}".lstrip("/")
        raise Invalid(f"ResourcesToSkip [{skipped}] does not exist in stack [{root.name}]")

    def _tree(self, stack: Stack) -> list[Stack]:
        below = [each for child in self.store.children(stack) for each in self._tree(child)]
        return [stack, *below]


def _on_failure(request: Request) -> str:
    if request.get("DisableRollback") and request.get("OnFailure"):
        raise Invalid("You can specify either DisableRollback or OnFailure, but not both.")
    default = "DO_NOTHING" if request.get("DisableRollback") else "ROLLBACK"
    return str(request.get("OnFailure") or default)


def _keeps(request: Request) -> bool:
    return not request.get("RetainExceptOnCreate")
