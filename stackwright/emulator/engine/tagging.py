"""Stack tags, as the properties of the types that take them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from stackwright import schemas
from stackwright.emulator.engine.stacks import Properties


def with_stack_tags(resource_type: str, properties: Properties, tags: Mapping[str, str]) -> Properties:
    """Return the properties with the stack's tags added where the type's schema takes tags.

    A tag the template gives itself wins. Source: AWS CloudFormation User Guide, "Resource tag".
    """
    shape = schemas.schema(resource_type).tags
    if shape is None or not tags:
        return properties
    own: Any = properties.get(shape.name) or ({} if shape.mapping else [])
    merged: Any = {**tags, **own} if shape.mapping else [*own, *_pairs(shape, own, tags)]
    return {**properties, shape.name: merged}


def _pairs(shape: schemas.TagShape, own: list[dict[str, Any]], tags: Mapping[str, str]) -> list[dict[str, Any]]:
    given = {pair.get(shape.key) for pair in own if isinstance(pair, dict)}
    extra = {"PropagateAtLaunch": True} if shape.propagates else {}
    return [{shape.key: key, shape.value: value, **extra} for key, value in sorted(tags.items()) if key not in given]
