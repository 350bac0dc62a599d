"""The flat graph: every resource of a tree of stacks, with what it says and what it waits for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from stackwright.resolve.symbols import Value, rendered


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

    def to_json(self) -> dict[str, Any]:
        """Return the graph as JSON has it, unknowns as `${Path.Attribute}`."""
        return {
            "StackName": self.stack_name,
            "Region": self.region,
            "AccountId": self.account_id,
            "Resources": {path: each.to_json() for path, each in self.resources.items()},
            "Outputs": rendered(self.outputs),
        }
