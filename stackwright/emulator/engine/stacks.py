"""What the engine keeps: stacks with their resources, revisions, events and change sets."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

STACK_TYPE = "AWS::CloudFormation::Stack"
REVIEW = "REVIEW_IN_PROGRESS"

Properties = dict[str, Any]


def now() -> datetime:
    """Return the time in UTC."""
    return datetime.now(UTC)


@dataclass(frozen=True)
class Revision:
    """What a stack is asked to be: its template and everything it is evaluated with.

    `parameters` are the values as given (strings, or unknowns in a nested change set), defaults
    left out; `bound` is what they and the defaults came to.
    """

    template: Mapping[str, Any]
    body: str
    parameters: Mapping[str, Any] = field(default_factory=dict)
    bound: Mapping[str, Any] = field(default_factory=dict)
    tags: Mapping[str, str] = field(default_factory=dict)
    notification_arns: tuple[str, ...] = ()
    capabilities: tuple[str, ...] = ()
    role_arn: str | None = None


@dataclass
class Resource:
    """One resource of a stack as it is now, or was last."""

    logical_id: str
    type: str
    physical_id: str = ""
    properties: Properties = field(default_factory=dict)
    status: str = ""
    reason: str | None = None
    updated: datetime = field(default_factory=now)
    dependencies: frozenset[str] = frozenset()
    deletion_policy: str = "Delete"
    replace_policy: str = "Delete"
    metadata: Any = None
    generation: int = 0
    attributes: Properties | None = None

    @property
    def live(self) -> bool:
        """Whether there is something behind it."""
        return bool(self.physical_id) and self.status not in ("DELETE_COMPLETE", "DELETE_SKIPPED")

    def copy(self) -> Resource:
        """Return the record as it is now, for a rollback to go back to."""
        return replace(self)

    def adopt(self, other: Resource) -> None:
        """Take over what the template says beside the properties."""
        self.dependencies, self.metadata = other.dependencies, other.metadata
        self.deletion_policy, self.replace_policy = other.deletion_policy, other.replace_policy


@dataclass(frozen=True)
class Event:
    """One line of a stack's history."""

    id: str
    stack_id: str
    stack_name: str
    logical_id: str
    physical_id: str
    type: str
    status: str
    reason: str | None
    time: datetime
    properties: str | None = None
    token: str | None = None


@dataclass(frozen=True)
class Output:
    """One output of a stack."""

    key: str
    value: str
    description: str | None = None
    export: str | None = None


@dataclass
class Undo:
    """What an update must put back if it does not end well.

    `resources` are the records as they were; `replaced` the old halves of replacements, and
    `removed` what the new template no longer has: both still exist until the update cleans up.
    `made` are the new halves once they are given up. `touched` are the ids of what was changed.
    """

    revision: Revision
    resources: dict[str, Resource]
    outputs: dict[str, Output]
    replaced: list[Resource] = field(default_factory=list)
    removed: list[Resource] = field(default_factory=list)
    made: list[Resource] = field(default_factory=list)
    touched: list[str] = field(default_factory=list)


@dataclass
class ChangeSet:
    """What would change, computed once, waiting to be executed."""

    id: str
    name: str
    stack: Stack
    type: str
    revision: Revision
    nested: bool
    description: str | None = None
    on_failure: str | None = None
    status: str = "CREATE_COMPLETE"
    reason: str | None = None
    execution: str = "AVAILABLE"
    created: datetime = field(default_factory=now)
    changes: list[dict[str, Any]] = field(default_factory=list)
    parent: ChangeSet | None = None
    children: dict[str, ChangeSet] = field(default_factory=dict)

    @property
    def root(self) -> ChangeSet:
        """The change set the whole tree was made from."""
        return self if self.parent is None else self.parent.root

    def tree(self) -> Iterator[ChangeSet]:
        """Yield this change set and every nested one."""
        yield self
        for child in self.children.values():
            yield from child.tree()


@dataclass
class Stack:
    """A stack of one account and region; nested ones have a parent and a path of logical ids."""

    account: str
    region: str
    name: str
    id: str
    revision: Revision
    parent: Stack | None = None
    logical_id: str = ""
    status: str = REVIEW
    reason: str | None = None
    created: datetime = field(default_factory=now)
    updated: datetime | None = None
    deleted: datetime | None = None
    resources: dict[str, Resource] = field(default_factory=dict)
    outputs: dict[str, Output] = field(default_factory=dict)
    events: list[Event] = field(default_factory=list)
    change_sets: dict[str, ChangeSet] = field(default_factory=dict)
    change_set_id: str | None = None
    undo: Undo | None = None
    termination_protection: bool = False
    disable_rollback: bool = False
    timeout: int | None = None
    policy: str | None = None
    imports: frozenset[str] = frozenset()
    cancelled: threading.Event = field(default_factory=threading.Event)
    worker: threading.Thread | None = None

    @property
    def root(self) -> Stack:
        """The stack the whole tree hangs on."""
        return self if self.parent is None else self.parent.root

    @property
    def path(self) -> str:
        """The logical ids from the root to here, joined by `/`; empty for a root."""
        if self.parent is None:
            return ""
        return f"{self.parent.path}/{self.logical_id}".removeprefix("/")

    @property
    def in_progress(self) -> bool:
        """Whether an operation is running."""
        return self.status.endswith("_IN_PROGRESS") and self.status != REVIEW

    @property
    def gone(self) -> bool:
        """Whether the stack was deleted; it can still be described by its id."""
        return self.status == "DELETE_COMPLETE"

    def all_tags(self, logical_id: str) -> dict[str, str]:
        """Return the tags a resource of the stack gets, CloudFormation's own included.

        Source: AWS CloudFormation User Guide, "Resource tag".
        """
        return {
            **self.revision.tags,
            "aws:cloudformation:stack-name": self.name,
            "aws:cloudformation:stack-id": self.id,
            "aws:cloudformation:logical-id": logical_id,
        }
