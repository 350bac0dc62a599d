"""What CloudFormation's registry schemas say of a resource type: replacement, tags, attributes.

cfn-lint ships the registry's schemas as JSON files. They are read here as files, because importing
cfn-lint takes a hundred times as long as reading the few schemas that a stack needs.
"""

from __future__ import annotations

import importlib.util
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from stackwright.errors import StackwrightError

PropertyPath = tuple[str, ...]

# The schemas of every region share almost all of their files; us-east-1 has the most types.
_REGION = "us-east-1"

# What the schemas leave out. Each entry adds property paths on whose change the type is replaced,
# as "Update requires: Replacement" in the type's page of the CloudFormation Template Reference.
_ALSO_CREATE_ONLY: Mapping[str, tuple[PropertyPath, ...]] = {
    # AWS::Route53::RecordSet: the schema lists the zone only, the page the name as well.
    "AWS::Route53::RecordSet": (("Name",),),
}


@dataclass(frozen=True)
class TagShape:
    """Where a type takes tags and in which form.

    `name` is the property; `mapping` is true for `{key: value}` instead of a list of pairs;
    `key` and `value` are the members' names in a pair; `propagates` is true where a pair says
    whether it reaches launched instances.
    """

    name: str
    mapping: bool
    key: str = "Key"
    value: str = "Value"
    propagates: bool = False


@dataclass(frozen=True)
class ResourceSchema:
    """A type's schema, reduced to what a deployment asks of it.

    A path is a tuple of property names, `*` for every item of a list. `read_only` holds the
    attributes that Fn::GetAtt can answer, nested ones with dots.
    """

    type: str
    known: bool
    create_only: tuple[PropertyPath, ...] = ()
    conditional: tuple[PropertyPath, ...] = ()
    read_only: tuple[str, ...] = ()
    identifier: tuple[PropertyPath, ...] = ()
    required: tuple[str, ...] = ()
    tags: TagShape | None = None


@cache
def schema(resource_type: str) -> ResourceSchema:
    """Return the type's schema; a type the registry does not know has an empty one."""
    name = _index().get(resource_type)
    if name is None:
        return ResourceSchema(resource_type, known=False)
    return _reduced(resource_type, _read(_folder() / "resources" / f"{name}.json"))


def types() -> frozenset[str]:
    """Return every type name in the registry."""
    return frozenset(_index())


def _reduced(resource_type: str, raw: Mapping[str, Any]) -> ResourceSchema:
    return ResourceSchema(
        type=resource_type,
        known=True,
        create_only=_paths(raw, "createOnlyProperties") + _ALSO_CREATE_ONLY.get(resource_type, ()),
        conditional=_paths(raw, "conditionalCreateOnlyProperties"),
        read_only=tuple(".".join(path) for path in _paths(raw, "readOnlyProperties")),
        identifier=_paths(raw, "primaryIdentifier"),
        required=tuple(raw.get("required", ())),
        tags=_tag_shape(raw),
    )


def _paths(raw: Mapping[str, Any], section: str) -> tuple[PropertyPath, ...]:
    return tuple(tuple(pointer.split("/")[2:]) for pointer in raw.get(section, ()))


def _tag_shape(raw: Mapping[str, Any]) -> TagShape | None:
    pointer = raw.get("tagging", {}).get("tagProperty", "")
    name = pointer.removeprefix("/properties/")
    if not raw.get("tagging", {}).get("taggable", True) or name not in raw["properties"]:
        return None
    declared = _followed(raw, raw["properties"][name])
    if declared.get("type") == "object":
        return TagShape(name, mapping=True)
    return _pair_shape(name, _followed(raw, declared.get("items", {})))


def _pair_shape(name: str, item: Mapping[str, Any]) -> TagShape:
    members = item.get("properties", {})
    return TagShape(
        name,
        mapping=False,
        key=next((member for member in members if member.lower() in ("key", "tagkey")), "Key"),
        value=next((member for member in members if member.lower() in ("value", "tagvalue")), "Value"),
        propagates="PropagateAtLaunch" in members,
    )


def _followed(raw: Mapping[str, Any], declared: Mapping[str, Any]) -> Mapping[str, Any]:
    while "$ref" in declared:
        target: Any = raw
        for step in declared["$ref"].removeprefix("#/").split("/"):
            target = target[step]
        declared = target
    return declared


@cache
def _index() -> dict[str, str]:
    index: dict[str, str] = _read(_folder() / "providers" / f"{_REGION}.json")
    return index


@cache
def _folder() -> Path:
    spec = importlib.util.find_spec("cfnlint")
    if spec is None or not spec.submodule_search_locations:
        raise StackwrightError("cfn-lint is not installed: its resource schemas are needed")
    return Path(spec.submodule_search_locations[0]) / "data" / "schemas"


def _read(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))
