"""Which resources a resource waits for, and the order that follows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from stackwright.resolve.errors import Refusal
from stackwright.resolve.references import attribute_named, substitution, variables

if TYPE_CHECKING:
    from stackwright.resolve.scope import Scope


def names_in(scope: Scope, expression: Any) -> Iterator[str]:
    """Yield every name that the expression refers to, in the branches that conditions pick."""
    if isinstance(expression, list):
        for item in expression:
            yield from names_in(scope, item)
    elif isinstance(expression, dict):
        match expression:
            case {"Ref": str(name)} if len(expression) == 1:
                yield name
            case {"Fn::GetAtt": argument} if len(expression) == 1:
                yield attribute_named(argument)[0]
            case {"Fn::Sub": argument} if len(expression) == 1:
                yield from _names_in_sub(scope, argument)
            case {"Fn::If": [str(name), positive, negative]} if len(expression) == 1:
                yield from names_in(scope, positive if scope.condition(name) else negative)
            case _:
                yield from names_in(scope, list(expression.values()))


def _names_in_sub(scope: Scope, argument: Any) -> Iterator[str]:
    template, own = substitution(argument)
    yield from (name.partition(".")[0] for name in variables(template) if name not in own)
    yield from names_in(scope, own)


def explicit(resource: Mapping[str, Any]) -> list[str]:
    """Return what DependsOn names, written as one name or as a list."""
    named = resource.get("DependsOn", [])
    return [named] if isinstance(named, str) else list(named)


def ordered(waits: Mapping[str, set[str]]) -> list[str]:
    """Return the names so that each follows what it waits for, else in the order given.

    Refuses a circle, naming its members.
    """
    done: dict[str, None] = {}
    left = list(waits)
    while left:
        ready = next((name for name in left if waits[name] <= done.keys()), None)
        if ready is None:
            circle = ", ".join(_circle({name: waits[name] & {*left} for name in left}))
            raise Refusal(f"Circular dependency between resources: [{circle}]")
        done[ready] = None
        left.remove(ready)
    return list(done)


def _circle(waits: Mapping[str, set[str]]) -> list[str]:
    """Return the names without those that only wait for a circle."""
    awaited = set().union(*waits.values())
    if waits.keys() <= awaited:
        return list(waits)
    return _circle({name: each for name, each in waits.items() if name in awaited})
