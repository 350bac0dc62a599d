"""The root's parameters: what no stack gives, declared as the stacks that need it declare it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from stackwright.wiring.feeds import Asked, Feed
from stackwright.wiring.refusals import Refused
from stackwright.wiring.sources import Stack


@dataclass(frozen=True)
class Question:
    """One parameter of the root, and the first stack that asked for it."""

    name: str
    declaration: dict[str, Any]
    stack: Stack
    input: Any

    @property
    def group(self) -> str | None:
        return getattr(self.input, "group", None)

    @property
    def label(self) -> str | None:
        label = getattr(self.input, "label", None)
        own = self.stack.prefix and not getattr(self.input, "shared", False)
        return f"{self.stack.prefix}: {label}" if label and own else label


def questions(stacks: list[Stack], fed: list[dict[str, Feed]]) -> dict[str, Question]:
    """Return the root's parameters by name; raises Refused where two stacks declare one differently."""
    asked: dict[str, Question] = {}
    for stack, feeds in zip(stacks, fed, strict=True):
        for name, feed in feeds.items():
            if isinstance(feed, Asked):
                declaration = stack.source.parameters[name]
                mine = Question(feed.name, declaration, stack, stack.source.needs[name])
                _refuse_difference(asked.setdefault(feed.name, mine), mine)
    return asked


def _refuse_difference(first: Question, second: Question) -> None:
    one, other = first.declaration, second.declaration
    if one is other or one == other:
        return
    key = next(key for key in one | other if one.get(key) != other.get(key))
    raise Refused(
        f"{first.stack} and {second.stack} declare {first.name} differently: {key} is "
        f"{_shown(one.get(key))} in one and {_shown(other.get(key))} in the other; "
        f"declare both from one input"
    )


def _shown(value: Any) -> str:
    return "not set" if value is None else repr(value)
