"""What EventBridge makes of an event: whether a pattern matches, and what a target's input transformer sends.

As much of "Comparison operators for use in event patterns" and "Amazon EventBridge input transformation" (Amazon
EventBridge User Guide) as the templates use; a comparison it does not know is an error.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from fnmatch import fnmatchcase
from typing import Any

import jmespath


def matches(event: Mapping[str, Any], pattern: Mapping[str, Any]) -> bool:
    """Tell whether a rule with this pattern matches an event."""
    return all(_member(event, name, wanted) for name, wanted in pattern.items())


def _member(event: Mapping[str, Any], name: str, wanted: Any) -> bool:
    if name == "$or":
        return any(matches(event, each) for each in wanted)
    if isinstance(wanted, Mapping):
        inside = event.get(name)
        return isinstance(inside, Mapping) and matches(inside, wanted)
    found = event.get(name)
    values = found if isinstance(found, list) else [found]
    return name in event and any(_compared(value, each) for value in values for each in wanted)


def _compared(value: Any, wanted: Any) -> bool:
    if not isinstance(wanted, Mapping):
        return bool(value == wanted)
    ((operator, operand),) = wanted.items()
    if operator == "prefix":
        return isinstance(value, str) and value.startswith(operand)
    if operator == "suffix":
        return isinstance(value, str) and value.endswith(operand)
    if operator == "wildcard":
        return isinstance(value, str) and fnmatchcase(value, operand)
    raise AssertionError(f"comparison {operator} is not known here")


def sent(event: Mapping[str, Any], transformer: Mapping[str, Any]) -> Any:
    """Return what a target is sent: JSON, each placeholder in its strings replaced by a value as it is, unescaped."""
    values = {name: _found(event, path) for name, path in transformer["InputPathsMap"].items()}
    template = transformer["InputTemplate"]
    assert set(re.findall("<([^<>]+)>", template)) == values.keys(), "a placeholder without a path, or the reverse"
    for name, value in values.items():
        template = template.replace(f"<{name}>", value)
    return json.loads(template)


def _found(event: Mapping[str, Any], path: str) -> str:
    names = path.removeprefix("$.").split(".")
    steps = ".".join(re.sub(r"^[^\[]+", lambda name: f'"{name[0]}"', each) for each in names)
    value = jmespath.search(steps, event)
    assert isinstance(value, str), f"{path} leads nowhere, and the message would be dropped"
    return value
