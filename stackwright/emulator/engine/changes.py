"""What would change: a revision compared with a stack, touching nothing.

The template is evaluated in dependency order. What would be created or replaced stays the symbol
it is, and so do the attributes of what would be updated; whatever reads those counts as changed,
dynamically. That is how CloudFormation previews too, false alarms included (AWS CloudFormation API
Reference, "ResourceChangeDetail").
"""

from __future__ import annotations

from dataclasses import dataclass, field

from stackwright.emulator.engine import revisions
from stackwright.emulator.engine.children import new_child
from stackwright.emulator.engine.evaluation import Binding, Services, scope
from stackwright.emulator.engine.forward import target
from stackwright.emulator.engine.replacement import (
    ALWAYS,
    Difference,
    differences,
    same,
    verdict,
)
from stackwright.emulator.engine.stacks import STACK_TYPE, Resource, Revision, Stack
from stackwright.resolve.scope import Scope
from stackwright.resolve.symbols import Value


@dataclass(frozen=True)
class Change:
    """One resource that would be added, modified or removed.

    `before` or `after` is None for an addition or a removal. `attributes` names what changes
    beside properties. `inside` is what changes in a nested stack, None where nobody looked.
    """

    logical_id: str
    action: str
    before: Resource | None
    after: Resource | None
    found: tuple[Difference, ...] = ()
    attributes: tuple[str, ...] = ()
    inside: Plan | None = None

    @property
    def resource(self) -> Resource:
        """The record that has type and physical id."""
        known = self.before or self.after
        assert known is not None
        return known

    @property
    def replacement(self) -> str:
        """True, False or Conditional, as a change set says it."""
        return verdict(self.found)


@dataclass
class Plan:
    """Everything that would change in one stack."""

    stack: Stack
    revision: Revision
    changes: list[Change] = field(default_factory=list)
    outputs: dict[str, Value] = field(default_factory=dict)
    evaluated: Scope | None = None

    @property
    def any(self) -> bool:
        """Whether an update would do anything."""
        return bool(self.changes) or self._outputs_differ or self._tags_differ

    @property
    def _outputs_differ(self) -> bool:
        old = {f"Outputs.{key}": output.value for key, output in self.stack.outputs.items()}
        return not same(old, self.outputs)

    @property
    def _tags_differ(self) -> bool:
        return dict(self.stack.revision.tags) != dict(self.revision.tags)


def needed(services: Services, stack: Stack, revision: Revision) -> bool:
    """Whether an update to the revision would do anything, in nested stacks too."""
    return compute(services, stack, revision, descend=True).any


def compute(services: Services, stack: Stack, revision: Revision, *, descend: bool) -> Plan:
    """Return what would change; without `descend` every nested stack counts as modified."""
    for resource in stack.resources.values():
        resource.attributes = None
    plan = Plan(stack, revision)
    binding = Binding(services, stack)
    with revisions.refused():
        evaluated = plan.evaluated = scope(binding, revision)
        for logical_id in evaluated.order():
            wanted = target(evaluated, revision.tags, logical_id)
            change = _change(binding, plan, wanted, descend=descend)
            if change is not None:
                plan.changes.append(change)
                _unsettle(binding, change)
        plan.outputs = {f"Outputs.{key}": item for key, item in evaluated.outputs().items()}
    plan.changes += _removals(stack, evaluated)
    return plan


def _change(binding: Binding, plan: Plan, wanted: Resource, *, descend: bool) -> Change | None:
    current = binding.stack.resources.get(wanted.logical_id)
    if current is None or not current.live:
        inside = _inside(binding, plan, wanted, None) if descend else None
        return Change(wanted.logical_id, "Add", None, wanted, inside=inside)
    found = _differences(binding.services, current, wanted)
    attributes = tuple(_attributes(current, wanted))
    inside = _inside(binding, plan, wanted, current) if descend else None
    blind = wanted.type == STACK_TYPE and not descend
    if not (found or attributes or blind or (inside and inside.any)):
        return None
    return Change(wanted.logical_id, "Modify", current, wanted, found, attributes, inside)


def _inside(binding: Binding, plan: Plan, wanted: Resource, current: Resource | None) -> Plan | None:
    if wanted.type != STACK_TYPE:
        return None
    services, parent = binding.services, binding.stack
    child = (
        services.store.get(parent.account, parent.region, current.physical_id)
        if current
        else new_child(parent, wanted.logical_id)
    )
    revision = revisions.nested(services, child, plan.revision, wanted.properties)
    return compute(services, child, revision, descend=True)


def _differences(services: Services, current: Resource, wanted: Resource) -> tuple[Difference, ...]:
    found = differences(wanted.type, current.properties, wanted.properties)
    if wanted.type == STACK_TYPE or services.handler_for(wanted.type).update is not None:
        return tuple(found)
    return tuple(Difference(each.name, each.before, each.after, ALWAYS) for each in found)


def _attributes(current: Resource, wanted: Resource) -> list[str]:
    return [
        name
        for name, before, after in (
            ("Metadata", current.metadata, wanted.metadata),
            ("DeletionPolicy", current.deletion_policy, wanted.deletion_policy),
            ("UpdateReplacePolicy", current.replace_policy, wanted.replace_policy),
        )
        if not same(before, after)
    ]


def _unsettle(binding: Binding, change: Change) -> None:
    if change.inside is not None and change.action == "Add":
        binding.planned[change.logical_id] = change.inside.outputs
    elif change.replacement != "False":
        binding.unknown.add(change.logical_id)
    elif change.found or change.after is None or change.after.type == STACK_TYPE:
        binding.unsettled.add(change.logical_id)


def _removals(stack: Stack, evaluated: Scope) -> list[Change]:
    declared = evaluated.resources()
    return [
        Change(name, "Remove", resource, None)
        for name, resource in stack.resources.items()
        if name not in declared and resource.live
    ]
