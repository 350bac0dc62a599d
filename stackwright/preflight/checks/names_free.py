"""Names that the templates fix, which an account has once."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from stackwright.preflight.asking import one_by_one
from stackwright.preflight.check import Check, Point, fails, holds, moot
from stackwright.preflight.physical_names import NAMED

if TYPE_CHECKING:
    from stackwright.preflight.subject import Subject
    from stackwright.resolve.graph import Resource

MEND = "destroy the stack that has it, or delete it, or give this one another name"


def _ask(subject: Subject) -> Iterator[Point]:
    fixed = [each for each in subject.resources(*NAMED) if _new(subject, each)]
    if not fixed:
        yield moot("the plan adds nothing whose name a template fixes")
    yield from one_by_one(fixed, lambda resource: _free(subject, resource))


def _new(subject: Subject, resource: Resource) -> bool:
    """Tell whether a resource takes a name that its stack has not already."""
    named = NAMED[resource.type]
    name, held = resource.properties.get(named.property), subject.held.get(resource.path)
    return isinstance(name, str) and (held is None or (named.identity and held != name))


def _free(subject: Subject, resource: Resource) -> Iterator[Point]:
    named = NAMED[resource.type]
    name = str(resource.properties[named.property])
    if named.taken(subject.aws, name):
        text = f"{resource.path}: {named.property} {name} is taken, and not by this stack"
        yield fails(text, mend=named.mend or MEND)
    else:
        yield holds(name)


CHECK = Check(
    number=12,
    name="names-free",
    claim="No other stack and nobody by hand has a name that the templates fix",
    why="What a destroyed stack left behind, or a second environment in one account, stops the creation half way",
    source='"Name Type" in the AWS CloudFormation User Guide',
    ask=_ask,
)
