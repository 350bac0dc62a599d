"""What checks share in asking: one answer apart from the next, and properties that AWS alone may know."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Any, TypeVar

from stackwright.errors import StackwrightError
from stackwright.preflight.check import Point, untold

if TYPE_CHECKING:
    pass

T = TypeVar("T")


def one_by_one(things: Iterable[T], ask: Callable[[T], Iterable[Point]]) -> Iterator[Point]:
    """Yield what is found out about each thing; what cannot be asked of one says nothing of the others."""
    for thing in things:
        try:
            yield from ask(thing)
        except StackwrightError as error:
            yield untold(str(error))


def items(value: Any) -> list[Any]:
    """Return a property that is a list as one, nothing where AWS alone knows it."""
    return list(value) if isinstance(value, list | tuple) else []


def members(value: Any) -> dict[str, Any]:
    """Return a property that is an object as one, nothing where AWS alone knows it."""
    return dict(value) if isinstance(value, dict) else {}
