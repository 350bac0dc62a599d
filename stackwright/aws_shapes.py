"""What AWS tells about stacks, as plain data: read once from the responses, then only passed on."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any


@dataclass(frozen=True)
class Stack:
    """One stack as DescribeStacks gives it; `resolved` has what SSM-typed parameters stand for."""

    id: str
    name: str
    status: str
    reason: str
    parameters: dict[str, str]
    tags: dict[str, str]
    outputs: dict[str, str]
    protected: bool
    resolved: dict[str, str] = field(default_factory=dict)
    role: str | None = None


@dataclass(frozen=True)
class Event:
    """One stack event; `own` when it is about the stack itself and not about a resource in it."""

    id: str
    stack_id: str
    logical_id: str
    physical_id: str
    type: str
    status: str
    reason: str
    time: datetime

    @property
    def own(self) -> bool:
        return self.physical_id == self.stack_id


@dataclass(frozen=True)
class Held:
    """A resource that a stack holds."""

    logical_id: str
    physical_id: str
    type: str
    status: str


def parse_stack(raw: dict[str, Any]) -> Stack:
    return Stack(
        id=raw["StackId"],
        name=raw["StackName"],
        status=raw["StackStatus"],
        reason=raw.get("StackStatusReason", ""),
        parameters={each["ParameterKey"]: each.get("ParameterValue", "") for each in raw.get("Parameters", [])},
        tags={each["Key"]: each["Value"] for each in raw.get("Tags", [])},
        outputs={each["OutputKey"]: each["OutputValue"] for each in raw.get("Outputs", [])},
        protected=bool(raw.get("EnableTerminationProtection")),
        role=raw.get("RoleARN"),
        resolved=resolved(raw.get("Parameters", [])),
    )


def parse_event(raw: dict[str, Any]) -> Event:
    return Event(
        id=raw["EventId"],
        stack_id=raw["StackId"],
        logical_id=raw.get("LogicalResourceId", ""),
        physical_id=raw.get("PhysicalResourceId", ""),
        type=raw.get("ResourceType", ""),
        status=raw.get("ResourceStatus", ""),
        reason=raw.get("ResourceStatusReason", ""),
        time=raw["Timestamp"],
    )


def parse_held(raw: dict[str, Any]) -> Held:
    return Held(
        logical_id=raw["LogicalResourceId"],
        physical_id=raw.get("PhysicalResourceId", ""),
        type=raw["ResourceType"],
        status=raw["ResourceStatus"],
    )


def resolved(parameters: list[dict[str, str]]) -> dict[str, str]:
    """Return what the SSM-typed among these parameters stand for, by name."""
    return {each["ParameterKey"]: each["ResolvedValue"] for each in parameters if "ResolvedValue" in each}
