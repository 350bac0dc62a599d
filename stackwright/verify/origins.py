"""Where a value of the graph comes from: the template's own text, or a parameter, and which."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from stackwright.resolve.graph import Resource
from stackwright.verify.deployment import Deployment, at

_NOT_THERE = object()


@dataclass(frozen=True)
class Origin:
    """A value that stands in a template (no parameter), or the root's parameter that gives it and its declaration."""

    parameter: str = ""
    declared: Mapping[str, Any] | None = None


def origin(deployment: Deployment, resource: Resource, path: str) -> Origin | None:
    """Return where the value at a dotted path of a resource's properties comes from; None for what is more involved."""
    template: Any = deployment.root
    given: list[Any] = []
    *stacks, logical_id = resource.path.split("/")
    for stack in stacks:
        given.append(at(template, f"Resources.{stack}.Properties.Parameters", {}))
        template = deployment.nested.get(str(at(template, f"Resources.{stack}.Properties.TemplateURL")), {})
    return _of(at(template, f"Resources.{logical_id}.Properties.{path}", _NOT_THERE), given, deployment.root)


def _of(expression: Any, given: list[Any], root: Mapping[str, Any]) -> Origin | None:
    if isinstance(expression, str):
        return Origin()
    if not isinstance(expression, Mapping) or set(expression) != {"Ref"} or not isinstance(expression["Ref"], str):
        return None
    name = expression["Ref"]
    if given:
        return _of(at(given[-1], name, _NOT_THERE), given[:-1], root)
    declared = at(root, f"Parameters.{name}")
    return Origin(name, declared) if isinstance(declared, Mapping) else None
