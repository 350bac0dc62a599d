"""Which parameters a person has to change when a place in a template has no value.

An error names the place, in a nested template as a rule; the person knows the root's parameters alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from stackwright.resolve.errors import ResolveError

_STEP = re.compile(r"[^.\[\]]+")


def read_at(root: Mapping[str, Any], nested: Mapping[str, Mapping[str, Any]], error: ResolveError) -> list[str]:
    """Return the root's parameters that the failing place of a resource reads, in order; maybe none.

    The condition on which the resource hangs is read too: without it there would be no such place.
    """
    stack = root.get("Resources", {}).get(error.template.partition(" ")[0], {}).get("Properties", {})
    inside = nested.get(stack.get("TemplateURL", ""))
    names = _read(root if inside is None else inside, error.path)
    if inside is not None:
        fed = stack.get("Parameters", {})
        names = {name for each in names if each in fed for name in _names(fed[each])}
    return [name for name in root.get("Parameters", {}) if name in names]


def _read(template: Mapping[str, Any], path: str) -> set[str]:
    section, *steps = _STEP.findall(path)
    if section != "Resources" or not steps:
        return set()
    resource = template["Resources"].get(steps[0], {})
    expression = resource
    for step in steps[1:]:
        expression = _inside(expression, step)
    condition = template.get("Conditions", {}).get(resource.get("Condition"))
    return {*_names(expression), *_names(condition)}


def _inside(expression: Any, step: str) -> Any:
    """Return what is one step further in; where the path leads nowhere, all of it."""
    if isinstance(expression, list):
        return expression[int(step)] if step.isdecimal() and int(step) < len(expression) else expression
    return expression.get(step, expression) if isinstance(expression, dict) else expression


def _names(expression: Any) -> Iterator[str]:
    """Yield what the expression refers to by Ref."""
    if isinstance(expression, dict):
        if isinstance(expression.get("Ref"), str):
            yield expression["Ref"]
        for value in expression.values():
            yield from _names(value)
    elif isinstance(expression, list):
        for value in expression:
            yield from _names(value)
