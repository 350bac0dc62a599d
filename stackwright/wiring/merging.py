"""Several templates as one, for blueprints that are deployed before there is a bucket for nested ones.

The wiring is the same as between nested stacks; a reference to what an earlier template gives becomes that
output's own expression.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from stackwright.wiring.feeds import Allotted, Feed, Gift, feeds
from stackwright.wiring.interface import interface
from stackwright.wiring.references import referenced, replaced
from stackwright.wiring.refusals import Refused
from stackwright.wiring.roots import Question, questions
from stackwright.wiring.rules import Lifted, lifted
from stackwright.wiring.sources import Source, Stack
from stackwright.wiring.types import is_list

# Declarations that two templates may share word for word; a resource can only ever be one's own.
_MAY_BE_SHARED = ("Mappings", "Conditions", "Metadata")


def merged(sources: list[Source]) -> dict[str, Any]:
    """Return the sections of one template made of all sources; raises Refused where their names collide."""
    parts = [Stack(source, "", order) for order, source in enumerate(sources)]
    _refuse_optional(parts)
    fed = feeds(parts)
    asked = questions(parts, fed)
    bodies = _wired(parts, fed)
    together = {each: _joined(each, parts, bodies) for each in (*_MAY_BE_SHARED, "Resources")}
    _refuse_same_names(asked, together["Resources"], parts)
    return together | {
        "Metadata": together["Metadata"] | interface(asked.values()),
        "Parameters": {each.name: each.declaration for each in asked.values()},
        "Rules": _rules(parts, fed),
        "Transform": list(dict.fromkeys(each for body in bodies for each in _transforms(body))),
        "Outputs": _outputs(parts, bodies),
    }


def _refuse_optional(parts: list[Stack]) -> None:
    for each in parts:
        if each.source.only_if is not None:
            raise Refused(f"{each} has an only_if, and in one template there is no stack to leave out; use conditions")


def _wired(parts: list[Stack], fed: list[dict[str, Feed]]) -> list[dict[str, Any]]:
    """Return each template with what others give put in place; each sees only those before it."""
    given: dict[str, Any] = {}
    bodies: list[dict[str, Any]] = []
    for stack, its in zip(parts, fed, strict=True):
        values = {name: _expression(name, stack, feed, given) for name, feed in its.items() if _is_put(feed)}
        _refuse_resources_in_conditions(stack, values, bodies)
        body = replaced(stack.source.body, values)
        given |= {name: output["Value"] for name, output in body.get("Outputs", {}).items()}
        bodies.append(body)
    return bodies


def _is_put(feed: Feed) -> bool:
    return isinstance(feed, Gift | Allotted)


def _expression(name: str, stack: Stack, feed: Feed, given: Mapping[str, Any]) -> Any:
    if isinstance(feed, Allotted):
        return feed.value
    value = given[feed.name]
    if not is_list(stack.source.parameters[name]["Type"]):
        return value
    # An output joins its list because outputs are strings; here it can stay one.
    join = value.get("Fn::Join") if isinstance(value, dict) else None
    return join[1] if join and join[0] == "," else {"Fn::Split": [",", value]}


def _refuse_resources_in_conditions(stack: Stack, values: Mapping[str, Any], earlier: list[dict[str, Any]]) -> None:
    resources = {name for body in earlier for name in body.get("Resources", {})}
    for name in referenced(stack.source.body.get("Conditions", {})):
        if referenced(values.get(name)) & resources:
            raise Refused(
                f"a condition of {stack} asks for {name}, which is known only after another resource; "
                f"decide by a parameter that a person enters"
            )


def _joined(section: str, parts: list[Stack], bodies: list[dict[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    owner: dict[str, Stack] = {}
    for stack, body in zip(parts, bodies, strict=True):
        for name, part in body.get(section, {}).items():
            if name in found and (section not in _MAY_BE_SHARED or found[name] != part):
                raise Refused(f"{owner[name]} and {stack} both have {name} in {section}; rename one of them")
            found[name], owner[name] = part, stack
    return found


def _refuse_same_names(asked: Mapping[str, Question], resources: Mapping[str, Any], parts: list[Stack]) -> None:
    for name in asked.keys() & resources.keys():
        owner = next(stack for stack in parts if name in stack.source.body["Resources"])
        raise Refused(f"{name} is a parameter of {asked[name].stack} and a resource of {owner}; rename one of them")


def _rules(parts: list[Stack], fed: list[dict[str, Feed]]) -> dict[str, Any]:
    found: dict[str, Lifted] = {}
    for rule in lifted(parts, fed):
        other = found.setdefault(rule.name, rule)
        if other is not rule:
            raise Refused(f"{other.stack} and {rule.stack} both have {rule.name} in Rules; rename one of them")
    return {name: rule.body for name, rule in found.items()}


def _transforms(body: dict[str, Any]) -> list[str]:
    transform = body.get("Transform", [])
    return transform if isinstance(transform, list) else [transform]


def _outputs(parts: list[Stack], bodies: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        name: output
        for stack, body in zip(parts, bodies, strict=True)
        for name, output in body.get("Outputs", {}).items()
        if getattr(stack.source.gives[name], "public", False)
    }
