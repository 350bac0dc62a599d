"""Change sets: computed when they are made, kept on their stacks, nested ones in a tree."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

from stackwright.emulator.engine import admission, changes, revisions
from stackwright.emulator.engine.children import new_root
from stackwright.emulator.engine.described import described
from stackwright.emulator.engine.errors import AlreadyExists, Invalid, WrongChangeSetStatus
from stackwright.emulator.engine.evaluation import Services
from stackwright.emulator.engine.identity import change_set_arn
from stackwright.emulator.engine.stacks import REVIEW, ChangeSet, Stack

# AWS CLI and the SDKs' waiters look for these words.
NO_CHANGES = "The submitted information didn't contain changes. Submit different information to create a change set."

Request = Mapping[str, Any]


def create(services: Services, account: str, region: str, request: Request) -> ChangeSet:
    """Return the change set a request asks for, computed, or FAILED with the reason.

    A new stack of type CREATE is left in REVIEW_IN_PROGRESS. Raises Invalid for what AWS refuses
    before it begins.
    """
    stack = _stack(services, account, region, request)
    name = request["ChangeSetName"]
    waiting = [each for each in stack.change_sets.values() if each.execution != "EXECUTE_COMPLETE"]
    if any(each.name == name for each in waiting):
        raise AlreadyExists(f"ChangeSet {name} already exists")
    creating = _type(request) == "CREATE"
    previous = None if creating else stack.revision
    revision = revisions.requested(services, stack, request, previous)
    if previous is not None:
        admission.same_types(previous.template, revision.template)
    if services.store.find(account, region, stack.id) is None:
        services.store.add(stack)
        services.store.status(stack, REVIEW, "User Initiated")
    root = ChangeSet(
        id=change_set_arn(account, region, name),
        name=name,
        stack=stack,
        type=_type(request),
        revision=revision,
        nested=bool(request.get("IncludeNestedStacks")),
        description=request.get("Description"),
        on_failure=request.get("OnStackFailure"),
    )
    stack.change_sets[root.id] = root
    _compute(services, root)
    return root


def delete(services: Services, change_set: ChangeSet) -> None:
    """Delete a change set with its nested ones and the stacks that only they made."""
    if change_set.parent is not None:
        raise Invalid(
            f"ChangeSet [{change_set.id}] is nested: delete it from its root change set [{change_set.root.id}]"
        )
    if change_set.execution == "EXECUTE_IN_PROGRESS":
        raise WrongChangeSetStatus(
            f"ChangeSet [{change_set.id}] cannot be deleted in its current execution status of [{change_set.execution}]"
        )
    for each in change_set.tree():
        each.stack.change_sets.pop(each.id, None)
        if each.parent is not None and each.stack.status == REVIEW:
            services.store.forget(each.stack)


def executable(change_set: ChangeSet) -> None:
    """Refuse to execute what is nested, failed, executed or out of date."""
    if change_set.parent is not None:
        raise Invalid(
            f"ChangeSet [{change_set.id}] is nested: execute it from its root change set [{change_set.root.id}]"
        )
    if change_set.status != "CREATE_COMPLETE" or change_set.execution != "AVAILABLE":
        raise WrongChangeSetStatus(
            f"ChangeSet [{change_set.id}] cannot be executed in its current status of [{change_set.status}]"
        )


def begin(change_set: ChangeSet) -> dict[str, Stack]:
    """Mark a change set as being executed, drop its rivals; return the stacks it made, by path."""
    reserved = {}
    for each in change_set.tree():
        rivals = [one for one in each.stack.change_sets.values() if one.root is not change_set]
        for rival in rivals:
            each.stack.change_sets.pop(rival.id, None)
        each.execution = "EXECUTE_COMPLETE"
        each.stack.change_set_id = each.id
        if each.parent is not None and each.stack.status == REVIEW:
            reserved[each.stack.path] = each.stack
    return reserved


def _stack(services: Services, account: str, region: str, request: Request) -> Stack:
    name = request["StackName"]
    stack = services.store.find(account, region, name)
    if _type(request) == "UPDATE":
        if stack is None or stack.gone:
            raise Invalid(f"Stack [{name}] does not exist")
        admission.may_update(stack)
        return stack
    if stack is None:
        admission.name_allowed(name)
        return new_root(account, region, name)
    if not admission.under_review(stack):
        raise Invalid(
            f"Stack [{name}] already exists and cannot be created again with the changeSet "
            f"[{request['ChangeSetName']}]."
        )
    return stack


def _type(request: Request) -> str:
    return str(request.get("ChangeSetType") or "UPDATE")


def _compute(services: Services, root: ChangeSet) -> None:
    try:
        plan = changes.compute(services, root.stack, root.revision, descend=root.nested)
    except Exception as error:
        _fail(root, str(error))
        return
    if root.type == "UPDATE" and not plan.any:
        _fail(root, NO_CHANGES)
        return
    _fill(services, root, plan)


def _fill(services: Services, change_set: ChangeSet, plan: changes.Plan) -> None:
    for change in plan.changes:
        child = _child(services, change_set, change)
        change_set.changes.append(described(plan, change, child.id if child else None))


def _child(services: Services, parent: ChangeSet, change: changes.Change) -> ChangeSet | None:
    inside = change.inside
    if inside is None or (not inside.any and change.action == "Modify"):
        return None
    stack = inside.stack
    if change.action == "Add":
        services.store.add(stack)
        services.store.status(stack, REVIEW, "User Initiated")
    digest = hashlib.sha256(f"{parent.id}/{change.logical_id}".encode()).hexdigest()[:12]
    name = f"{parent.name[:60]}-{change.logical_id[:50]}-{digest.upper()}"
    child = ChangeSet(
        id=change_set_arn(stack.account, stack.region, name),
        name=name,
        stack=stack,
        type="CREATE" if change.action == "Add" else "UPDATE",
        revision=inside.revision,
        nested=True,
        parent=parent,
    )
    stack.change_sets[child.id] = parent.children[change.logical_id] = child
    _fill(services, child, inside)
    return child


def _fail(change_set: ChangeSet, reason: str) -> None:
    change_set.status, change_set.reason = "FAILED", reason
    change_set.execution = "UNAVAILABLE"
