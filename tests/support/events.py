"""What EventBridge makes of an event: whether a pattern matches, and what a target's input transformer sends.

As much of "Comparison operators for use in event patterns" and "Amazon EventBridge input transformation" (Amazon
EventBridge User Guide) as the templates use; a comparison it does not know is an error.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


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
    raise AssertionError(f"comparison {operator} is not known here")
