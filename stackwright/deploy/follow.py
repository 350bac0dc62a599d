"""Following an operation: events of the root and its nested stacks, gathered into one tree.

`Progress` is the tree as data and `advance` adds events to it, so that what a display shows can be
tested with lists of events. `follow` fetches them by stack id, which works on stacks already deleted
and is never held back; `patiently` is the loop of whatever is followed.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol, TypeVar

from stackwright.aws_errors import Failing, Throttled, Unreachable
from stackwright.aws_shapes import Event
from stackwright.deploy.changes import NESTED

FIRST_WAIT = 0.2  # seconds
SLOWER = 1.15  # each wait is this much longer: what a late look wastes stays in proportion
LONGEST_WAIT = 3.0
PATIENCE = 20  # lost connections in a row before following ends; the operation goes on in AWS

Found = TypeVar("Found")


class EventSource(Protocol):
    """What following needs of AWS."""

    def events(self, stack_id: str, *, after: str | None = None) -> list[Event]: ...


@dataclass
class Node:
    """One resource, or a stack with its resources: the latest that was heard of it."""

    path: str
    type: str
    status: str
    reason: str = ""
    physical_id: str = ""
    started: datetime | None = None
    ended: datetime | None = None
    children: dict[str, Node] = field(default_factory=dict)

    @property
    def logical_id(self) -> str:
        return self.path.rpartition("/")[2]

    @property
    def busy(self) -> bool:
        return self.status.endswith("_IN_PROGRESS")

    @property
    def failed(self) -> bool:
        return self.status.endswith("_FAILED")

    def walk(self) -> Iterator[Node]:
        """Yield this node and all below it."""
        yield self
        for child in self.children.values():
            yield from child.walk()


@dataclass(frozen=True)
class Step:
    """One event in its place: `path` is "" for the root stack itself."""

    path: str
    event: Event


@dataclass
class Progress:
    """An operation on a root stack as far as it has been heard of."""

    stack_id: str
    root: Node
    steps: list[Step] = field(default_factory=list)
    paths: dict[str, str] = field(default_factory=dict)
    since: datetime | None = None

    @property
    def done(self) -> bool:
        """Whether the root stack has come to rest since the operation began."""
        return self.since is not None and not self.root.busy


def begin(stack_id: str) -> Progress:
    """Return the progress of an operation that has yet to be heard of."""
    root = Node(path="", type=NESTED, status="", physical_id=stack_id)
    return Progress(stack_id=stack_id, root=root, paths={stack_id: ""})


def advance(progress: Progress, events: Iterable[Event]) -> list[Step]:
    """Add events (of any of the stacks, oldest first) and return them as steps."""
    added = []
    for event in sorted(events, key=lambda each: each.time):
        if progress.since is None and event.stack_id == progress.stack_id:
            progress.since = event.time
        if progress.since is None or event.time < progress.since:
            continue
        step = Step(path=_place(progress, event), event=event)
        _note(_node(progress, step), event)
        added.append(step)
    progress.steps += added
    return added


def _place(progress: Progress, event: Event) -> str:
    """Return the path of what an event is about; a nested stack's id is learnt on the way."""
    scope = progress.paths[event.stack_id]
    if event.own:
        return scope
    path = f"{scope}/{event.logical_id}".lstrip("/")
    if event.type == NESTED and event.physical_id:
        progress.paths[event.physical_id] = path
    return path


def _node(progress: Progress, step: Step) -> Node:
    node, walked = progress.root, ""
    for name in filter(None, step.path.split("/")):
        walked = f"{walked}/{name}".lstrip("/")
        fresh = Node(path=walked, type=step.event.type, status="")
        node = node.children.setdefault(name, fresh)
    return node


def _note(node: Node, event: Event) -> None:
    node.status = event.status
    node.reason = event.reason or (node.reason if node.failed else "")
    node.physical_id = event.physical_id or node.physical_id
    node.started = node.started or event.time
    node.ended = None if node.busy else event.time


def follow(
    aws: EventSource,
    stack_id: str,
    *,
    after: str | None,
    heard: Callable[[Progress, list[Step]], None],
    sleep: Callable[[float], None] = time.sleep,
) -> Progress:
    """Follow until the root stack is at rest; `heard` is called for every look.

    `after` is the id of the newest event before the operation. Raises what `LOST` has
    when AWS cannot be asked for a long while, or not with these credentials any more.
    """
    progress, newest = begin(stack_id), {stack_id: after}
    for added in patiently(lambda: _look(aws, progress, newest), sleep=sleep):
        heard(progress, added or [])
        if progress.done:
            break
    return progress


def patiently(look: Callable[[], Found], *, sleep: Callable[[float], None]) -> Iterator[Found | None]:
    """Yield look after look, first every 0.2 s and then ever more slowly; None for one that AWS did not answer.

    Raises as `follow` does.
    """
    wait, lost = FIRST_WAIT, 0
    while True:
        try:
            found, lost = look(), 0
        except (Failing, Throttled, Unreachable):
            lost += 1
            if lost >= PATIENCE:
                raise
            yield None
        else:
            yield found
        sleep(wait)
        wait = min(wait * SLOWER, LONGEST_WAIT)


def _look(aws: EventSource, progress: Progress, newest: dict[str, str | None]) -> list[Step]:
    """Fetch what is new of every stack that may have news, parents first."""
    added: list[Step] = []
    waiting = [progress.stack_id]
    seen: set[str] = set()
    while waiting:
        stack_id = waiting.pop(0)
        seen.add(stack_id)
        fresh = aws.events(stack_id, after=newest.get(stack_id))
        if fresh:
            newest[stack_id] = fresh[-1].id
        added += advance(progress, fresh)
        waiting += [each for each in _nested(progress, added) if each not in seen | {*waiting}]
    return sorted(added, key=lambda step: step.event.time)


def _nested(progress: Progress, added: list[Step]) -> list[str]:
    """Return the nested stacks that are busy, or were until just now: their last events count."""
    just_now = {step.path for step in added}
    return [
        node.physical_id
        for node in progress.root.walk()
        if node.type == NESTED and node.path and node.physical_id and (node.busy or node.path in just_now)
    ]
