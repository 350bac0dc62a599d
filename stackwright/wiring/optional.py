"""Stacks that are there only on a condition about what a person enters: `template.only_if`.

With every resource of it under a condition instead, a stack could be left without any. Nothing else can rely on one
that may not be there, so it gives nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from stackwright.wiring.feeds import Asked, Feed
from stackwright.wiring.nesting import condition_name
from stackwright.wiring.references import referenced, replaced
from stackwright.wiring.refusals import Refused
from stackwright.wiring.sources import Stack


def conditions(stacks: list[Stack], fed: list[dict[str, Feed]]) -> dict[str, Any]:
    """Return the root's conditions of its optional stacks, in the root's parameter names."""
    return dict(_conditions(stacks, fed))


def _conditions(stacks: list[Stack], fed: list[dict[str, Feed]]) -> Iterator[tuple[str, Any]]:
    for stack, feeds in zip(stacks, fed, strict=True):
        condition = stack.source.only_if
        if condition is not None:
            _check(stack, feeds, referenced(condition))
            names = {name: {"Ref": feed.name} for name, feed in feeds.items() if isinstance(feed, Asked)}
            yield condition_name(stack), replaced(condition, names)


def _check(stack: Stack, feeds: dict[str, Feed], needed: set[str]) -> None:
    for output in stack.source.outputs:
        raise Refused(f"{stack} gives {output} and may not be there; give nothing, or leave out its only_if")
    for name in sorted(needed & feeds.keys()):
        if not isinstance(feeds[name], Asked):
            raise Refused(f"{stack} is there by {name}, which no person enters; decide by a parameter of the root")
