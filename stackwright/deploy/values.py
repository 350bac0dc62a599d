"""What differs between two values of a property, as few words as tell it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from stackwright.deploy.changes import KNOWN_AFTER_APPLY

LONGEST = 60  # characters of one value
MOST = 3  # differences told of one property
ABSENT = "none"


def difference(target: str, before: str | None, after: str | None) -> str:
    """Return `Target before → after`; of structures only the members that differ.

    Values come as a change set has them: text, or JSON of a structure; None where there is none.
    """
    found = list(_differing(target, _parsed(before), _parsed(after)))
    told = [f"{path} {_shown(old)} → {_shown(new)}" for path, old, new in found[:MOST]]
    more = len(found) - MOST
    return ", ".join([*told, f"{more} more in {target}"] if more > 0 else told)


def _differing(path: str, old: Any, new: Any) -> Iterator[tuple[str, Any, Any]]:
    if isinstance(old, dict) and isinstance(new, dict):
        for key in dict.fromkeys([*old, *new]):
            yield from _differing(f"{path}.{key}", old.get(key), new.get(key))
    elif isinstance(old, list) and isinstance(new, list) and len(old) == len(new):
        for number, pair in enumerate(zip(old, new, strict=True)):
            yield from _differing(f"{path}[{number}]", *pair)
    elif old != new:
        yield path, old, new


def _parsed(value: str | None) -> Any:
    """Return a structure parsed; a scalar stays the text it is."""
    if value is None or not value.startswith(("{", "[")) or value.startswith("{{"):
        return value
    try:
        return json.loads(value)
    except ValueError:  # large values come truncated
        return value


def _shown(value: Any) -> str:
    if value is None:
        return ABSENT
    text = value if isinstance(value, str) else json.dumps(value)
    text = " ".join(text.replace(KNOWN_AFTER_APPLY, "(known after apply)").split())
    if text == "(known after apply)":
        return "known after apply"
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"
