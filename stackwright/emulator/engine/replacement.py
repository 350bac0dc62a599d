"""What a change of properties means for a resource: nothing, an update, or a replacement.

The registry's schemas say it (`stackwright.schemas`): `createOnlyProperties` always replace,
`conditionalCreateOnlyProperties` may.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from stackwright import schemas
from stackwright.emulator.engine.stacks import Properties
from stackwright.resolve.symbols import symbols_in

NEVER, CONDITIONALLY, ALWAYS = "Never", "Conditionally", "Always"


@dataclass(frozen=True)
class Difference:
    """One top-level property whose value differs."""

    name: str
    before: Any
    after: Any
    recreation: str

    @property
    def dynamic(self) -> bool:
        """Whether the new value is not known before the change is made."""
        return any(True for _ in symbols_in(self.after))

    @property
    def kind(self) -> str:
        """Add, Remove or Modify, as a change set's AttributeChangeType."""
        if self.before is None:
            return "Add"
        return "Remove" if self.after is None else "Modify"


def differences(resource_type: str, old: Properties, new: Properties) -> list[Difference]:
    """Return every top-level property that differs, in order of name."""
    return [
        Difference(name, old.get(name), new.get(name), recreation(resource_type, name, old, new))
        for name in sorted(old.keys() | new.keys())
        if not same(old.get(name), new.get(name))
    ]


def recreation(resource_type: str, name: str, old: Properties, new: Properties) -> str:
    """Return whether a change of that property replaces the resource: Never to Always."""
    schema = schemas.schema(resource_type)
    if _changed(schema.create_only, name, old, new):
        return ALWAYS
    return CONDITIONALLY if _changed(schema.conditional, name, old, new) else NEVER


def replaces(found: Iterable[Difference]) -> bool:
    """Whether these differences, all values being known, make a new resource."""
    return any(each.recreation == ALWAYS for each in found)


def verdict(found: Iterable[Difference]) -> str:
    """Return a change set's Replacement: True, Conditional or False.

    Source: AWS CloudFormation API Reference, "ResourceChange".
    """
    answers = {_one(each) for each in found}
    return next((each for each in ("True", "Conditional") if each in answers), "False")


def same(one: Any, other: Any) -> bool:
    """Whether two values are the same to CloudFormation: 80 is "80" and true is "true"."""
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(same(one[key], other[key]) for key in one)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(same, one, other))
    return bool(one == other) or (one is not None and _plain(one) == _plain(other))


def _one(difference: Difference) -> str:
    if difference.recreation == NEVER:
        return "False"
    certain = difference.recreation == ALWAYS and not difference.dynamic
    return "True" if certain else "Conditional"


def _plain(value: Any) -> Any:
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, int | float) else value


def _changed(paths: Iterable[schemas.PropertyPath], name: str, old: Properties, new: Properties) -> bool:
    return any(path[0] == name and not same(_at(old, path), _at(new, path)) for path in paths if path)


def _at(value: Any, path: schemas.PropertyPath) -> Any:
    for position, step in enumerate(path):
        if isinstance(value, list):
            rest = path[position + 1 :] if step == "*" else path[position:]
            return [_at(item, rest) for item in value]
        value = value.get(step) if isinstance(value, dict) else None
    return value
