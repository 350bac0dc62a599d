"""Values of AWS's own cloudformation-validate as plain JSON, to hold ours against."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pytest

from stackwright.resolve.scope import Scope

oracle = pytest.importorskip("cloudformation_validate", reason="AWS publishes no wheel for this platform")

OPEN = object()
NO_VALUE = object()


def answers(template: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the oracle makes of each resource's properties."""
    model = oracle.TemplateModel(oracle.TemplateContent(json.dumps(template)))
    return {name: each.properties for name, each in model.resources().items()}


def theirs(value: Any, scope: Scope) -> Any:
    """Return the oracle's value as plain JSON, OPEN where it does not say."""
    kind = type(value).__name__.rpartition(".")[2]
    if kind == "CONCRETE":
        known = plain(value.value)
        return NO_VALUE if known is None else known
    if kind == "LIST_VALUE":
        items = [theirs(item, scope) for item in value.items]
        return [item for item in items if item is not NO_VALUE]
    if kind == "MAP":
        entries = {entry.key: theirs(entry.value, scope) for entry in value.entries}
        return {key: item for key, item in entries.items() if item is not NO_VALUE}
    if kind == "CONDITIONAL":
        branch = value.if_true if scope.condition(value.condition) else value.if_false
        return theirs(branch, scope)
    return OPEN


def plain(value: Any) -> Any:
    """Return the oracle's JSON as Python's, scalars as the strings CloudFormation makes of them."""
    if hasattr(value, "items"):
        return [plain(item) for item in value.items]
    if hasattr(value, "entries"):
        return {key: plain(item) for key, item in value.entries.items()}
    return strings(getattr(value, "value", None))


def strings(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: strings(item) for key, item in value.items()}
    if isinstance(value, list):
        return [strings(item) for item in value]
    return value if value is None else str(value)


def agree(ours: Any, other: Any) -> bool:
    """Whether both are equal wherever the oracle says something."""
    if other is OPEN:
        return True
    if isinstance(ours, dict) and isinstance(other, dict):
        return ours.keys() == other.keys() and all(agree(ours[key], other[key]) for key in ours)
    if isinstance(ours, list) and isinstance(other, list):
        return len(ours) == len(other) and all(map(agree, ours, other))
    return bool(ours == other)
