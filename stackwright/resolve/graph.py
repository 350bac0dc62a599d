"""The flat graph: every resource of a tree of stacks, with what it says and what it waits for."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from stackwright.resolve.symbols import Symbol, Value, rendered, symbols_in


@dataclass(frozen=True)
class Resource:
    """One resource that will exist, nested stacks included.

    `path` is the logical ids from the root down (`Vpc/PublicSubnetOne`), `properties` the values
    with unknowns as symbols, `depends_on` the paths it waits for, `attributes` what stands beside
    the properties (DeletionPolicy, UpdatePolicy, Metadata, …), `condition` the condition's name.
    """

    path: str
    type: str
    properties: Mapping[str, Value]
    depends_on: tuple[str, ...] = ()
    attributes: Mapping[str, Value] = field(default_factory=dict)
    condition: str | None = None

    def to_json(self) -> dict[str, Any]:
        """Return the resource as JSON has it, without what is empty."""
        everything = {
            "Type": self.type,
            "Condition": self.condition,
            "DependsOn": list(self.depends_on),
            "Properties": rendered(self.properties),
            **rendered(self.attributes),
        }
        return {key: value for key, value in everything.items() if value not in (None, [], {})}


@dataclass(frozen=True)
class Graph:
    """A deployment as it will be: resources by path, each after what it waits for, and outputs."""

    stack_name: str
    region: str
    account_id: str
    resources: Mapping[str, Resource]
    outputs: Mapping[str, Value]

    def of_type(self, *types: str) -> list[Resource]:
        """Return the resources of these types, in the graph's order."""
        return [each for each in self.resources.values() if each.type in types]

    def target(self, value: Value) -> Resource | None:
        """Return the resource that a value refers to; None for what is no reference, or one to elsewhere."""
        return self.resources.get(value.path) if isinstance(value, Symbol) else None

    def mentioned(self, value: Value) -> list[Resource]:
        """Return every resource that is referred to anywhere inside a value, each once, in reading order."""
        paths = dict.fromkeys(symbol.path for symbol in symbols_in(value))
        return [self.resources[path] for path in paths if path in self.resources]

    def users(self, resource: Resource, *types: str) -> list[Resource]:
        """Return the resources, of these types if any are given, whose properties refer to this one."""
        those = self.of_type(*types) if types else self.resources.values()
        return [each for each in those if resource.path in {symbol.path for symbol in symbols_in(each.properties)}]

    def waits_for(self, path: str) -> set[str]:
        """Return the paths of everything that has to be there before the resource of this path is made."""
        found: set[str] = set()
        ahead = [path]
        while ahead:
            new = set(self.resources[ahead.pop()].depends_on) - found
            found |= new
            ahead += new
        return found

    def without(self, lost: Collection[str]) -> Graph:
        """Return the graph without the resources of these paths; lists lose the items that refer to them."""
        kept = {
            path: replace(each, properties=_without(each.properties, frozenset(lost)))
            for path, each in self.resources.items()
            if path not in lost
        }
        return replace(self, resources=kept)

    def to_json(self) -> dict[str, Any]:
        """Return the graph as JSON has it, unknowns as `${Path.Attribute}`."""
        return {
            "StackName": self.stack_name,
            "Region": self.region,
            "AccountId": self.account_id,
            "Resources": {path: each.to_json() for path, each in self.resources.items()},
            "Outputs": rendered(self.outputs),
        }


def _without(value: Value, lost: frozenset[str]) -> Value:
    if isinstance(value, Mapping):
        return {key: _without(item, lost) for key, item in value.items()}
    if isinstance(value, list):
        gone = [isinstance(item, Symbol) and item.path in lost for item in value]
        return [_without(item, lost) for item, is_gone in zip(value, gone, strict=True) if not is_gone]
    return value
