"""Composition by name: nested stacks become one blueprint because they use the same words.

A parameter that an earlier stack gives is fed from it; any other becomes a parameter of the root, as declared.
So a stack that is left out turns what it would have given into questions to the person who deploys: a
blueprint without `vpc` is the one for an existing network.

`compose` makes a root and its nested files, `several` more than one stack of one template, `flat` a single
template without nested ones. A template with `only_if`, an expression about its parameters, becomes a stack that is
there only where that holds. What cannot be composed raises Refused, naming both places and the mend.
Templates are read, never written to; the same templates give the same bytes.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from stackwright.wiring import limits, merging
from stackwright.wiring.feeds import Feed, Gift, feeds, gifts
from stackwright.wiring.interface import interface
from stackwright.wiring.limits import translated
from stackwright.wiring.nesting import nested_file, output_of, stack_resource
from stackwright.wiring.optional import conditions
from stackwright.wiring.refusals import Refused, named
from stackwright.wiring.roots import Question, questions
from stackwright.wiring.rules import lifted
from stackwright.wiring.sources import Several, Stack, check_instances, read, stacks
from stackwright.wiring.text import BYTES_AS_TEXT, ordered

if TYPE_CHECKING:
    from troposphere import Template

__all__ = ["Blueprint", "Refused", "Several", "compose", "defaulting", "flat", "several", "translated"]


@dataclass(frozen=True)
class Blueprint:
    """A system, ready to be written: its root template and the nested ones by their relative path."""

    name: str
    root: dict[str, Any]
    nested: dict[str, dict[str, Any]]

    @property
    def flat(self) -> bool:
        """Tell whether the root stands alone, so that it is passed as text and never published."""
        return not self.nested


def compose(name: str, *, description: str, **given: Template | Several) -> Blueprint:
    """Return the blueprint of these stacks, in this order; each keyword names a stack and its file.

    Raises Refused, whose message begins with the blueprint's name.
    """
    with named(name):
        parts = stacks(given)
        fed = feeds(parts)
        asked = questions(parts, fed)
        _refuse_shared_names(parts, asked)
        root = {
            "Description": description,
            "Metadata": interface(asked.values()),
            "Parameters": {each.name: each.declaration for each in asked.values()},
            "Conditions": conditions(parts, fed),
            "Rules": {rule.stack.logical_id + rule.name: rule.body for rule in lifted(parts, fed)},
            "Resources": _resources(parts, fed),
            "Outputs": _outputs(parts),
        }
        blueprint = Blueprint(name, ordered(root), _nested(parts, fed))
        _check_limits(blueprint)
    return blueprint


def defaulting(blueprint: Blueprint, **values: str) -> Blueprint:
    """Return the blueprint with these defaults of root parameters: what suits a system need not suit every one.

    Raises Refused for a parameter that the root does not ask for.
    """
    with named(blueprint.name):
        asked = blueprint.root["Parameters"]
        for name in values:
            if name not in asked:
                raise Refused(f"default of {name}: the root asks for no such parameter")
        known = {name: {**each, "Default": values[name]} if name in values else each for name, each in asked.items()}
        return replace(blueprint, root=ordered({**blueprint.root, "Parameters": known}))


def several(template: Template, *instances: str) -> Several:
    """Return a template as more than one stack of a blueprint, told apart by PascalCase names.

    What is an instance's own is prefixed at the root (`WebTaskCpu`), as are its outputs (`WebServiceName`);
    what an earlier stack feeds or an input marks `shared` is not. One nested file serves all.
    """
    check_instances(instances)
    return Several(template, instances)


def flat(name: str, *templates: Template, description: str) -> Blueprint:
    """Return the blueprint of these templates merged into one, for stacks that come before any bucket.

    What one gives and a later one needs is put in its place; names that collide are refused, and so is more
    than a template passed as text may hold.
    """
    with named(name):
        root = merging.merged([read(_title(each, at), each) for at, each in enumerate(templates, 1)])
        body = ordered({"Description": description} | root)
        limits.check("the template", body, at_most=BYTES_AS_TEXT)
    return Blueprint(name, body, {})


def _resources(parts: list[Stack], fed: list[dict[str, Feed]]) -> dict[str, Any]:
    return {stack.logical_id: stack_resource(stack, feeds) for stack, feeds in zip(parts, fed, strict=True)}


def _outputs(parts: list[Stack]) -> dict[str, Any]:
    shown = [gift for gift in gifts(parts).values() if getattr(gift.input, "public", False)]
    return {gift.name: _public(gift) for gift in shown}


def _public(gift: Gift) -> dict[str, Any]:
    described = {"Description": gift.description} if gift.description else {}
    return described | {"Value": output_of(gift)}


def _nested(parts: list[Stack], fed: list[dict[str, Feed]]) -> dict[str, dict[str, Any]]:
    sources = {stack.source.file: stack.source for stack in parts}
    return {
        file: nested_file(source, [feeds for stack, feeds in zip(parts, fed, strict=True) if stack.source is source])
        for file, source in sources.items()
    }


def _refuse_shared_names(parts: list[Stack], asked: dict[str, Question]) -> None:
    for stack in parts:
        if stack.logical_id in asked:
            raise Refused(
                f"{stack} becomes {stack.logical_id}, which {asked[stack.logical_id].stack} needs as a "
                f"parameter; rename the stack"
            )


def _check_limits(blueprint: Blueprint) -> None:
    limits.check("the root", blueprint.root)
    for file, body in blueprint.nested.items():
        limits.check(file, body)


def _title(template: Template, position: int) -> str:
    return f"template {position} ({template.description or 'without a description'})"
