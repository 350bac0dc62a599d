"""What rules read: one deployment as it will be, and the templates and parameters it comes from."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from math import isfinite
from typing import Any

from stackwright.resolve.graph import Graph, Resource
from stackwright.resolve.symbols import Value


@dataclass(frozen=True)
class Deployment:
    """One blueprint in one environment: the resolved graph, and the templates behind it by TemplateURL."""

    graph: Graph
    root: Mapping[str, Any]
    nested: Mapping[str, Mapping[str, Any]]
    tags: Mapping[str, str]

    def of(self, *types: str) -> list[Resource]:
        """Return the resources of these types."""
        return self.graph.of_type(*types)


def number(value: Value) -> float | None:
    """Return a number that may be written as text; None for what is none, or not known."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        found = float(value)
    except ValueError:
        return None
    return found if isfinite(found) else None


def whole(value: Value, default: int) -> int:
    """Return a whole number that may be written as text, or the default for what is none, or not known."""
    found = number(value)
    return default if found is None else int(found)


def on(value: Value) -> bool:
    """Tell whether a value that may be written as text is true."""
    return value is True or (isinstance(value, str) and value.lower() == "true")


def listed(value: Value) -> list[Value]:
    """Return a value as a list: as it is, none for nothing, one alone in a list of its own."""
    if value is None:
        return []
    return list(value) if isinstance(value, list | tuple) else [value]


def at(value: Value, path: str, default: Value = None) -> Value:
    """Return what lies at a dotted path of keys and indices in a value, else the default."""
    for key in path.split("."):
        if isinstance(value, Mapping) and key in value:
            value = value[key]
        elif isinstance(value, list) and key.isdecimal() and int(key) < len(value):
            value = value[int(key)]
        else:
            return default
    return value


def attribute(resource: Resource, key: str, default: str) -> Value:
    """Return the value of a resource whose `Key`/`Value` attributes are a list, as those of load balancers."""
    for list_name in ("LoadBalancerAttributes", "TargetGroupAttributes", "ListenerAttributes"):
        for each in listed(resource.properties.get(list_name)):
            if isinstance(each, Mapping) and each.get("Key") == key:
                return each.get("Value")
    return default


def documents(value: Value) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Yield every policy document inside a value with its dotted path; one that is JSON in a string is read."""
    yield from _documents(value, ())


def _documents(value: Value, path: tuple[str, ...]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    if isinstance(value, str) and '"Statement"' in value:
        try:
            value = json.loads(value)
        except ValueError:
            return
    if isinstance(value, Mapping):
        if "Statement" in value:
            yield ".".join(path), value
            return
        for key, item in value.items():
            yield from _documents(item, (*path, str(key)))
    elif isinstance(value, list | tuple):
        for index, item in enumerate(value):
            yield from _documents(item, (*path, str(index)))
