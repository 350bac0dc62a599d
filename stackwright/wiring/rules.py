"""Rules of the stacks, lifted to the root, where they can still stop a deployment before it begins.

A rule is about what a person enters. What an earlier stack gives or composing allots is known only when the
nested stack starts, and a change set sees a placeholder in its place: a rule about nothing else is left out,
because there is no entry that it could refuse; a rule about both cannot be kept and is refused.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from stackwright.wiring.feeds import Asked, Feed, Gift
from stackwright.wiring.references import referenced, replaced
from stackwright.wiring.refusals import Refused
from stackwright.wiring.sources import Stack


@dataclass(frozen=True)
class Lifted:
    """One rule as the root states it, and the stack it comes from."""

    stack: Stack
    name: str
    body: Any


def lifted(stacks: list[Stack], fed: list[dict[str, Feed]]) -> list[Lifted]:
    """Return the rules that the root can hold, in the root's parameter names, identical ones once."""
    found: dict[str, Lifted] = {}
    for stack, feeds in zip(stacks, fed, strict=True):
        for name, rule in stack.source.rules.items():
            if _is_about_entries(name, rule, stack, feeds):
                body = replaced(rule, _new_names(feeds))
                found.setdefault(json.dumps(body, sort_keys=True), Lifted(stack, name, body))
    return list(found.values())


def _is_about_entries(name: str, rule: Any, stack: Stack, feeds: Mapping[str, Feed]) -> bool:
    names = referenced(rule)
    mentioned = [each for each in feeds if each in names]
    wired = [each for each in mentioned if not isinstance(feeds[each], Asked)]
    if wired and len(wired) < len(mentioned):
        raise Refused(
            f"rule {name} of {stack} needs {wired[0]}, which {_source(feeds[wired[0]])} gives, beside "
            f"what a person enters; write it about one of both"
        )
    return not wired


def _source(feed: Feed) -> str:
    return str(feed.stack) if isinstance(feed, Gift) else "composing"


def _new_names(feeds: Mapping[str, Feed]) -> dict[str, Any]:
    return {name: {"Ref": feed.name} for name, feed in feeds.items() if isinstance(feed, Asked) and feed.name != name}
