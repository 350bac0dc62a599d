"""What composing refuses, always with both places named and the mend said."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from stackwright.errors import BadInput


class Refused(BadInput):
    """Stacks that cannot be composed as they are."""


@contextmanager
def named(blueprint: str) -> Iterator[None]:
    """Put the blueprint's name in front of every refusal raised inside."""
    try:
        yield
    except Refused as refusal:
        raise Refused(f"{blueprint}: {refusal}") from None
