"""What checks share in asking: every page of a list, and one answer apart from the next."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Any, TypeVar

from stackwright.errors import StackwrightError
from stackwright.preflight.check import Point, untold

if TYPE_CHECKING:
    from stackwright.aws import Aws

T = TypeVar("T")


def one_by_one(things: Iterable[T], ask: Callable[[T], Iterable[Point]]) -> Iterator[Point]:
    """Yield what is found out about each thing; what cannot be asked of one says nothing of the others."""
    for thing in things:
        try:
            yield from ask(thing)
        except StackwrightError as error:
            yield untold(str(error))


def listed(aws: Aws, service: str, operation: str, member: str, **arguments: Any) -> list[Any]:
    """Return every page of a list that goes on by NextToken."""
    found: list[Any] = []
    while True:
        page = aws.call(service, operation, **arguments)
        found += page[member]
        token = page.get("NextToken") or page.get("nextToken")
        if not token:
            return found
        arguments["NextToken" if "NextToken" in page else "nextToken"] = token


def items(value: Any) -> list[Any]:
    """Return a property that is a list as one, nothing where AWS alone knows it."""
    return list(value) if isinstance(value, list | tuple) else []


def members(value: Any) -> dict[str, Any]:
    """Return a property that is an object as one, nothing where AWS alone knows it."""
    return dict(value) if isinstance(value, dict) else {}
