"""Forward: bring every resource of a stack to what its template comes to now."""

from __future__ import annotations

from collections.abc import Mapping

from stackwright.emulator.engine import admission, resources
from stackwright.emulator.engine.evaluation import Binding, scope
from stackwright.emulator.engine.operation import Operation
from stackwright.emulator.engine.replacement import differences, replaces
from stackwright.emulator.engine.stacks import STACK_TYPE, Output, Resource, Stack, Undo
from stackwright.emulator.engine.tagging import with_stack_tags
from stackwright.resolve.errors import Refusal
from stackwright.resolve.scope import Scope
from stackwright.resolve.symbols import symbols_in


def forward(operation: Operation, stack: Stack, undo: Undo | None = None) -> None:
    """Create, update and replace in dependency order, then set the outputs.

    `undo`, given when the stack exists already, notes what a rollback must put back and what the
    clean-up after a success removes.
    """
    binding = Binding(operation.services, stack)
    evaluated = scope(binding, stack.revision)
    evaluated.check_rules()
    declared = evaluated.resources()
    for logical_id in evaluated.order():
        operation.check()
        _bring(operation, stack, evaluated, logical_id, undo)
    if undo is not None:
        gone = [each for name, each in stack.resources.items() if name not in declared]
        undo.removed = [each for each in gone if each.live]
    found = outputs(evaluated)
    admission.exports_kept(stack, found, operation.store.importers(stack.account, stack.region))
    admission.exports_new(stack, found, operation.store.exports(stack.account, stack.region))
    stack.outputs = found
    stack.imports = frozenset(binding.imports)


def target(evaluated: Scope, tags: Mapping[str, str], logical_id: str) -> Resource:
    """Return the record of what the template asks for; values may hold symbols.

    The stack's tags travel into properties, but not of nested stacks, which inherit them.
    """
    declared = evaluated.resources()[logical_id]
    at = f"Resources.{logical_id}.Properties"
    properties = evaluated.evaluate(declared.get("Properties", {}), at=at) or {}
    if declared["Type"] != STACK_TYPE:
        properties = with_stack_tags(declared["Type"], properties, tags)
    return Resource(
        logical_id=logical_id,
        type=declared["Type"],
        properties=properties,
        dependencies=frozenset(evaluated.dependencies(logical_id)),
        deletion_policy=declared.get("DeletionPolicy", "Delete"),
        replace_policy=declared.get("UpdateReplacePolicy", "Delete"),
        metadata=declared.get("Metadata"),
    )


def outputs(evaluated: Scope) -> dict[str, Output]:
    """Return the stack's outputs, all known by now."""
    declared, names = evaluated.section("Outputs"), evaluated.exports()
    return {
        key: Output(
            key=key,
            value=str(value),
            description=declared[key].get("Description"),
            export=str(names[key]) if key in names else None,
        )
        for key, value in evaluated.outputs().items()
    }


def _bring(operation: Operation, stack: Stack, evaluated: Scope, logical_id: str, undo: Undo | None) -> None:
    wanted = _concrete(evaluated, stack, logical_id)
    current = stack.resources.get(logical_id)
    if undo is None or current is None or not current.live:
        _touch(undo, logical_id)
        resources.create(operation, stack, wanted)
        return
    found = differences(wanted.type, current.properties, wanted.properties)
    if found and (replaces(found) or not operation.updatable(wanted.type)):
        _touch(undo, logical_id)
        current.replace_policy = wanted.replace_policy
        resources.replace(operation, stack, current, wanted, undo)
        return
    current.adopt(wanted)
    if found or _stale(operation, stack, current, wanted):
        _touch(undo, logical_id)
        resources.update(operation, stack, current, wanted.properties)


def _concrete(evaluated: Scope, stack: Stack, logical_id: str) -> Resource:
    wanted = target(evaluated, stack.revision.tags, logical_id)
    unknown = next(symbols_in(wanted.properties), None)
    if unknown is not None:
        raise Refusal(f"Template error: {logical_id} needs {unknown}, which does not exist")
    return wanted


def _stale(operation: Operation, stack: Stack, current: Resource, wanted: Resource) -> bool:
    if wanted.type != STACK_TYPE:
        return False
    return operation.nested.stale(operation, stack, current, wanted.properties)


def _touch(undo: Undo | None, logical_id: str) -> None:
    if undo is not None:
        undo.touched.append(logical_id)
