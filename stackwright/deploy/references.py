"""What an expression in a template refers to: enough to see whether its value can change."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

SUBSTITUTION = re.compile(r"\$\{([^!}][^}]*)\}")


def references(expression: Any, conditions: Mapping[str, Any]) -> Iterator[tuple[str, str | None]]:
    """Yield (name, attribute) of every Ref (attribute None), GetAtt and Sub in an expression.

    A condition counts with all that it refers to: which branch is taken can change with it.
    """
    if isinstance(expression, list):
        for each in expression:
            yield from references(each, conditions)
    elif isinstance(expression, dict):
        for key, value in expression.items():
            yield from _of_key(key, value, conditions)


def _of_key(key: str, value: Any, conditions: Mapping[str, Any]) -> Iterator[tuple[str, str | None]]:
    if key == "Ref":
        yield str(value), None
    elif key == "Fn::GetAtt":
        parts = value if isinstance(value, list) else value.split(".", 1)
        yield parts[0], ".".join(str(part) for part in parts[1:])
    elif key == "Fn::Sub":
        yield from _of_sub(value, conditions)
    elif key == "Condition" and isinstance(value, str):
        yield from references(conditions.get(value), conditions)
    elif key == "Fn::If":
        yield from references(conditions.get(value[0]), conditions)
        yield from references(value[1:], conditions)
    else:
        yield from references(value, conditions)


def _of_sub(value: Any, conditions: Mapping[str, Any]) -> Iterator[tuple[str, str | None]]:
    text, names = value if isinstance(value, list) else (value, {})
    for name in SUBSTITUTION.findall(text):
        if name not in names:
            logical_id, _, attribute = name.partition(".")
            yield logical_id, attribute or None
    yield from references(list(names.values()), conditions)
