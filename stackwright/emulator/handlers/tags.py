"""Tags in their many forms: at creation as a member or an EC2 specification, later by two calls."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from stackwright.emulator.handlers.shapes import call, text


@dataclass(frozen=True)
class Tagging:
    """How a service tags what exists: `add` with the new tags, `remove` with the keys that went.

    `key` is the member that names the resource. `pairs` says that `remove` wants whole tags under
    the same member as `add` does, as EC2's and ACM's do; `keys` is the other ones' member. `extra`
    goes with every call.
    """

    add: str = "tag_resource"
    remove: str = "untag_resource"
    key: str = "resourceArn"
    tags: str = "tags"
    keys: str = "tagKeys"
    pairs: bool = False
    extra: Mapping[str, str] = field(default_factory=dict)


EC2 = Tagging("create_tags", "delete_tags", "Resources[]", "Tags", pairs=True)


def as_map(tags: Any) -> dict[str, str]:
    """Return tags, whichever form a property has them in, as a map."""
    if isinstance(tags, Mapping):
        return {str(key): text(value) for key, value in tags.items()}
    return {item["Key"]: text(item["Value"]) for item in tags or ()}


def as_list(tags: Mapping[str, str]) -> list[dict[str, str]]:
    """Return tags as a list of Key and Value."""
    return [{"Key": key, "Value": value} for key, value in tags.items()]


def specification(resource_type: str, tags: Any) -> list[dict[str, Any]]:
    """Return EC2's TagSpecifications of one resource type; none for no tags."""
    pairs = as_list(as_map(tags))
    return [{"ResourceType": resource_type, "Tags": pairs}] if pairs else []


def retag(client: Any, how: Tagging, identifier: str, new: Any, old: Any) -> None:
    """Make the tags of a resource `new` where they were `old`; no call where nothing changed."""
    now, before = as_map(new), as_map(old)
    gone = {key: value for key, value in before.items() if key not in now}
    fresh = {key: value for key, value in now.items() if before.get(key) != value}
    if gone and how.pairs:
        _tag(client, how.remove, how, identifier, {how.tags: as_list(gone)})
    elif gone:
        _tag(client, how.remove, how, identifier, {how.keys: list(gone)})
    if fresh:
        _tag(client, how.add, how, identifier, {how.tags: as_list(fresh)})


def _tag(client: Any, operation: str, how: Tagging, identifier: str, rest: dict[str, Any]) -> None:
    named = {how.key.removesuffix("[]"): [identifier] if how.key.endswith("[]") else identifier}
    call(client, operation, {**how.extra, **named, **rest})
